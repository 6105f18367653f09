import { describe, expect, test } from "vitest";
import type { Clock } from "../../provider/core/clock.js";
import { systemClock } from "../../provider/core/clock.js";
import { WaitError } from "../../provider/core/errors.js";
import { type Wait, waitFor } from "../../provider/core/wait.js";

/** A clock that jumps over every pause, and remembers them. */
function jumpingClock(): Clock & { pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      pauses.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** Sees these states one after the other, the last one for ever. An error among them is thrown. */
function seeing(...states: (string | Error)[]): () => Promise<{ state: string }> {
  let next = 0;
  return async () => {
    const state = states[Math.min(next++, states.length - 1)];
    if (state instanceof Error) throw state;
    return { state: state ?? "" };
  };
}

function wait(observe: Wait<{ state: string }>["observe"], changes: Partial<Wait<{ state: string }>> = {}): Promise<{ state: string }> {
  return waitFor({
    subject: "Lighting the lamp",
    observe,
    state: ({ state }) => state,
    pending: ["dark", "dim"],
    target: ["lit", "glowing"],
    timeoutMilliseconds: 60_000,
    afterTimeout: "Change the bulb.",
    clock: jumpingClock(),
    ...changes,
  });
}

const failureOf = (call: Promise<unknown>): Promise<Error & Partial<WaitError>> =>
  call.then(
    () => expect.unreachable(),
    (error) => error,
  );

describe("a wait", () => {
  test("ends with what was seen when a target is reached, at once if it is there already", async () => {
    const clock = jumpingClock();
    expect(await wait(seeing("glowing"), { clock })).toEqual({ state: "glowing" });
    expect(clock.pauses).toEqual([]);
    expect(await wait(seeing("dark", "dim", "lit"))).toEqual({ state: "lit" });
  });

  test("pauses longer and longer, from half a second to ten seconds", async () => {
    const clock = jumpingClock();
    await wait(seeing(...Array<string>(10).fill("dark"), "lit"), { clock, timeoutMilliseconds: 600_000 });
    expect(clock.pauses.map((pause) => Math.round(pause))).toEqual([500, 750, 1125, 1688, 2531, 3797, 5695, 8543, 10_000, 10_000]);
  });

  test("takes other pauses when told", async () => {
    const clock = jumpingClock();
    await wait(seeing("dark", "dark", "dark", "lit"), { clock, firstPauseMilliseconds: 10, longestPauseMilliseconds: 15 });
    expect(clock.pauses).toEqual([10, 15, 15]);
  });

  test("fails at once with a state that is neither pending nor target, and names what was expected", async () => {
    const clock = jumpingClock();
    const error = await failureOf(wait(seeing("dark", "burnt"), { clock }));
    expect(error).toBeInstanceOf(WaitError);
    expect(error).toMatchObject({ code: "UNEXPECTED_STATE", facts: { state: "burnt" } });
    expect(error.message).toBe('Lighting the lamp: seen "burnt", expected lit or glowing.');
    expect(clock.pauses).toHaveLength(1);
  });

  test("does not wait through an unexpected state because errors are tolerated", async () => {
    expect(await failureOf(wait(seeing("burnt"), { tolerate: () => "anything" }))).toMatchObject({ code: "UNEXPECTED_STATE" });
  });

  test("goes on through open pending states when a function says so", async () => {
    expect(await wait(seeing("new", "newer", "lit"), { pending: (state) => state.startsWith("new") })).toEqual({ state: "lit" });
  });

  test("that runs out of time names how long, the last state seen and what to do", async () => {
    const error = await failureOf(wait(seeing("dark", "dim"), { timeoutMilliseconds: 95_000 }));
    expect(error).toMatchObject({ code: "TIMED_OUT", facts: { state: "dim" } });
    expect(error.message).toBe("Lighting the lamp: not done within 1m 35s, last seen: dim. Change the bulb.");
  });

  test("never sleeps beyond its time", async () => {
    const clock = jumpingClock();
    await failureOf(wait(seeing("dark"), { clock, timeoutMilliseconds: 2_000 }));
    expect(clock.now()).toBeLessThanOrEqual(2_000);
  });

  test("ends with an error of the observation, unless that is tolerated", async () => {
    const error = new Error("no power");
    expect(await failureOf(wait(seeing("dark", error)))).toBe(error);
    expect(await failureOf(wait(seeing("dark", error), { tolerate: () => undefined }))).toBe(error);
    expect(await wait(seeing(error, "lit"), { tolerate: ({ message }: Error) => message } as Partial<Wait<{ state: string }>>)).toEqual({
      state: "lit",
    });
  });

  test("names a tolerated error as the last state when it was the last thing seen", async () => {
    const error = await failureOf(wait(seeing("dark", new Error("no power")), { tolerate: () => "dark, no power" }));
    expect(error.message).toContain("last seen: dark, no power.");
  });

  test("tells every pending state with the time that has passed", async () => {
    const told: [string, number][] = [];
    await wait(seeing("dark", "dim", "lit"), { progress: (state, elapsed) => told.push([state, elapsed]) });
    expect(told).toEqual([
      ["dark", 0],
      ["dim", 500],
    ]);
  });
});

describe("a wait that is ended by its signal", () => {
  const abortedWhen = (when: string, reason: unknown, states: (string | Error)[]) => {
    const controller = new AbortController();
    const observe = seeing(...states);
    const watched = async () => {
      const seen = await observe().catch((error: Error) => error);
      if ((seen instanceof Error ? seen.message : seen.state) === when) controller.abort(reason);
      if (seen instanceof Error) throw seen;
      return seen;
    };
    return failureOf(wait(watched, { signal: controller.signal, tolerate: () => "no answer" }));
  };

  test.each([
    new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    new WaitError("TIMED_OUT", "Lamp desk: create not done within 1h."),
  ])("because the verb's time is up names the last state seen: %s", async (reason) => {
    const error = await abortedWhen("dim", reason, ["dark", "dim"]);
    expect(error.message).toBe("Lighting the lamp: not done within 1m, last seen: dim. Change the bulb.");
  });

  test("does not name the silence that its own end made", async () => {
    const reason = new WaitError("TIMED_OUT", "Lamp desk: create not done within 1h.");
    const error = await abortedWhen("cut", reason, ["dark", "dim", new Error("cut")]);
    expect(error.message).toContain("last seen: dim.");
  });

  test("for another reason ends with that reason", async () => {
    const reason = new Error("Interrupted.");
    expect(await abortedWhen("dim", reason, ["dark", "dim"])).toBe(reason);
    expect(await abortedWhen("cut", reason, ["dark", new Error("cut")])).toBe(reason);
  });

  test("still takes a target that the last observation saw", async () => {
    const controller = new AbortController();
    const observe = async () => {
      controller.abort();
      return { state: "lit" };
    };
    expect(await wait(observe, { signal: controller.signal })).toEqual({ state: "lit" });
  });
});

describe("the system's clock", () => {
  test("ends a sleep at once, with the reason of its signal", async () => {
    const controller = new AbortController();
    const reason = new Error("Interrupted.");
    const sleeping = failureOf(systemClock.sleep(3_600_000, controller.signal));
    controller.abort(reason);
    expect(await sleeping).toBe(reason);
    expect(await failureOf(systemClock.sleep(3_600_000, controller.signal))).toBe(reason);
  });

  test("does not wake at once from a sleep longer than a timer can hold", async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(1e12, controller.signal).then(
      () => "woke",
      () => "was ended",
    );
    setTimeout(() => controller.abort(), 20);
    expect(await sleeping).toBe("was ended");
  });
});
