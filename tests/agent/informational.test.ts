import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAgent } from "../../provider/agent/client.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aSnapshot } from "../support/snapshot.js";
import { forever, listen, type Reply, standIn, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const body = JSON.stringify(aSnapshot(here, { agent: { name: "HTTP/1.1 100 Continue" } }));
const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const proceed = "HTTP/1.1 100 Continue\r\n\r\n";
const time = () => ({ signal: forever(), patienceMilliseconds: 0 });

/** Answers each call with these parts, one after the other, as packets of their own. */
async function answering(...parts: string[]) {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on("data", () => {
      parts.forEach((part, at) => void setTimeout(() => socket.write(part), at * 20));
    });
  });
  return listen(server);
}

describe("a server that says 100 Continue unasked is read on", () => {
  test.each([
    ["before its answer", [proceed, answer]],
    ["in one packet with its answer", [proceed + answer]],
    ["several times", [proceed, proceed + proceed, answer]],
    ["with fields", ["HTTP/1.1 100 Continue\r\nServer: odd\r\n\r\n", answer]],
    ["without words", ["HTTP/1.1 100\r\n\r\n", answer]],
    ["in pieces", ["HT", "TP/1.1 1", "00 Continue\r", "\n\r", `\n${answer.slice(0, 7)}`, answer.slice(7)]],
    ["together with another that is none of the answer", [proceed, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", answer]],
  ])("%s", async (_how, parts) => {
    const { connection } = await answering(...parts);
    expect(await readAgent(connection, time())).toMatchObject({ agent: { address: here } });
    expect(await readAgent(connection, time()), "on a connection that is used again").toMatchObject({ agent: { address: here } });
  });

  test("and what is within an answer stays, wherever its packets begin", async () => {
    const at = answer.indexOf("HTTP/1.1 100");
    const { connection } = await answering(answer.slice(0, at), answer.slice(at));
    expect(await readAgent(connection, time())).toMatchObject({ agent: { name: "HTTP/1.1 100 Continue" } });
  });

  test("but not for ever", async () => {
    const { connection } = await answering(`HTTP/1.1 100 Continue\r\nX: ${"x".repeat(40_000)}`);
    const failure = await watch.failureOf(readAgent(connection, { ...time(), signal: AbortSignal.timeout(3_000) }));
    expect(failure.name).toMatch(/^(AgentUnreachableError|WrongAnswerError)$/);
  });
});

describe("an answer that is compressed although that was not asked for", () => {
  const zipped =
    (status: number, encoding: string): Reply =>
    (response, call) => {
      expect(call.headers["accept-encoding"]).toBe("identity");
      response.writeHead(status, { "content-type": "application/json", "content-encoding": encoding }).end(gzipSync(body));
    };

  test("is named as such, with what to switch off", async () => {
    const failure = await watch.failureOf(readAgent((await standIn([zipped(200, "gzip")])).connection, time()));
    expect(failure).toMatchObject({ code: "NO_JSON" });
    expect(failure.message).toBe(
      "Reading Agent 127.0.20.1: 200, an answer compressed as gzip is no answer of the Failover API. " +
        "It was asked for uncompressed: switch compression (content-encoding) off for this API, on the Agent or what stands before it.",
    );
  });

  test("is named also where it is an error", async () => {
    const failure = await watch.failureOf(readAgent((await standIn([zipped(403, "br")])).connection, time()));
    expect(failure.message).toContain("403, an answer compressed as br.");
  });

  test("is none when its encoding is identity", async () => {
    const plain: Reply = (response) => void response.writeHead(200, { "content-encoding": "identity" }).end(body);
    expect(await readAgent((await standIn([plain])).connection, time())).toMatchObject({ agent: { address: here } });
  });
});
