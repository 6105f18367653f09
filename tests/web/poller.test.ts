import { describe, expect, test } from "vitest";
import { Poller } from "../../cli/web/poller.js";
import type { PairStatus, PairTarget } from "../../operations/index.js";
import { StandingClock, settle } from "./standingClock.js";
import { aStatus } from "./statuses.js";

const targetsOf = (...names: string[]): PairTarget[] =>
  names.map((name) => ({ name, main: { host: "10.0.0.1" }, backup: { host: "10.0.0.2" } }));

/** A poller, and the reads that are under way, which the test ends as it likes. */
async function startPoller(...names: string[]) {
  const clock = new StandingClock();
  const begun: string[] = [];
  const knew: (PairStatus | null)[] = [];
  const open = new Map<string, { resolve: (status: PairStatus) => void; reject: (error: Error) => void; signal: AbortSignal }>();
  const poller = new Poller({
    targets: targetsOf(...names),
    clock,
    read: ({ name }, { signal, previous }) =>
      new Promise((resolve, reject) => {
        begun.push(name);
        knew.push(previous);
        open.set(name, { resolve, reject, signal });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const ended = poller.run();
  await settle();
  const end = async (act: (name: string) => void) => {
    const under = [...open.keys()];
    for (const name of under) act(name);
    for (const name of under) open.delete(name);
    await settle();
  };
  return {
    clock,
    poller,
    ended,
    begun,
    knew,
    open,
    answer: () => end((name) => open.get(name)?.resolve(aStatus(name))),
    fail: (error: Error) => end((name) => open.get(name)?.reject(error)),
  };
}

describe("the poller", () => {
  test("reads every pair at once, and again once a minute, from beginning to beginning", async () => {
    const { poller, clock, begun, answer } = await startPoller("a", "b");
    expect(begun).toEqual(["a", "b"]);
    expect(poller.pairs.map(({ isBeingRead, status }) => [isBeingRead, status])).toEqual([
      [true, null],
      [true, null],
    ]);
    await clock.advance(2);
    await answer();
    expect(poller.pairs.map(({ isBeingRead, status }) => [isBeingRead, status?.online])).toEqual([
      [false, "main"],
      [false, "main"],
    ]);
    await clock.advance(57);
    expect(begun).toHaveLength(2);
    await clock.advance(1);
    expect(begun).toEqual(["a", "b", "a", "b"]);
    poller.stop();
  });

  test("gives each read what the last good one gave, so that it tells what lasts too long", async () => {
    const { poller, clock, knew, answer, fail } = await startPoller("a");
    await answer();
    const { status } = poller.pairs[0]!;
    await clock.advance(60);
    await fail(new Error("no connection"));
    await clock.advance(60);
    expect(knew).toEqual([null, status, status]);
    poller.stop();
  });

  test("keeps the last known status while it reads again", async () => {
    const { poller, clock, answer } = await startPoller("a");
    await answer();
    const { status } = poller.pairs[0]!;
    await clock.advance(60);
    expect(poller.pairs[0]).toMatchObject({ isBeingRead: true, status, readAt: clock.now() - 60_000 });
    poller.stop();
  });

  test("has a new revision whenever there is something new to see, and none otherwise", async () => {
    const { poller, clock, answer } = await startPoller("a");
    const seen = [poller.revision];
    await answer();
    seen.push(poller.revision);
    await clock.advance(59);
    seen.push(poller.revision);
    await clock.advance(1);
    seen.push(poller.revision);
    expect(seen[1]).toBeGreaterThan(seen[0]!);
    expect(seen[2]).toBe(seen[1]);
    expect(seen[3]).toBeGreaterThan(seen[2]!);
    poller.stop();
  });

  test("never reads more than twenty pairs at a time, and takes the others in their order", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `pair ${index}`);
    const { poller, begun, answer } = await startPoller(...names);
    expect(begun).toEqual(names.slice(0, 20));
    await answer();
    expect(begun).toEqual(names.slice(0, 40));
    await answer();
    expect(begun).toEqual(names);
    poller.stop();
  });

  test("refreshes at once when asked, one pair or all", async () => {
    const { poller, clock, begun, answer } = await startPoller("a", "b");
    await answer();
    await clock.advance(10);
    poller.refresh(2);
    await settle();
    expect(begun).toEqual(["a", "b", "b"]);
    await answer();
    await clock.advance(10);
    poller.refresh();
    await settle();
    expect(begun).toEqual(["a", "b", "b", "a", "b"]);
    poller.stop();
  });

  test("does not let anybody ask for what is under way, or was read less than five seconds ago", async () => {
    const { poller, clock, begun, answer } = await startPoller("a");
    poller.refresh();
    await settle();
    expect(begun).toHaveLength(1);
    await answer();
    for (const seconds of [0, 2, 2]) {
      await clock.advance(seconds);
      for (let viewer = 0; viewer < 100; viewer++) poller.refresh();
    }
    await settle();
    expect(begun).toHaveLength(1);
    await clock.advance(2);
    for (let viewer = 0; viewer < 100; viewer++) poller.refresh();
    await settle();
    expect(begun).toHaveLength(2);
    poller.stop();
  });

  test("reads a pair whose reads fail ever later, up to five minutes, and keeps what it knew", async () => {
    const { poller, clock, begun, answer, fail } = await startPoller("a");
    await answer();
    await clock.advance(60);
    const pauses: number[] = [];
    for (let round = 0; round < 5; round++) {
      const count = begun.length;
      await fail(new Error("Reaching Agent 10.0.0.1: environment variable DMA_TOKEN is not set."));
      let seconds = 0;
      for (; begun.length === count; seconds += 5) await clock.advance(5);
      pauses.push(seconds);
    }
    expect(pauses).toEqual([60, 120, 240, 300, 300]);
    expect(poller.pairs[0]).toMatchObject({
      failures: 5,
      problem: expect.stringContaining("DMA_TOKEN is not set"),
      status: { online: "main" },
    });
    await answer();
    expect(poller.pairs[0]).toMatchObject({ failures: 5, reads: 7, problem: null });
    await clock.advance(60);
    expect(begun).toHaveLength(8);
    poller.stop();
  });

  test("gives up on a read that never comes back, and tells it to end", async () => {
    const { poller, clock, open } = await startPoller("a");
    const { signal } = open.get("a")!;
    await clock.advance(44);
    expect([signal.aborted, poller.pairs[0]?.isBeingRead]).toEqual([false, true]);
    await clock.advance(1);
    expect([signal.aborted, poller.pairs[0]?.isBeingRead]).toEqual([true, false]);
    expect(poller.pairs[0]?.problem).toMatch("Reading a: no result within 45 s.");
    poller.stop();
  });

  test("ends what is under way when it is stopped, and reads nothing more", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `pair ${index}`);
    const { poller, ended, begun, open } = await startPoller(...names);
    poller.stop();
    await ended;
    expect([...open.values()].every(({ signal }) => signal.aborted)).toBe(true);
    expect(begun).toHaveLength(20);
    expect(poller.pairs.every(({ failures }) => failures === 0)).toBe(true);
  });
});
