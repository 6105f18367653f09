import type { Clock } from "../../provider/core/clock.js";

/** Time that stands still until a test lets it go on. */
export class StandingClock implements Clock {
  private time = Date.parse("2026-01-01T00:00:00Z");
  private sleepers: { due: number; wake: () => void }[] = [];

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { due: this.time + milliseconds, wake: resolve };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Goes on, and lets what falls due on the way happen, in order. */
  async advance(seconds: number): Promise<void> {
    const end = this.time + seconds * 1000;
    await settle();
    for (;;) {
      const [next] = this.sleepers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.sleepers = this.sleepers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.due);
      next.wake();
      await settle();
    }
    this.time = end;
  }
}

/** Everything that only waits for its turn has had it. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
