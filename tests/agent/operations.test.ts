import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OperationFailedError, waitForOperation } from "../../provider/agent/operations.js";
import { systemClock } from "../../provider/core/clock.js";
import { VerbContext } from "../../provider/core/context.js";
import { watchForSecrets } from "../support/secrecy.js";
import { anOperation } from "../support/snapshot.js";
import { cut, error, json, type Reply, standIn, text, token } from "./standIn.js";

const watch = watchForSecrets(token);
const running = (phase: string, percent: number | null = null) => json(200, anOperation({ phase, percent }));
const succeeded = json(200, anOperation({ state: "succeeded", phase: "joiningCluster", finishedUtc: "2026-01-01T00:10:00Z" }));
const ended = { code: "SL_SYNC_FAILED", detail: "Synchronization failed." };
const failed = (reason: { code: string; detail: string } | null = ended) =>
  json(200, anOperation({ state: "failed", phase: "synchronizing", error: reason }));

/** Time jumps: a sleep is over at once and moves the clock by its length. */
beforeEach(() => {
  let passed = 0;
  vi.spyOn(systemClock, "now").mockImplementation(() => passed);
  vi.spyOn(systemClock, "sleep").mockImplementation(async (milliseconds, signal) => {
    signal?.throwIfAborted();
    passed += milliseconds;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function waiting(replies: Reply[], minutes = 10) {
  const agent = await standIn(replies);
  const context = new VerbContext("create", "FailoverPair pair", undefined, { create: minutes * 60_000, update: 1, delete: 1 });
  const call = waitForOperation(agent.connection, anOperation(), "Setting up pair 111", context);
  return { ...agent, call, pauses: () => vi.mocked(systemClock.sleep).mock.calls.map(([milliseconds]) => Math.round(milliseconds)) };
}

describe("waiting for an operation", () => {
  test("asks for it by its id until it has succeeded, first soon, then less often", async () => {
    const { call, calls, pauses } = await waiting([...Array.from({ length: 9 }, () => running("synchronizing")), succeeded]);
    expect(await call).toMatchObject({ state: "succeeded" });
    expect(new Set(calls.map(({ url }) => url.search))).toEqual(new Set(["?agent=127.0.20.1&id=op-1&bypassProxy=true"]));
    expect(calls).toHaveLength(10);
    expect(pauses()).toEqual([500, 750, 1125, 1688, 2531, 3797, 5695, 8543, 10_000]);
  });

  test("tells every new phase once, and a long one again every 30 s", async () => {
    const { call } = await waiting([
      running("checking"),
      running("checking"),
      running("synchronizing", 12.4),
      ...Array.from({ length: 9 }, () => running("synchronizing", 80)),
      succeeded,
    ]);
    await call;
    expect(watch.lines).toEqual([
      "FailoverPair pair: Setting up pair 111: checking (0s)",
      "FailoverPair pair: Setting up pair 111: synchronizing, 12 % (1s)",
      "FailoverPair pair: Setting up pair 111: synchronizing, 80 % (35s)",
    ]);
  });

  test.each<[string, Reply[]]>([
    ["is silent", [cut, cut, cut]],
    ["shows a page", [text(503, "<h1>Service Unavailable</h1>"), text(502, "<h1>Bad Gateway</h1>")]],
    ["has its host up, but nothing behind it", [error(503, 7), error(500, 1001), error(503, 1006)]],
    ["lets other Agents answer", [error(421, "WRONG_AGENT"), error(421, "WRONG_AGENT")]],
    ["answers too often asked", [error(429, 1014, "slow down", { "retry-after": "7" })]],
  ])("goes on while the member restarts and %s", async (_what, replies) => {
    const { call } = await waiting([running("restartingOnline"), ...replies, succeeded]);
    expect(await call).toMatchObject({ state: "succeeded" });
  });

  test("ends with the Agent's own words when the operation failed", async () => {
    const { call } = await waiting([running("synchronizing"), failed()]);
    const failure = await watch.failureOf(call);
    expect(failure).toBeInstanceOf(OperationFailedError);
    expect(failure).toMatchObject({ code: "SL_SYNC_FAILED", facts: { operation: "op-1", phase: "synchronizing" } });
    expect(failure.message).toBe("Setting up pair 111: failed in phase synchronizing, SL_SYNC_FAILED: Synchronization failed.");
  });

  test("ends with words of ours when the Agent has none, and without secrets when it has too many", async () => {
    const silentFailure = await watch.failureOf((await waiting([failed(null)])).call);
    expect(silentFailure.message).toBe("Setting up pair 111: failed in phase synchronizing, UNKNOWN: no reason given.");
    const detail = `line one\nline two ${token} ${"x".repeat(5_000)}`;
    const loud = await watch.failureOf((await waiting([failed({ code: `${token}\u001b[2J`, detail })])).call);
    expect(loud.message).toMatch(/: line one line two \[secret\] x+…\.$/);
    expect(loud.message.length).toBeLessThan(500);
  });

  test("ends when the Agent no longer knows it, and says how to go on", async () => {
    const { call } = await waiting([running("checking"), error(404, "NOT_FOUND", "no such operation")]);
    const failure = await watch.failureOf(call);
    expect(failure).toMatchObject({ code: "OPERATION_VANISHED" });
    expect(failure.message).toContain("Run the same command again: it carries on from what the Agents say.");
  });

  test.each([
    ["it is refused", error(403, "NO"), "NO"],
    ["nonsense is answered", json(200, { id: "op-1" }), "NONSENSE"],
  ])("ends at once when %s", async (_what, reply, code) => {
    const { call, calls } = await waiting([running("checking"), reply]);
    expect(await watch.failureOf(call)).toMatchObject({ code });
    expect(calls).toHaveLength(2);
  });

  test("that runs out of time names the phase that was seen last, and that it goes on", async () => {
    const { call } = await waiting([running("synchronizing", 40)], 5);
    const failure = await watch.failureOf(call);
    expect(failure).toMatchObject({ name: "WaitError", code: "TIMED_OUT" });
    expect(failure.message).toMatch(
      /^Setting up pair 111: not done within 5m, last seen: phase synchronizing, 40 %\. The operation goes on at the Agent;/,
    );
  });

  test("that runs out of time while nobody answers names the phase and the silence", async () => {
    const { call } = await waiting([running("goingOffline"), cut], 1);
    expect((await watch.failureOf(call)).message).toContain("last seen: phase goingOffline, the Agent does not answer.");
  });
});
