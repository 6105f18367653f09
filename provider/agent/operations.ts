import { systemClock } from "../core/clock.js";
import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { type ErrorFacts, FailoverError } from "../core/errors.js";
import { waitFor } from "../core/wait.js";
import { phrase } from "./answers.js";
import { readOperation } from "./client.js";
import type { Connection } from "./connection.js";
import { AgentRefusedError } from "./errors.js";
import type { Operation } from "./operationSchema.js";
import { isPassing } from "./retry.js";

/** An operation that the Agent itself reports as failed, with the product's code. */
export class OperationFailedError extends FailoverError {
  override readonly name = "OperationFailedError";

  constructor(code: string, message: string, facts: ErrorFacts) {
    super("OPERATION_FAILED", message, { facts, productCode: code });
  }
}

/** What following an operation needs, whoever follows it. */
export interface Following {
  /** Act and target, as errors name them: "Setting up pair 111". */
  subject: string;
  /** Asks for it once more. */
  read: () => Promise<Operation>;
  /** Called with each look. `isSilent`: the Agent does not answer just now, and the operation is as it was seen last. */
  saw: (latest: Operation, isSilent: boolean) => void;
  timeoutMilliseconds: number;
  afterTimeout: string;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until an operation has ended, and throws when it failed. A member that restarts or moves its address is silent for a while: that
 * is waited through. One that the Agent knows no more is told as OPERATION_VANISHED.
 */
export async function waitForEnd(started: Operation, following: Following): Promise<Operation> {
  const { subject, read, saw, ...time } = following;
  let latest = started;
  const ended = await waitFor<Operation>({
    ...time,
    subject,
    observe: async () => {
      latest = await read();
      saw(latest, false);
      return latest;
    },
    state: ({ state }) => (state === "running" ? `phase ${phaseText(latest)}` : state),
    pending: () => true,
    target: ["succeeded", "failed"],
    tolerate: (error) => {
      if (!isPassing(error)) return undefined;
      saw(latest, true);
      return `phase ${latest.phase}, the Agent does not answer`;
    },
  }).catch((error: unknown) => {
    throw vanished(error, subject) ?? error;
  });
  if (ended.state === "succeeded") return ended;
  const { code, detail } = ended.error ?? { code: "UNKNOWN", detail: "no reason given" };
  throw new OperationFailedError(code, `${subject}: failed in phase ${ended.phase}, ${code}: ${phrase(detail)}.`, {
    operation: ended.id,
    phase: ended.phase,
  });
}

const progressMilliseconds = 30_000;

/** For a resource's verb: up to its time, with one line at every new phase, and every 30 s in a long one. */
export function waitForOperation(connection: Connection, started: Operation, subject: string, context: Context): Promise<Operation> {
  const start = systemClock.now();
  let said = "";
  let saidAt = Number.NEGATIVE_INFINITY;
  return waitForEnd(started, {
    subject,
    read: () => readOperation(connection, started.id, { signal: context.signal, patienceMilliseconds: 0 }),
    saw: (latest, isSilent) => {
      const elapsed = systemClock.now() - start;
      if (latest.state !== "running" || (latest.phase === said && elapsed - saidAt < progressMilliseconds)) return;
      said = latest.phase;
      saidAt = elapsed;
      const seen = isSilent ? `${latest.phase}, the Agent does not answer` : phaseText(latest);
      context.progress(`${subject}: ${seen} (${formatMilliseconds(elapsed)})`);
    },
    timeoutMilliseconds: context.timeoutMilliseconds,
    afterTimeout: "The operation goes on at the Agent; run the same command again to carry on waiting, or raise timeouts.",
    signal: context.signal,
  });
}

const phaseText = ({ phase, percent }: Operation): string => (percent === null ? phase : `${phase}, ${Math.round(percent)} %`);

/** The Agent keeps operations for 24 h; one it does not know has been lost, and what it did must be looked at. */
function vanished(error: unknown, subject: string): FailoverError | undefined {
  if (!(error instanceof AgentRefusedError) || error.status !== 404) return undefined;
  const told = `${subject}: the Agent no longer knows the operation. Run the same command again: it carries on from what the Agents say.`;
  return new FailoverError("OPERATION_VANISHED", told, { cause: error });
}
