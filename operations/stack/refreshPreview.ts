import type { EngineEvent, StepEventMetadata, StepEventStateMetadata } from "@pulumi/pulumi/automation/index.js";
import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import { lastWord, type OpenedStack } from "./openStack.js";

/** What a refresh preview says of one resource. */
export interface Step {
  type: string;
  /** Reading it: what was recorded, and what is live; null when it is gone. */
  refresh?: { recorded: StepEventStateMetadata | undefined; live: StepEventStateMetadata | null };
  /** What the program would then do to it. */
  plan?: { op: string; live: StepEventStateMetadata | undefined; declared: StepEventStateMetadata | undefined };
}

export interface RefreshPreview {
  steps: ReadonlyMap<string, Step>;
  /** Resources that could not be read, with the reason; the rest was compared without them. */
  unread: ReadonlyMap<string, string>;
  /** Why the preview as a whole failed all the same. */
  failure: string | undefined;
}

/** An unreadable resource costs one more preview; so many in one stack that are found one by one are a failure. */
const mostTries = 5;

/**
 * `pulumi preview --refresh`: live state, held to what the program declares. One resource that cannot be read fails the whole preview,
 * before the program is even run: it is left out and the rest previewed again. `exclude`: URNs that are known to be unreadable.
 */
export async function refreshPreview(stack: OpenedStack, exclude: Iterable<string>, signal?: AbortSignal): Promise<RefreshPreview> {
  const excluded = new Set(exclude);
  const unread = new Map<string, string>();
  for (let tries = 1; ; tries++) {
    const { steps, failures, failure } = await previewOnce(stack, [...excluded], signal);
    if (failure === undefined) return { steps, unread, failure };
    const found = failures.filter(({ urn }) => urn !== undefined && !excluded.has(urn) && steps.get(urn) && !steps.get(urn)?.refresh);
    if (found.length === 0 || tries === mostTries) return { steps, unread, failure };
    for (const { urn = "", message } of found) {
      excluded.add(urn);
      unread.set(urn, message);
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
    if (before.op !== "refresh" && !isBetter(step.plan)) step.plan = { op: before.op, live: before.old, declared: before.new };
  }
  const after = resOutputsEvent?.metadata;
  if (after) {
    const step = stepOf(steps, after);
    if (step.refresh === undefined && step.plan === undefined) step.refresh = { recorded: after.old, live: after.new ?? null };
  }
}

/** A replacement has several steps: one that knows both sides tells most. */
const isBetter = (plan: Step["plan"]): boolean => plan?.live !== undefined && plan.declared !== undefined;

function stepOf(steps: Map<string, Step>, { urn, type }: StepEventMetadata): Step {
  const known = steps.get(urn) ?? { type };
  steps.set(urn, known);
  return known;
}
