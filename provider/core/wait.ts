import { type Clock, systemClock } from "./clock.js";
import { formatMilliseconds } from "./durations.js";
import { WaitError } from "./errors.js";

export interface Wait<Seen> {
  /** Act and target, as the error shall name them: `Setting up pair 111`. */
  subject: string;
  /** Asks once. An error ends the wait, unless `tolerate` accepts it. */
  observe: () => Promise<Seen>;
  /** The state of what was seen. */
  state: (seen: Seen) => string;
  /** States to wait through; a function where the list is open. */
  pending: readonly string[] | ((state: string) => boolean);
  target: readonly string[];
  /** Errors that are waited through, such as a member that restarts. */
  tolerate?: (error: unknown) => string | undefined;
  /** Called with every state seen, for progress lines. */
  progress?: (state: string, elapsedMilliseconds: number) => void;
  timeoutMilliseconds: number;
  /** What the person can do after a timeout; one sentence. */
  afterTimeout: string;
  firstPauseMilliseconds?: number;
  longestPauseMilliseconds?: number;
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/**
 * Observes until a target state is seen. A state in neither list fails at once; a timeout names the last state seen.
 * Pauses grow by half, from 0.5 s to at most 10 s.
 */
export async function waitFor<Seen>(wait: Wait<Seen>): Promise<Seen> {
  const clock = wait.clock ?? systemClock;
  const start = clock.now();
  const { pending } = wait;
  const isPending = typeof pending === "function" ? pending : (state: string) => pending.includes(state);
  let pause = wait.firstPauseMilliseconds ?? 500;
  let last = "nothing yet";
  for (;;) {
    try {
      const seen = await wait.observe();
      last = wait.state(seen);
      if (wait.target.includes(last)) return seen;
      if (!isPending(last)) {
        throw new WaitError("UNEXPECTED_STATE", `${wait.subject}: seen "${last}", expected ${wait.target.join(" or ")}.`, {
          facts: { state: last },
        });
      }
    } catch (error) {
      // The time is up mostly during a call, above all to an Agent that hangs.
      if (wait.signal?.aborted && error === wait.signal.reason) throw ended(wait, last);
      const tolerated = error instanceof WaitError ? undefined : wait.tolerate?.(error);
      if (tolerated === undefined) throw error;
      if (wait.signal?.aborted) throw ended(wait, last);
      last = tolerated;
    }
    const elapsed = clock.now() - start;
    wait.progress?.(last, elapsed);
    if (elapsed + pause > wait.timeoutMilliseconds) throw timedOut(wait, last);
    await clock.sleep(pause, wait.signal).catch((error: unknown) => {
      throw wait.signal?.aborted ? ended(wait, last) : error;
    });
    pause = Math.min(pause * 1.5, wait.longestPauseMilliseconds ?? 10_000);
  }
}

/** A verb's signal ends a wait mostly before its own timeout does: the verb began earlier. Either way the last state is named. */
function ended<Seen>(wait: Wait<Seen>, last: string): unknown {
  const reason: unknown = wait.signal?.reason;
  const isDeadline = reason instanceof Error && (reason.name === "TimeoutError" || reason instanceof WaitError);
  return isDeadline ? timedOut(wait, last) : reason;
}

function timedOut<Seen>({ subject, timeoutMilliseconds, afterTimeout }: Wait<Seen>, last: string): WaitError {
  const waited = formatMilliseconds(timeoutMilliseconds);
  return new WaitError("TIMED_OUT", `${subject}: not done within ${waited}, last seen: ${last}. ${afterTimeout}`, {
    facts: { state: last },
  });
}
