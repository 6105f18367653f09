import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { FailoverError } from "../core/errors.js";
import { waitFor } from "../core/wait.js";
import { phrase } from "./answers.js";
import { readOperation } from "./client.js";
import type { Connection } from "./connection.js";
import { AgentRefusedError } from "./errors.js";
import type { Operation } from "./operationSchema.js";
import { isPassing } from "./retry.js";

/** An operation that the Agent itself reports as failed. */
export class OperationFailedError extends FailoverError {
  override readonly name = "OperationFailedError";

  override get runbook(): string {
    return "OPERATION_FAILED";
  }
}

const progressMilliseconds = 30_000;

/**
 * Waits until an operation has ended. A member that restarts or moves its address is silent for a while: that is waited
 * through, up to the verb's time. One line at every new phase, and every 30 s in a long one.
 */
export async function waitForOperation(connection: Connection, started: Operation, subject: string, context: Context): Promise<Operation> {
  const say = throttledProgress(subject, context);
  let latest = started;
  const ended = await waitFor<Operation>({
    subject,
    observe: async () => {
      latest = await readOperation(connection, started.id, { signal: context.signal, patienceMilliseconds: 0 });
      return latest;
    },
    state: (operation) => (operation.state === "running" ? `phase ${describe(operation)}` : operation.state),
    pending: (state) => state.startsWith("phase "),
    target: ["succeeded", "failed"],
    tolerate: (error) => (isPassing(error) ? `${latest.phase}, the Agent does not answer` : undefined),
    progress: (state, elapsed) => say(state.replace(/^phase /, ""), elapsed),
    timeoutMilliseconds: context.timeoutMilliseconds,
    afterTimeout: "The operation goes on at the Agent; run the same command again to carry on waiting, or raise timeouts.",
    signal: context.signal,
  }).catch((error: unknown) => {
    throw vanished(error, subject) ?? error;
  });
  if (ended.state === "succeeded") return ended;
  const { code, detail } = ended.error ?? { code: "UNKNOWN", detail: "no reason given" };
  throw new OperationFailedError(code, `${subject}: failed in phase ${ended.phase}, ${code}: ${phrase(detail)}.`, {
    facts: { operation: ended.id, phase: ended.phase },
  });
}

function describe(operation: Operation): string {
  return operation.percent === null ? operation.phase : `${operation.phase}, ${Math.round(operation.percent)} %`;
}

/** The Agent keeps operations for 24 h; one it does not know has been lost, and what it did must be looked at. */
function vanished(error: unknown, subject: string): FailoverError | undefined {
  if (!(error instanceof AgentRefusedError) || error.status !== 404) return undefined;
  return new FailoverError(
    "OPERATION_VANISHED",
    `${subject}: the Agent no longer knows the operation. Run the same command again: it carries on from what the Agents say.`,
    {
      cause: error,
    },
  );
}

function throttledProgress(subject: string, context: Context): (text: string, elapsedMilliseconds: number) => void {
  let said = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  return (text, elapsed) => {
    const phase = text.split(",")[0] ?? text;
    if (phase === said && elapsed - saidAt < progressMilliseconds) return;
    said = phase;
    saidAt = elapsed;
    context.progress(`${subject}: ${text} (${formatMilliseconds(elapsed)})`);
  };
}
