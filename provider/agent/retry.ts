import { type Clock, systemClock } from "../core/clock.js";
import { AgentRefusedError, AgentUnreachableError, ConnectionError, isSilence } from "./errors.js";

/** How long and how often a call is tried again. Only known errors are; anything else is final at once. */
export interface Retry {
  /** Milliseconds from the first try in which a further one may begin. */
  patienceMilliseconds: number;
  /** Ends tries and pauses. */
  signal: AbortSignal;
  clock?: Clock;
}

const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;
/** 421: another Agent of the system ran the script; the next call may meet the right one at once. */
const wrongAgentTries = 20;
const wrongAgentPauseMilliseconds = 150;
/** Whether a later try of the same call may go through. */
export function isPassing(error: unknown): boolean {
  return isSilence(error) || (error instanceof AgentRefusedError && error.status === 429);
}

/**
 * Tries with growing pauses and full jitter. The last error is thrown as it is; only, when the answer to an earlier try was
 * lost, a refusal no longer proves that nothing was done.
 */
export async function withRetry<Answer>(retry: Retry, attempt: () => Promise<Answer>): Promise<Answer> {
  const clock = retry.clock ?? systemClock;
  const start = clock.now();
  let ceiling = firstPauseMilliseconds;
  let misrouted = 0;
  let maybeDone = false;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      maybeDone = mayBeDone(error, maybeDone);
      const again = (milliseconds: number) =>
        clock.sleep(milliseconds, retry.signal).catch(() => {
          throw error;
        });
      if (error instanceof AgentRefusedError && error.status === 421 && ++misrouted < wrongAgentTries) {
        await again(Math.random() * wrongAgentPauseMilliseconds);
        continue;
      }
      if (!isPassing(error) || retry.signal.aborted) throw error;
      const asked = waitAskedFor(error);
      const pause = Math.max(Math.random() * ceiling, asked);
      // A wait that the host asks for (the limit of calls of a token) is no silence: only the verb's own time bounds it.
      if (asked === 0 && clock.now() - start + pause > retry.patienceMilliseconds) throw error;
      await again(pause);
      ceiling = Math.min(ceiling * 2, longestPauseMilliseconds);
    }
  }
}

/** Whether one of the tries may have been carried out; the error of this one is held to it. */
function mayBeDone(error: unknown, before: boolean): boolean {
  if (!(error instanceof AgentRefusedError || error instanceof AgentUnreachableError || error instanceof ConnectionError)) return before;
  if (before) error.nothingDone = false;
  return !error.nothingDone;
}

function waitAskedFor(error: unknown): number {
  const asked = error instanceof AgentRefusedError ? error.facts.retryAfterMilliseconds : undefined;
  return typeof asked === "number" ? asked : 0;
}
