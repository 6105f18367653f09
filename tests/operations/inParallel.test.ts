import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inParallel, Slots, stoppedBy } from "../../operations/inParallel.js";

describe("items in parallel", () => {
  test("are as many at a time as is said, and the results stand in their order", async () => {
    let [now, most] = [0, 0];
    const results = await inParallel([40, 5, 20, 1, 10], 2, async (milliseconds) => {
      most = Math.max(most, ++now);
      await pause(milliseconds);
      now--;
      return milliseconds * 2;
    });
    expect(results).toEqual([80, 10, 40, 2, 20]);
    expect(most).toBe(2);
  });

  test.each([0, -1])("are looked at one by one where %i at a time are asked for", async (concurrency) => {
    expect(await inParallel([1, 2], concurrency, async (item) => item)).toEqual([1, 2]);
  });

  test("are not begun after one has failed, and its error is the one that is thrown", async () => {
    const begun: number[] = [];
    const run = inParallel([1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      await pause(item === 2 ? 5 : 20);
      if (item === 2) throw new Error("two");
      return item;
    });
    await expect(run).rejects.toThrow("two");
    await pause(60);
    expect(begun).toEqual([1, 2]);
  });

  test("are not begun after an abort", async () => {
    const controller = new AbortController();
    const begun: number[] = [];
    const run = inParallel(
      [1, 2],
      1,
      async (item) => {
        begun.push(item);
        controller.abort(new Error("enough"));
      },
      controller.signal,
    );
    await expect(run).rejects.toThrow("enough");
    expect(begun).toEqual([1]);
  });
});

test("a slot is free again after a failure, for who has waited longest", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const first = slots.use(async () => {
    order.push("first");
    throw new Error("lost");
  });
  const others = ["second", "third"].map((name) => slots.use(async () => order.push(name)));
  await expect(first).rejects.toThrow("lost");
  await Promise.all(others);
  expect(order).toEqual(["first", "second", "third"]);
});

describe("calls that take no signal", () => {
  const never = new Promise<never>(() => {});

  test("end with the reason of the abort, also of one that was before", async () => {
    const controller = new AbortController();
    const { race, done } = stoppedBy(controller.signal);
    const call = race(never);
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect(stoppedBy(controller.signal).race(never)).rejects.toThrow("enough");
    done();
  });

  test("go on as they are without a signal", async () => {
    expect(await stoppedBy(undefined).race(Promise.resolve(1))).toBe(1);
  });
});
