import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import type { JsonObject } from "../../provider/core/values.js";
import { lastWord, type OpenedStack, withSecretsHidden } from "./openStack.js";

/** What a refresh preview says of one resource. */
export interface Step {
  type: string;
  /** Reading it: what was recorded, and what is live; null when it is gone. */
  refresh?: { recorded: Side | undefined; live: Side | null };
  /** What the program would then do to it. */
  plan?: { op: string; live: Side | undefined; declared: Side | undefined };
}

/** Inputs and outputs, secrets as `[secret]`. */
export interface Side {
  inputs: JsonObject;
  outputs: JsonObject;
}

export interface RefreshPreview {
  steps: ReadonlyMap<string, Step>;
  /** Resources that could not be read, with the reason; the rest was compared without them. */
  unread: ReadonlyMap<string, string>;
  /** Resources that were read, and whose declaration is refused as it stands; their steps end with the reading. */
  refused: ReadonlyMap<string, string>;
  /** Why the preview as a whole failed all the same. */
  failure: string | undefined;
}

/** A resource in the way costs one more preview; so many that are found one by one are a failure. */
const mostTries = 5;

/**
 * `pulumi preview --refresh`: live state, held to what the program declares. One resource that cannot be read fails the whole preview,
 * before the program is even run, and one whose declaration is refused ends it: such a resource is left out and the rest previewed
 * again. `exclude`: URNs that are known to be unreadable.
 */
export async function refreshPreview(stack: OpenedStack, exclude: Iterable<string>, signal?: AbortSignal): Promise<RefreshPreview> {
  const excluded = new Set(exclude);
  const [unread, refused] = [new Map<string, string>(), new Map<string, string>()];
  const read = new Map<string, Step>();
  for (let tries = 1; ; tries++) {
    const { steps, failures, failure } = await previewOnce(stack, [...excluded], signal);
    const found = new Map(failures.flatMap(({ urn, message }) => (urn === undefined || excluded.has(urn) ? [] : [[urn, message]])));
    if (failure === undefined || found.size === 0 || tries === mostTries) {
      return { steps: new Map([...steps, ...read]), unread, refused, failure };
    }
    for (const [urn, message] of found) {
      excluded.add(urn);
      const { type = "", refresh } = steps.get(urn) ?? {};
      if (refresh) read.set(urn, { type, refresh });
      (refresh ? refused : unread).set(urn, message);
    }
  }
}

interface Failure {
  urn: string | undefined;
  message: string;
}

async function previewOnce({ automation }: OpenedStack, exclude: string[], signal?: AbortSignal) {
  const steps = new Map<string, Step>();
  const failures: Failure[] = [];
  const onEvent = (event: EngineEvent) => take(event, steps, failures);
  try {
    await automation.preview({ refresh: true, onEvent, ...(exclude.length > 0 && { exclude }), ...(signal && { signal }) });
    return { steps, failures, failure: undefined };
  } catch (error) {
    signal?.throwIfAborted();
    const [first] = failures;
    return { steps, failures, failure: first?.message ?? lastWord(error) };
  }
}

/** A refresh ends with the first outputs event after its own beginning, whatever operation that event names: CLIs differ. */
function take({ resourcePreEvent, resOutputsEvent, diagnosticEvent }: EngineEvent, steps: Map<string, Step>, failures: Failure[]): void {
  if (diagnosticEvent?.severity === "error") {
    failures.push({ urn: diagnosticEvent.urn || undefined, message: redact(oneLine(diagnosticEvent.message)) });
  }
  const before = resourcePreEvent?.metadata;
  if (before) {
    const step = stepOf(steps, before);
    if (before.op !== "refresh" && !isBetter(step.plan))
      step.plan = { op: before.op, live: sideOf(before.old), declared: sideOf(before.new) };
  }
  const after = resOutputsEvent?.metadata;
  if (after) {
    const step = stepOf(steps, after);
    if (step.refresh === undefined && step.plan === undefined)
      step.refresh = { recorded: sideOf(after.old), live: sideOf(after.new) ?? null };
  }
}

function sideOf(state: StepEventMetadata["old"]): Side | undefined {
  return (
    state && { inputs: withSecretsHidden(state.inputs ?? {}) as JsonObject, outputs: withSecretsHidden(state.outputs ?? {}) as JsonObject }
  );
}

/** A replacement has several steps: one that knows both sides tells most. */
const isBetter = (plan: Step["plan"]): boolean => plan?.live !== undefined && plan.declared !== undefined;

function stepOf(steps: Map<string, Step>, { urn, type }: StepEventMetadata): Step {
  const known = steps.get(urn) ?? { type };
  steps.set(urn, known);
  return known;
}
