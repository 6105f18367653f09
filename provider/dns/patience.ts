import type { Deadline } from "./deadline.js";

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
