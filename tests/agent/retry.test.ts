import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentRefusedError, AgentUnreachableError, ConnectionError, WrongAnswerError } from "../../provider/agent/errors.js";
import { isPassing, withRetry } from "../../provider/agent/retry.js";
import type { Clock } from "../../provider/core/clock.js";
import { watchForSecrets } from "../support/secrecy.js";

const watch = watchForSecrets();

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

const refused = (status: number, code = `HTTP_${status}`, facts = {}) => new AgentRefusedError(status, code, `Reading: ${code}.`, facts);
const silent = (nothingDone = false) => new AgentUnreachableError("AGENT_UNREACHABLE", "Reading: silence.", { nothingDone });

/** Tries that end with these errors, then with an answer; how often it was tried and how long it paused. */
async function trying(failures: Error[], retry: { patienceMilliseconds?: number; signal?: AbortSignal } = {}) {
  const clock = jumpingClock();
  let tries = 0;
  const call = withRetry({ patienceMilliseconds: 10_000, signal: new AbortController().signal, ...retry, clock }, async () => {
    const failure = failures[tries++];
    if (failure) throw failure;
    return "answer";
  });
  const answer = await call.catch((error: unknown) => error);
  return { answer, tries, pauses: clock.pauses };
}

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a call is tried again", () => {
  test.each([
    ["silence", silent()],
    ["429", refused(429)],
    ["503 of the host", refused(503, "7")],
    ["the host's 1001, which is a 500", refused(500, "1001")],
    ["the host's 1006", refused(503, "1006")],
    ["421", refused(421, "WRONG_AGENT")],
  ])("after %s", async (_what, failure) => {
    expect(await trying([failure, failure])).toMatchObject({ answer: "answer", tries: 3 });
  });

  test.each([400, 401, 403, 404, 405, 409, 413, 414, 415, 500, 501])("never after %i", async (status) => {
    const failure = refused(status);
    expect(await trying([failure])).toMatchObject({ answer: failure, tries: 1, pauses: [] });
  });

  test.each([
    ["a missing token", new ConnectionError("TOKEN_MISSING", "m")],
    ["nonsense", new WrongAnswerError("NONSENSE", "m")],
    ["a programming error", new TypeError("m")],
    ["the host's other numbers", refused(500, "12")],
  ])("never after %s", async (_what, failure) => {
    expect(isPassing(failure)).toBe(false);
    expect(await trying([failure])).toMatchObject({ answer: failure, tries: 1 });
  });
});

describe("the pauses", () => {
  test("grow to five seconds, until patience is at its end, and the last error is thrown", async () => {
    const last = silent();
    const { answer, pauses } = await trying([...Array.from({ length: 7 }, () => silent()), last], { patienceMilliseconds: 20_000 });
    expect(pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(answer).toBe(last);
  });

  test("are anything from nothing to their length", async () => {
    vi.mocked(Math.random).mockReturnValueOnce(0).mockReturnValueOnce(0.25).mockReturnValueOnce(0.5);
    expect((await trying([silent(), silent(), silent()])).pauses).toEqual([0, 100, 400]);
  });

  test("are not begun when they would outlast patience", async () => {
    expect(await trying([silent()], { patienceMilliseconds: 0 })).toMatchObject({ tries: 1, pauses: [] });
  });

  test("are at least as long as the host asks for, beyond patience too", async () => {
    const asking = refused(429, "1014", { retryAfterMilliseconds: 42_000 });
    expect(await trying([asking, asking], { patienceMilliseconds: 100 })).toMatchObject({ answer: "answer", pauses: [42_000, 42_000] });
    const brief = refused(429, "1014", { retryAfterMilliseconds: 50 });
    expect((await trying([brief])).pauses).toEqual([200]);
  });

  test("are short after 421, which is tried twenty times without regard to patience", async () => {
    const failure = refused(421, "WRONG_AGENT");
    expect(await trying(Array(19).fill(failure), { patienceMilliseconds: 0 })).toMatchObject({ answer: "answer", tries: 20 });
    const { answer, tries, pauses } = await trying(Array(30).fill(failure), { patienceMilliseconds: 0 });
    expect({ answer, tries }).toEqual({ answer: failure, tries: 20 });
    expect(new Set(pauses)).toEqual(new Set([150]));
  });
});

describe("a signal that ends a call", () => {
  test.each([
    ["silence", silent()],
    ["421", refused(421, "WRONG_AGENT")],
    ["429 with a wait", refused(429, "1014", { retryAfterMilliseconds: 60_000 })],
  ])("in the pause after %s leaves the last error, which says more than an abort", async (_what, failure) => {
    const controller = new AbortController();
    const clock = jumpingClock();
    const call = withRetry({ patienceMilliseconds: 10_000, signal: controller.signal, clock }, async () => {
      controller.abort();
      throw failure;
    });
    expect(await watch.failureOf(call)).toBe(failure);
    expect(clock.pauses).toEqual([]);
  });
});

describe("a write that is refused at last", () => {
  const lastOf = async (...failures: Error[]) => (await trying(failures)).answer as { nothingDone?: boolean };

  test("changed nothing when no earlier try can have been carried out", async () => {
    expect(await lastOf(refused(409))).toMatchObject({ status: 409, nothingDone: true });
    expect(await lastOf(silent(true), refused(421), refused(429), refused(409))).toMatchObject({ status: 409, nothingDone: true });
  });

  test.each([
    ["the answer to an earlier one was lost", silent(false)],
    ["the host failed half-way in an earlier one", refused(500, "1001")],
  ])("may have changed something when %s", async (_what, earlier) => {
    expect(await lastOf(earlier, refused(409))).toMatchObject({ status: 409, nothingDone: false });
    expect(await lastOf(earlier, silent(true), refused(401))).toMatchObject({ status: 401, nothingDone: false });
    expect(await lastOf(earlier, new ConnectionError("TOKEN_MISSING", "m"))).toMatchObject({ code: "TOKEN_MISSING", nothingDone: false });
  });

  test.each([
    [400, true],
    [409, true],
    [429, true],
    [500, false],
    [503, false],
    [301, false],
  ])("with %i changed nothing: %s", (status, nothingDone) => {
    expect(refused(status).nothingDone).toBe(nothingDone);
  });
});
