import type { Resource } from "../../provider/core/resource.js";
import type { JsonObject } from "../../provider/core/values.js";
import type { Side, Step } from "../stack/refreshPreview.js";
import { existence, type FoundDifference, knownDifferences, resourceDifferences } from "./differences.js";

/** Operations of a preview that leave a thing as it is. */
const quiet = new Set(["same", "read", "refresh", "import", "discard", "read-discard", "read-replacement", "remove-pending-replace"]);

/** How a resource differs by what a refresh preview says of it: the program's inputs beside what was read. */
export function stepDifferences(resource: Resource | undefined, { refresh, plan }: Step): FoundDifference[] {
  if (!plan) {
    // The program was not run to its end: what was recorded stands in for what it declares.
    if (!refresh?.recorded) return [];
    if (refresh.live === null) return [existence(true)];
    return resourceDifferences(resource, inputsOf(refresh.recorded), outputsOf(refresh.live));
  }
  const { op, live, declared } = plan;
  if (quiet.has(op)) return [];
  if (op === "create") return [existence(true)];
  if (op === "delete") return [existence(false)];
  return knownDifferences(resource, inputsOf(declared), resource ? outputsOf(live) : inputsOf(live), inputsOf(live));
}

const inputsOf = (side: Side | undefined): JsonObject => side?.inputs ?? {};
const outputsOf = (side: Side | undefined): JsonObject => side?.outputs ?? {};
