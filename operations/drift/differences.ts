import { inputName, type Difference as Told } from "../../provider/core/difference.js";
import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import type { Resource } from "../../provider/core/resource.js";
import { isJsonObject, isUnknown, type JsonObject, sameValue } from "../../provider/core/values.js";
import type { Difference } from "../driftReport.js";
import { hidden, secretKeys } from "../stack/openStack.js";
import type { Side, Step } from "../stack/refreshPreview.js";

type Json = Difference["live"];
/** As in a report, with what the resource says of it beside that. */
export type FoundDifference = Difference & Pick<Told, "unanswered" | "mayLast">;

/** What is shown in place of a value that another resource is still to give. */
const later = "[not known yet]";

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

/** How a resource of ours differs that says of itself that it does: never empty, for secrets look alike, and may be all there is. */
export function knownDifferences(
  resource: Resource | undefined,
  declared: JsonObject,
  live: JsonObject,
  before: JsonObject = {},
): FoundDifference[] {
  const found = resourceDifferences(resource, declared, live, before);
  if (found.length > 0) return found;
  const secrets = secretPaths(declared).map((property) => ({ property, declared: hidden, live: hidden }));
  return secrets.length > 0 ? secrets : [{ property: "(not shown)", declared: null, live: null }];
}

/**
 * Declared inputs beside the live state under the same names, and what the resource adds to that; `resource` is undefined for one that is not of this package.
 * `before`: the inputs of that state, for those that are declared no more.
 */
function resourceDifferences(
  resource: Resource | undefined,
  declared: JsonObject,
  live: JsonObject,
  before: JsonObject = {},
): FoundDifference[] {
  const own = Object.keys({ ...before, ...declared }).filter((key) => key !== "__provider");
  const found: FoundDifference[] = own.flatMap((key) => differences(inputName(key), declared[key], live[key]));
  found.push(...(resource?.differencesIn(declared, live) ?? []).map(told));
  return found;
}

/** It should exist and does not, or the other way round. */
export const existence = (declared: boolean): Difference => ({ property: "exists", declared, live: !declared });

/** Properties at any depth; lists of equal length are compared item by item, others as a whole. */
export function differences(property: string, declared: unknown, live: unknown): Difference[] {
  if (sameValue(declared, live)) return [];
  if (isJsonObject(declared) && isJsonObject(live)) {
    const keys = [...new Set([...Object.keys(declared), ...Object.keys(live)])].filter((key) => property === "" || !key.startsWith("__"));
    return keys.flatMap((key) => differences(property === "" ? key : `${property}.${key}`, declared[key], live[key]));
  }
  if (Array.isArray(declared) && Array.isArray(live) && declared.length === live.length) {
    return declared.flatMap((item, index) => differences(`${property}[${index}]`, item, live[index]));
  }
  const key = property.split(".").at(-1) ?? property;
  return [{ property: oneLine(property), declared: shown(declared, key), live: shown(live, key) }];
}

/** A difference that the resource itself knows, as a report has it. */
const told = ({ property, at, declared, live, ...beside }: Told): FoundDifference => ({
  property: oneLine(property),
  ...(at === undefined ? {} : { at: oneLine(at) }),
  declared: shown(declared),
  live: shown(live),
  ...beside,
});

/** Foreign text on one line, secrets hidden, null for what is absent. */
function shown(value: unknown, key = ""): Json {
  if (value === undefined || value === null) return null;
  if (secretKeys.has(key)) return hidden;
  if (isUnknown(value)) return later;
  if (typeof value === "string") return oneLine(redact(value));
  if (Array.isArray(value)) return value.map((item) => shown(item));
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner, name)]));
  return value as Json;
}

/** Secrets look alike in what the engine tells, whether they changed or not. */
function secretPaths(value: unknown, path = ""): string[] {
  if (value === hidden) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretPaths(item, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, path === "" ? key : `${path}.${key}`));
}
