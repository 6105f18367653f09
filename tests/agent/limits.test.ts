import { createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { readAgent } from "../../provider/agent/client.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aSnapshot } from "../support/snapshot.js";
import { forever, halfAnswer, json, listen, type Reply, silence, standIn, text, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const megabyte = 1024 * 1024;

const read = async (reply: Reply) => readAgent((await standIn([reply])).connection, { signal: forever(), patienceMilliseconds: 0 });
const failureOf = async (reply: Reply) => watch.failureOf<Error & { code: string }>(read(reply));

describe("a large answer", () => {
  const snapshotOf = (bytes: number) => {
    const empty = JSON.stringify({ ...aSnapshot(here), padding: "" }).length;
    return { ...aSnapshot(here), padding: "x".repeat(bytes - empty) };
  };

  test("of 1 MiB is taken, of one byte more is refused", async () => {
    expect(await read(json(200, snapshotOf(megabyte)))).toMatchObject({ agent: { address: here } });
    const failure = await failureOf(json(200, snapshotOf(megabyte + 1)));
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "ANSWER_TOO_LARGE" });
    expect(failure.message).toBe("Reading Agent 127.0.20.1: the answer is larger than 1 MiB. Check that host and basePath name the API.");
  });

  test("without end is refused, and its connection is closed", async () => {
    let ended = () => {};
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const flood: Reply = (response) => {
      const pour = () => {
        while (!response.destroyed && response.write("x".repeat(64 * 1024)));
        response.once("drain", pour);
      };
      response.once("close", ended);
      response.writeHead(200, { "content-type": "application/json" });
      pour();
    };
    expect(await failureOf(flood)).toMatchObject({ code: "ANSWER_TOO_LARGE" });
    await over;
  });
});

describe("a deep answer", () => {
  /** JSON of so many levels: the Snapshot itself is one, and its field another. */
  const levels = (count: number) => ({ ...aSnapshot(here), deep: JSON.parse(`${"[".repeat(count - 1)}${"]".repeat(count - 1)}`) });

  test("of 32 levels is taken, of 33 is refused", async () => {
    expect(await read(json(200, levels(32)))).toMatchObject({ agent: { address: here } });
    const failure = await failureOf(json(200, levels(33)));
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "ANSWER_TOO_DEEP" });
    expect(failure.message).toContain("nested more than 32 levels");
  });

  test("of a million levels is refused before anything is built from it", async () => {
    expect(await failureOf(text(200, "[".repeat(megabyte)))).toMatchObject({ code: "ANSWER_TOO_DEEP" });
    expect(await failureOf(text(200, '{"a":'.repeat(200_000)))).toMatchObject({ code: "ANSWER_TOO_DEEP" });
  });

  test("is not deep by brackets in its texts, escaped quotes and backslashes included", async () => {
    const name = `${"[{".repeat(34)}" \\" \\\\" ${"[".repeat(34)}\\`;
    expect(await read(json(200, aSnapshot(here, { agent: { name } })))).toMatchObject({ agent: { name } });
  });

  test("is deep by brackets after such texts", async () => {
    expect(await failureOf(json(200, { ...levels(33), agent: { name: '" \\" \\\\' } }))).toMatchObject({ code: "ANSWER_TOO_DEEP" });
  });

  test("is no page, whatever its scripts nest", async () => {
    const page = `<html><script>${"{[".repeat(50)}</script><body>Bad Gateway</body></html>`;
    expect((await failureOf(text(502, page))).message).toContain("502, Bad Gateway.");
  });
});

describe("a page where JSON was expected", () => {
  const seen = async (page: string, status = 500) => (await failureOf(text(status, page))).message;

  test.each([
    ["its title", "<!DOCTYPE html>\n<html>\n<head><title>404 - File or directory not found.</title></head><body></body></html>"],
    ["its first words", "<html><body><h1>404 - File or directory not found.</h1><p>more</p></body></html>"],
    ["no style", "<style type='text/css'>\nbody{margin:0}\n</style>404 - File or directory not found."],
    ["no script", "<script>if (a<b) alert('x')</script>\n<SCRIPT\n>more()</SCRIPT >404 - File or directory not found."],
    ["no comment", "<!-- a --><!--\n<p>nothing > here</p>\n--><p>404 - File or directory not found."],
    ["no control characters", "\u001b\u0007404 -\u0000File or\u009bdirectory\tnot found."],
    ["a plain text's first line", "\r\n\r\n404 - File or directory not found.\r\nSecond line."],
  ])("is told by status and first line: %s", async (_what, page) => {
    expect(await seen(page, 404)).toBe(
      "Reading Agent 127.0.20.1: 404, 404 - File or directory not found. Check basePath, and that the API is set up on this Agent.",
    );
  });

  test("without a word is told as such", async () => {
    expect(await seen("<html><body></body></html>")).toBe(
      "Reading Agent 127.0.20.1: 500, an empty page. Look at the log of the API on that Agent.",
    );
  });

  test("is cut short, also within its markup", async () => {
    expect(await seen("x".repeat(5_000))).toMatch(/: 500, x{119}…\. Look at the log/);
    expect(await seen("<b>Oops</b><div class='never closed")).toMatch(/: 500, Oops\.(?! ?[<n])/);
    expect(await seen("<p>Oops</p><script>never closed")).toMatch(/: 500, Oops\.(?! ?[<n])/);
  });

  // Each of these took minutes with an expression that looks again from every place.
  test.each(["<", "<script", "<!--", " ", "\t\n", "<style ", "</script "])("cannot hold up the run: a megabyte of %j", async (part) => {
    const page = `x${part.repeat(Math.floor((megabyte - 2) / part.length))}y`;
    expect(await seen(page)).toMatch(/^Reading Agent 127\.0\.20\.1: 500, x/);
  });
});

describe("a slow answer", () => {
  const drip: Reply = (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 5);
    response.on("close", () => clearInterval(timer));
  };

  test.each([
    ["drips without end", drip],
    ["stops half-way", halfAnswer('{"apiVersion":')],
    ["never comes", silence],
  ])("ends at the deadline: it %s", async (_what, reply) => {
    const { connection, calls } = await standIn([reply]);
    const failure = await watch.failureOf(readAgent(connection, { signal: AbortSignal.timeout(1_500) }));
    expect(failure).toMatchObject({ name: "AgentUnreachableError", code: "NO_ANSWER_IN_TIME", nothingDone: false });
    expect(failure.message).toBe(
      "Reading Agent 127.0.20.1: no answer in time. Check that the Agent runs and that this machine reaches it.",
    );
    expect(calls).toHaveLength(1);
  });

  test.each([
    ["while it is awaited", silence],
    ["while it comes", halfAnswer('{"apiVersion":')],
  ])("ends at once when the call is given up %s", async (_what, reply) => {
    const controller = new AbortController();
    const { connection } = await standIn([
      (response, call) => {
        reply(response, call);
        controller.abort(new Error("Interrupted."));
      },
    ]);
    expect(await watch.failureOf(readAgent(connection, { signal: controller.signal }))).toMatchObject({ code: "NO_ANSWER_IN_TIME" });
  });

  test("is not even asked for when the time is over before", async () => {
    const { connection, calls } = await standIn([json(200, aSnapshot(here))]);
    expect(await watch.failureOf(readAgent(connection, { signal: AbortSignal.abort() }))).toMatchObject({ code: "NO_ANSWER_IN_TIME" });
    expect(calls).toHaveLength(0);
  });

  test("ends at once also while the connection is still being made", async () => {
    const reason = new Error("Interrupted.");
    const controller = new AbortController();
    // Whoever listens takes the connection and never says a word of TLS.
    const server = createTcpServer((socket: Socket) => void socket.resume());
    const { connection } = await listen(server);
    const accepted = new Promise((resolve) => server.once("connection", resolve));
    const call = watch.failureOf(readAgent({ ...connection, protocol: "https" }, { signal: controller.signal }));
    await accepted;
    controller.abort(reason);
    const failure = await call;
    expect(failure).toMatchObject({ code: "NO_ANSWER_IN_TIME" });
    // Not the client itself has given up connecting, as it does after 5 s.
    expect(failure.cause).toMatchObject({ message: reason.message });
  });
});

describe("what speaks no HTTP", () => {
  const speaking = async (words: string) => {
    const { connection, sockets } = await listen(createTcpServer((socket) => void socket.once("data", () => socket.end(words))));
    const failure = await watch.failureOf(readAgent(connection, { signal: forever(), patienceMilliseconds: 0 }));
    return { failure, connections: sockets.length };
  };

  test.each([`SSH-2.0-OpenSSH_9.2 ${token}\r\n`, "220 smtp.example.com ESMTP\r\n"])("is named at the first try: %j", async (words) => {
    const { failure, connections } = await speaking(words);
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "PROTOCOL_MISMATCH" });
    expect(failure.message).toBe("Reading Agent 127.0.20.1: what listens there does not speak HTTP. Check protocol and port.");
    expect(connections).toBe(1);
  });

  test("is not said of an answer with broken pieces", async () => {
    const { failure } = await speaking("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    expect(failure).toMatchObject({ name: "AgentUnreachableError", code: "AGENT_UNREACHABLE" });
  });

  test("is not said of headers without end", async () => {
    const { failure } = await speaking(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}\r\n\r\n`);
    expect(failure).toMatchObject({ code: "AGENT_UNREACHABLE" });
  });
});
