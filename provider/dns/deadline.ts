import { longestTimerMilliseconds } from "../core/clock.js";

/** What a pause ends with, so that nobody takes it for a failure. */
const paused = Symbol("paused");

/**
 * The time that one call may take, all its tries together. It ends when that time is over, or earlier with somebody's reason.
 * It counts by a timer: a clock that is set meanwhile neither shortens nor lengthens it.
 */
export class Deadline {
  /** Whether it was the time that ran out. */
  isOver = false;
  private ended: { reason: unknown } | undefined;
  private readonly listeners = new Set<(reason: unknown) => void>();
  private readonly timer: NodeJS.Timeout;

  constructor(readonly milliseconds: number) {
    this.timer = setTimeout(
      () => {
        this.isOver = true;
        this.end(new Error("The time is up."));
      },
      Math.min(milliseconds, longestTimerMilliseconds),
    );
  }

  throwIfEnded(): void {
    if (this.ended) throw this.ended.reason;
  }

  end(reason: unknown): void {
    if (this.ended) return;
    this.ended = { reason };
    clearTimeout(this.timer);
    for (const listener of [...this.listeners]) listener(reason);
  }

  /** The call is over and nothing waits any more. */
  settle(): void {
    clearTimeout(this.timer);
  }

  /**
   * What `start` resolves, in its own shorter time and before the deadline ends. `cleanUp` runs once, however it ends.
   * Many calls share one signal of the caller, so this is no AbortSignal: Node.js warns of the eleventh listener of one.
   */
  within<Result>(
    milliseconds: number,
    late: () => unknown,
    start: (resolve: (result: Result) => void, reject: (reason: unknown) => void) => void,
    cleanUp: () => void = () => {},
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.throwIfEnded();
      let isSettled = false;
      const settle = (act: () => void) => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        this.listeners.delete(fail);
        cleanUp();
        act();
      };
      const fail = (reason: unknown) => settle(() => reject(reason));
      const timer = setTimeout(() => fail(late()), milliseconds);
      this.listeners.add(fail);
      start((result) => settle(() => resolve(result)), fail);
    });
  }

  async pause(milliseconds: number): Promise<void> {
    await this.within<void>(
      milliseconds,
      () => paused,
      () => {},
    ).catch((reason: unknown) => {
      if (reason !== paused) throw reason;
    });
  }
}

/** Milliseconds before a change is read back again: 2.7 s in all, as long as a primary and a transfer usually take. */
export const readBackPauses: readonly number[] = [100, 200, 400, 800, 1_200];

/** How long one call goes on waiting for what it wrote: growing pauses, each taken once, and never beyond the call's own time. */
export class Patience {
  private readonly left: number[];

  constructor(
    pauses: readonly number[],
    private readonly deadline: Deadline,
  ) {
    this.left = [...pauses];
  }

  /** Waits for the next pause; false when there is none left, or no time. */
  again(): Promise<boolean> {
    const next = this.left.shift();
    return next === undefined ? Promise.resolve(false) : this.pause(next);
  }

  /** False when the call's time is up meanwhile. Throws the caller's reason when that ends the call. */
  async pause(milliseconds: number): Promise<boolean> {
    try {
      await this.deadline.pause(milliseconds);
      return true;
    } catch (error) {
      if (this.deadline.isOver) return false;
      throw error;
    }
  }
}
