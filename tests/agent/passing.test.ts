import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { putPair, readAgent } from "../../provider/agent/client.js";
import { VerbContext } from "../../provider/core/context.js";
import { watchForSecrets } from "../support/secrecy.js";
import { anOperation, aPair, aSnapshot } from "../support/snapshot.js";
import { type Call, connectionTo, cut, error, forever, freePort, halfAnswer, json, type Reply, standIn, text, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const good = json(200, aSnapshot(here));
const page = "<html><body><h1>Service Unavailable</h1></body></html>";

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0.01);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("what passes", () => {
  test.each<[string, Reply[]]>([
    ["a connection that is reset", [cut, cut]],
    ["an answer that is reset half-way", [halfAnswer('{"apiVersion":', (socket) => socket.resetAndDestroy())]],
    ["an answer that ends half-way", [halfAnswer('{"apiVersion":', (socket) => socket.destroySoon())]],
    [
      "an answer in pieces that ends half-way, on a connection that was to close",
      [
        (response) => {
          response.writeHead(200, { connection: "close", "transfer-encoding": "chunked" });
          response.write('{"apiVersion":', () => response.socket?.destroySoon());
        },
      ],
    ],
    ["429 without a wait", [error(429, 1014)]],
    ["429 with no wait at all", [error(429, 1014, "slow down", { "retry-after": "0" })]],
    ["429 until a time that is over", [error(429, 1014, "slow down", { "retry-after": "Thu, 01 Jan 2026 00:00:00 GMT" })]],
    ["429 with a wait that nobody understands", [error(429, 1014, "slow down", { "retry-after": "soon" })]],
    ["503 of the host", [error(503, 7)]],
    ["503 of a web server", [text(503, page), text(503, page)]],
    ["502 and 504 of a proxy", [text(502, page), text(504, page)]],
    ["the host's 1001", [error(500, 1001)]],
    ["the host's 1006", [error(503, 1006)]],
    ["calls that other Agents of the system took", Array.from({ length: 8 }, () => error(421, "WRONG_AGENT"))],
  ])("is tried again: %s", async (_what, replies) => {
    const { connection, calls } = await standIn([...replies, good]);
    expect(await readAgent(connection, { signal: forever() })).toMatchObject({ agent: { address: here } });
    expect(calls).toHaveLength(replies.length + 1);
  });

  test("is tried again: nothing listens yet", async () => {
    const port = await freePort();
    const call = readAgent(connectionTo(port), { signal: forever() });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const { calls } = await standIn([good], { port });
    expect(await call).toMatchObject({ agent: { address: here } });
    expect(calls).toHaveLength(1);
  });
});

describe("what does not pass", () => {
  test.each([400, 401, 403, 404, 409, 500])("is asked once: %i", async (status) => {
    const { connection, calls } = await standIn([error(status, "NO", "it says no")]);
    expect(await watch.failureOf(readAgent(connection, { signal: forever() }))).toMatchObject({
      name: "AgentRefusedError",
      status,
      code: "NO",
    });
    expect(calls).toHaveLength(1);
  });

  test("ends with who is silent, and what to check", async () => {
    const failure = await watch.failureOf(readAgent(connectionTo(await freePort()), { signal: forever(), patienceMilliseconds: 20 }));
    expect(failure).toMatchObject({ name: "AgentUnreachableError", code: "AGENT_UNREACHABLE", nothingDone: true });
    expect(failure.message).toBe(
      "Reading Agent 127.0.20.1: the connection is refused. Check that the Agent runs and that this machine reaches it.",
    );
  });

  test("names host and member when they are not the same", async () => {
    const connection = { ...connectionTo(await freePort()), address: "10.10.10.1" };
    const failure = await watch.failureOf(readAgent(connection, { signal: forever(), patienceMilliseconds: 0 }));
    expect(failure.message).toMatch(/^Reading Agent 10\.10\.10\.1 \(127\.0\.20\.1\): /);
  });

  test("is told for a name that does not resolve", async () => {
    const connection = connectionTo(443, { host: "no-such-agent.invalid", address: "10.10.10.1" });
    const failure = await watch.failureOf(readAgent(connection, { signal: forever(), patienceMilliseconds: 0 }));
    expect(failure).toMatchObject({ code: "AGENT_UNREACHABLE", nothingDone: true });
    expect(failure.message).toMatch(/its name (does not resolve|cannot be resolved right now)/);
  });

  test("is told after misrouted calls without end", async () => {
    const { connection, calls } = await standIn([error(421, "WRONG_AGENT", "This is 10.0.0.9.")]);
    const failure = await watch.failureOf(readAgent(connection, { signal: forever() }));
    expect(failure).toMatchObject({ status: 421, code: "WRONG_AGENT" });
    expect(failure.message).toContain("check that address is its corporate IP address");
    expect(calls).toHaveLength(20);
  });
});

describe("a wait that the host asks for", () => {
  /** The error that is left when the call is ended while it waits. */
  const waitAskedFor = async (retryAfter: string) => {
    const controller = new AbortController();
    const reply: Reply = (response, call) => {
      error(429, 1014, "slow down", { "retry-after": retryAfter })(response, call);
      response.on("close", () => setTimeout(() => controller.abort(), 20));
    };
    const { connection, calls } = await standIn([reply]);
    const failure = await watch.failureOf(readAgent(connection, { signal: controller.signal }));
    return { failure, calls: calls.length };
  };

  test("in seconds is kept, also one that no timer can hold", async () => {
    expect(await waitAskedFor("120")).toMatchObject({ failure: { facts: { retryAfterMilliseconds: 120_000 } }, calls: 1 });
    expect(await waitAskedFor("99999999")).toMatchObject({ failure: { facts: { retryAfterMilliseconds: 99_999_999_000 } }, calls: 1 });
  });

  test("until a date is kept", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-03-01T12:00:00Z") });
    try {
      expect(await waitAskedFor("Sun, 01 Mar 2026 12:01:30 GMT")).toMatchObject({
        failure: { status: 429, facts: { retryAfterMilliseconds: 90_000 } },
        calls: 1,
      });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("a write whose answer was lost", () => {
  const body = {
    requestId: "5f0c1d5e-6a52-4b5e-9f5b-0d1f6a3f8a11",
    revision: "7",
    owner: "project/stack/pair",
    previousOwner: null,
    config: aPair(here, "10.0.0.2").config,
  };
  const write = (connection: Parameters<typeof putPair>[0]) => putPair(connection, 111, body, { signal: forever() });

  test("is sent again word for word, with the same requestId", async () => {
    const { connection, calls } = await standIn([cut, text(502, page), error(421, "WRONG_AGENT"), json(202, anOperation())]);
    expect(await write(connection)).toMatchObject({ id: "op-1" });
    const said = ({ method, url, body: sent }: Call) => ({ method, url: url.href, sent });
    expect(new Set(calls.map((call) => JSON.stringify(said(call)))).size).toBe(1);
    expect(calls).toHaveLength(4);
    expect(calls[3]?.body).toEqual(body);
  });

  test("and which is then refused has begun something all the same", async () => {
    const begunBy = async (...replies: Reply[]) => {
      const context = new VerbContext("create", "Pair", undefined, { create: 60_000, update: 1, delete: 1 });
      const { connection } = await standIn(replies);
      const failure = await watch.failureOf(context.write(() => write(connection)));
      expect(failure).toMatchObject({ status: 409, code: "STALE_REVISION" });
      return context.begun;
    };
    expect(await begunBy(cut, error(409, "STALE_REVISION"))).toBe(true);
    expect(await begunBy(error(409, "STALE_REVISION"))).toBe(false);
    expect(await begunBy(error(421, "WRONG_AGENT"), error(409, "STALE_REVISION"))).toBe(false);
  });

  test("has begun nothing when nobody listened", async () => {
    const context = new VerbContext("create", "Pair", undefined, { create: 60_000, update: 1, delete: 1 });
    const connection = connectionTo(await freePort());
    const time = { signal: forever(), patienceMilliseconds: 20 };
    await watch.failureOf(context.write(() => putPair(connection, 111, body, time)));
    expect(context.begun).toBe(false);
  });
});
