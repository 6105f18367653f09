import { expect, test } from "vitest";
import { type Clock, manualClock } from "../../simulator/index.js";
import { configOn, startPairWorld } from "../support/world.js";

/** As on a busy machine: time goes on with each look at the clock, and a timer may be early by so many looks. */
function creepingClock(looksEarly: number): Clock & { advance: (seconds: number) => void } {
  const clock = manualClock();
  const millisecondsALook = 10;
  let crept = 0;
  return {
    ...clock,
    now: () => {
      crept += millisecondsALook;
      return clock.now() + crept;
    },
    after: (seconds, run) => clock.after(Math.max(0, seconds - (looksEarly * millisecondsALook) / 1_000), run),
  };
}

test.each(Array.from({ length: 60 }, (_, index) => index))(
  "a heartbeat that fails too often while others are looked at is not overlooked: %i looks early",
  async (looks) => {
    const clock = creepingClock(looks);
    const world = await startPairWorld("41.9", { pairs: [{ config: configOn("41.9") }], clock });
    try {
      const pair = world.simulator.pair();
      pair.breakPath();
      for (let step = 0; step < 100 && pair.online !== "both"; step++) clock.advance(10);
      expect(pair.online).toBe("both");
    } finally {
      await world.close();
    }
  },
);
