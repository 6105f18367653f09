import { setTimeout as timer } from "node:timers/promises";

/** Time as the code sees it; tests inject their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends early, with the signal's reason, when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A longer timer would fire at once (Node.js, TimeoutOverflowWarning). */
export const longestTimerMilliseconds = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    signal?.throwIfAborted();
    try {
      await timer(Math.min(milliseconds, longestTimerMilliseconds), undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
