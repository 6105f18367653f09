import { describe, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { frame } from "../../provider/dns/message.js";
import { watchForSecrets } from "../support/secrecy.js";
import {
  type Act,
  clientOf,
  honest,
  nobody,
  says,
  scriptedServer,
  secretText,
  silence,
  soon,
  stranger,
  type Turn,
} from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const once = { ...soon, tries: 1 };
const overUdp = { ...once, queryOver: "udp" as const };

/** A server with one record, and what a client reads there. */
async function reading(script: Act[], options = {}) {
  const server = await scriptedServer(script);
  server.zone.put(www, "A", 60, ["10.0.0.1"]);
  const client = clientOf(server, options);
  return { server, client, read: () => client.readRRset(www, "A") };
}
const record = { name: www, type: "A", ttl: 60, data: ["10.0.0.1"] };

const otherId = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  changed.writeUInt16BE(bytes.readUInt16BE() ^ 1);
  return changed;
};
const otherQuestion = (turn: Turn) =>
  turn.answer({ authoritative: true, questions: [{ name: "other.skyline.local.", type: types.A, class: 1 }] });

describe("over TCP", () => {
  test("an answer may come byte by byte", async () => {
    const { read } = await reading([
      async (turn) => {
        for (const byte of frame(await turn.answer())) {
          turn.pour(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    ]);
    expect(await read()).toEqual(record);
  });

  test("answers may come in another order, and two in one piece", async () => {
    const answers: Buffer[] = [];
    const collect: Act = async (turn) => {
      answers.push(frame(await turn.answer()));
      if (answers.length === 3) turn.pour(Buffer.concat(answers.reverse()));
    };
    const { server, client } = await reading([collect, collect, collect]);
    server.zone.put("a.skyline.local.", "A", 1, ["10.0.0.2"]);
    const read = await Promise.all([client.readRRset(www, "A"), client.readRRset("a.skyline.local", "A"), client.readRRset(www, "AAAA")]);
    expect(read.map((set) => set?.data)).toEqual([["10.0.0.1"], ["10.0.0.2"], undefined]);
    expect(server.sockets).toHaveLength(1);
  });

  test("a hundred messages are under way at once on one connection", async () => {
    const waiting: (() => void)[] = [];
    const together: Act = (turn) => {
      waiting.push(() => turn.reply());
      if (waiting.length === 100) for (const reply of waiting) reply();
    };
    const { server, read } = await reading(Array(100).fill(together));
    expect(await Promise.all(Array.from({ length: 100 }, read))).toEqual(Array(100).fill(record));
    expect(server.sockets).toHaveLength(1);
    expect(new Set(server.turns.map(({ request }) => request.id)).size).toBe(100);
  });

  test.each<[string, (turn: Turn) => Promise<Buffer>]>([
    ["with another id", async (turn) => otherId(await turn.answer())],
    ["to another question", otherQuestion],
    ["without a question, to a query", (turn) => turn.answer({ authoritative: true, questions: [] })],
    ["that is a question itself", (turn) => turn.answer({ isResponse: false })],
    ["to an update", (turn) => turn.answer({ opcode: 5 })],
  ])("an answer %s is passed over, and the right one is taken after it", async (_what, wrong) => {
    const { read, server } = await reading([
      async (turn) => {
        turn.send(await wrong(turn));
        await turn.reply();
      },
    ]);
    expect(await read()).toEqual(record);
    expect(server.turns).toHaveLength(1);
  });

  test.each<[string, (turn: Turn) => Promise<Buffer>, string]>([
    ["with another id", async (turn) => otherId(await turn.answer()), "an answer with another id"],
    ["to another question", otherQuestion, "an answer to another question"],
  ])("an answer %s alone is no answer, and the error tells of it", async (_what, wrong, noted) => {
    const { read } = await reading([async (turn) => turn.send(await wrong(turn))], once);
    const error = await watch.failureOf(read());
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT" });
    expect(error.message).toContain(`no answer within 400 ms, only ${noted}.`);
  });

  test.each<[string, Act, string]>([
    ["closes the connection", (turn) => turn.close(), "the connection was closed without an answer"],
    [
      "closes after half a message",
      async (turn) => {
        turn.pour(frame(await turn.answer()).subarray(0, 30));
        setImmediate(turn.close);
      },
      "the connection was closed without an answer",
    ],
    ["speaks another protocol", (turn) => turn.send(Buffer.from("HTTP/1.1 400 Bad Request")), "only an answer with another id"],
    ["sends a message of three bytes", (turn) => turn.send(Buffer.from("no!")), "what it sent is no DNS message"],
    [
      "sends the right id and then nonsense",
      async (turn) => turn.send(Buffer.concat([(await turn.answer()).subarray(0, 20), Buffer.alloc(9, 0xff)])),
      "what it sent is no DNS message",
    ],
  ])("a server that %s is asked again, and told of when it stays so", async (_what, act, seen) => {
    const { read } = await reading([act], soon);
    expect(await read()).toEqual(record);
    const other = await reading([act, act], { ...soon, tries: 2 });
    const error = await watch.failureOf(other.read());
    expect(error).toMatchObject({ code: expect.stringMatching(/^DNS_(UNREACHABLE|TIMED_OUT)$/) });
    expect(error.message).toContain(`Reading A ${www} at ${other.server.host}:${other.server.port}: `);
    expect(error.message).toContain(seen);
  });

  test("half a message that is never finished is no answer in time, and that connection is not used again", async () => {
    const half: Act = async (turn) => turn.pour(frame(await turn.answer()).subarray(0, 30));
    const { read, server } = await reading([half], soon);
    expect(await read()).toEqual(record);
    expect(server.sockets).toHaveLength(2);
  });

  test("an answer after its time is not taken for the answer to a later message", async () => {
    const late: Act = (turn) => void setTimeout(() => turn.reply({ authoritative: true }), 600);
    const { read, server } = await reading([late], soon);
    expect(await read()).toEqual(record);
    expect(await read()).toEqual(record);
    expect(server.turns).toHaveLength(3);
  });

  test("a connection that the server closes between two messages is opened anew", async () => {
    const thenClose: Act = async (turn) => {
      await turn.reply();
      turn.close();
    };
    const { read, server } = await reading([thenClose, thenClose, thenClose], { tries: 1 });
    for (let count = 0; count < 3; count++) expect(await read()).toEqual(record);
    expect(server.sockets).toHaveLength(3);
  });

  test("a server that closes instead of answering a second message is asked that message once more at once", async () => {
    const { read, server } = await reading([honest, (turn) => turn.close()], { tries: 1 });
    expect(await read()).toEqual(record);
    expect(await read()).toEqual(record);
    expect(server.sockets).toHaveLength(2);
  });

  test("a port where nothing listens is unreachable, and nothing was done", async () => {
    const client = clientOf(nobody, { tries: 1 });
    const steps = [{ name: www, type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.0.0.1"] } }];
    const error = await watch.failureOf(client.compareAndSet(zone, steps));
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE", nothingDone: true });
    expect(error.message).toBe(
      `Updating A ${www} at 127.53.1.250:9: the connection is refused. Check host and port, and that a name server listens there on TCP.`,
    );
  });
});

describe("over UDP", () => {
  test("a query goes with EDNS and comes back as one datagram", async () => {
    const { read, server } = await reading([], overUdp);
    expect(await read()).toEqual(record);
    expect(server.turns.map(({ over }) => over)).toEqual(["udp"]);
    expect(server.turns[0]?.request.additionals.map(({ type, class: size }) => [type, size])[0]).toEqual([types.OPT, 1232]);
  });

  test("a truncated answer is not used: the query goes over TCP", async () => {
    const { read, server } = await reading(
      [(turn) => turn.reply({ ...turn.zone.answer(turn.request), truncated: true, answers: [] })],
      overUdp,
    );
    expect(await read()).toEqual(record);
    expect(server.turns.map(({ over }) => over)).toEqual(["udp", "tcp"]);
  });

  test.each(["FORMERR", "NOTIMP"] as const)("a server that does not know EDNS and says %s is asked without", async (rcode) => {
    const { read, server } = await reading([(turn) => turn.reply({ rcode: rcode === "FORMERR" ? 1 : 4, additionals: [] })], overUdp);
    expect(await read()).toEqual(record);
    expect(server.turns.map(({ request }) => request.additionals.some(({ type }) => type === types.OPT))).toEqual([true, false]);
  });

  test.each<[string, (turn: Turn) => Promise<Buffer>]>([
    ["unsigned", (turn) => turn.answer({ authoritative: true }, { by: undefined })],
    ["wrongly signed", (turn) => turn.answer({ authoritative: true }, { by: stranger })],
    ["refusing, unsigned", (turn) => turn.answer({ rcode: 5 }, { by: undefined })],
    ["with another id", async (turn) => otherId(await turn.answer())],
    ["to another question", otherQuestion],
    ["that is garbage", async (turn) => Buffer.concat([(await turn.answer()).subarray(0, 14), Buffer.from("garbage")])],
  ])("an answer %s is dropped, and the right one is taken after it", async (_what, wrong) => {
    const { read, server } = await reading(
      [
        async (turn) => {
          turn.send(await wrong(turn));
          await turn.reply();
        },
      ],
      overUdp,
    );
    expect(await read()).toEqual(record);
    expect(server.turns).toHaveLength(1);
  });

  test("an unsigned answer alone is told as such when the time is up", async () => {
    const refused = await reading([says("REFUSED", { by: undefined })], overUdp);
    const error = await watch.failureOf(refused.read());
    expect(error).toMatchObject({ code: "DNS_REFUSED" });
    expect(error.message).toContain("an unauthenticated answer said REFUSED (it is not signed)");
    const unsigned = await reading([(turn) => turn.reply({ authoritative: true }, { by: undefined })], overUdp);
    expect(await watch.failureOf(unsigned.read())).toMatchObject({ code: "DNS_UNVERIFIED" });
  });

  test("silence is asked again under another id", async () => {
    const { read, server } = await reading([silence], { ...soon, queryOver: "udp" });
    expect(await read()).toEqual(record);
    expect(new Set(server.turns.map(({ request }) => request.id)).size).toBe(2);
  });

  test("a closed port is told at once", async () => {
    const client = clientOf(nobody, { queryOver: "udp", tries: 1 });
    const error = await watch.failureOf(client.readRRset(www, "A"));
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE" });
    expect(error.message).toContain("the connection is refused");
  });

  test("an update goes over TCP all the same", async () => {
    const { client, server } = await reading([], overUdp);
    await client.compareAndSet(zone, [{ name: www, type: "AAAA", expected: null, desired: { ttl: 60, data: ["fd00::1"] } }]);
    expect(server.turns.map(({ over, isChange }) => [over, isChange])).toEqual([
      ["tcp", true],
      ["udp", false],
    ]);
  });
});
