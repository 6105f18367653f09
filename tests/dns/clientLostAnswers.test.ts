import { describe, expect, test } from "vitest";
import { watchForSecrets } from "../support/secrecy.js";
import {
  type Act,
  clientOf,
  cutAfterwards,
  loseAnswer,
  type Scripted,
  scriptedServer,
  secretText,
  silence,
  soon,
  stranger,
} from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const desired = { ttl: 60, data: ["10.0.0.1"] };
const create = [{ name: www, type: "A" as const, expected: null, desired }];
const done = "10.0.0.1 (60)";

const changes = ({ turns }: Scripted) => turns.filter(({ isChange }) => isChange);
/** Meanwhile, somebody else puts something else there. */
const overtaken: Act = async (turn) => {
  await turn.answer();
  turn.zone.put(www, "A", 60, ["10.0.0.66"]);
  turn.close();
};

async function creating(script: Act[], options = {}) {
  const server = await scriptedServer(script);
  return { server, create: () => clientOf(server, options).compareAndSet(zone, create) };
}

describe("a change whose answer is lost", () => {
  test.each<[string, Act[]]>([
    ["because the server never heard of it", [silence]],
    ["although it was made", [loseAnswer]],
    ["although it was made, and the connection is cut", [cutAfterwards]],
    ["twice, although it was made", [cutAfterwards, cutAfterwards]],
    ["because it was answered too late", [(turn) => void setTimeout(() => turn.reply(), 600)]],
  ])("%s is sent again, and is done once it is read back", async (_what, script) => {
    const { server, create } = await creating(script, soon);
    await create();
    expect(server.zone.show(www, "A")).toBe(done);
    const sent = changes(server);
    expect(sent.length).toBe(script.length + 1);
    expect(new Set(sent.map(({ request }) => request.id)).size).toBe(sent.length);
  });

  test("is a conflict when somebody else has changed it meanwhile", async () => {
    const { server, create } = await creating([overtaken]);
    const error = await watch.failureOf(create());
    expect(error).toMatchObject({ code: "DNS_CONFLICT", nothingDone: false, facts: { expected: "nothing", found: "10.0.0.66 (TTL 60)" } });
    expect(server.zone.show(www, "A")).toBe("10.0.0.66 (60)");
  });

  test("every time may have been made, and the error says so", async () => {
    const { server, create } = await creating([loseAnswer, silence], { ...soon, tries: 2 });
    const error = await watch.failureOf(create());
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT", nothingDone: false });
    expect(error.message).toBe(
      `Updating A ${www} at ${server.host}:${server.port}: no answer within 400 ms. Check that the server runs and that nothing on the way ` +
        "drops packets to its port. It may have been carried out all the same: read before you repeat it.",
    );
  });

  test("and is refused at the second try leaves open what the first one did", async () => {
    const { create } = await creating([cutAfterwards, (turn) => turn.reply({ rcode: 5 })]);
    expect(await watch.failureOf(create())).toMatchObject({ code: "DNS_REFUSED", nothingDone: false });
  });

  test("and cannot be read back is unverified", async () => {
    const { create } = await creating([(turn) => turn.reply(), silence, silence], { ...soon, tries: 2 });
    const error = await watch.failureOf(create());
    expect(error).toMatchObject({ code: "DNS_UNVERIFIED", nothingDone: false, cause: { code: "DNS_TIMED_OUT" } });
    expect(error.message).toContain("it answered NOERROR, and could not be read back.");
  });
});

describe("a plain update whose answer is lost", () => {
  const add = { kind: "add" as const, name: www, type: "A" as const, ttl: 60, data: "10.0.0.1" };
  const absent = { kind: "rrsetAbsent" as const, name: www, type: "A" as const };

  test("is sent again", async () => {
    const server = await scriptedServer([cutAfterwards]);
    await clientOf(server).update({ zone, prerequisites: [], changes: [add] });
    expect(changes(server)).toHaveLength(2);
    expect(server.zone.show(www, "A")).toBe(done);
  });

  test("and whose prerequisites then do not hold is unverified: it may have met itself", async () => {
    const server = await scriptedServer([cutAfterwards]);
    const error = await watch.failureOf(clientOf(server).update({ zone, prerequisites: [absent], changes: [add] }));
    expect(error).toMatchObject({ code: "DNS_UNVERIFIED", nothingDone: false });
    expect(error.message).toContain(
      "YXRRSET to a second try, after the answer to the first was lost. Read what stands there before you repeat it.",
    );
  });
});

describe("an answer that proves nothing", () => {
  const forged: [string, Act][] = [
    ["wrongly signed", (turn) => turn.reply(undefined, { by: stranger })],
    ["unsigned", (turn) => turn.reply(undefined, { by: undefined })],
    ["signed at another time", (turn) => turn.reply(undefined, { time: Date.now() / 1000 - 4_000 })],
    ["signed for another message", (turn) => turn.reply(undefined, { requestMac: Buffer.alloc(32) })],
  ];

  test.each(forged)("to a change, %s, is decided by what is there: done", async (_what, act) => {
    const { server, create } = await creating([act]);
    await create();
    expect(server.zone.show(www, "A")).toBe(done);
    expect(changes(server)).toHaveLength(1);
  });

  test.each<[string, Act]>([
    ["wrongly signed", (turn) => turn.reply({}, { by: stranger })],
    ["unsigned", (turn) => turn.reply({}, { by: undefined })],
  ])("to a change, %s, is never success by itself", async (why, act) => {
    const { create } = await creating([act]);
    const error = await watch.failureOf(create());
    expect(error).toMatchObject({ code: "DNS_UNVERIFIED", nothingDone: false, facts: { found: "nothing", desired: "10.0.0.1 (TTL 60)" } });
    expect(error.message).toContain(
      `its answer NOERROR (${why === "unsigned" ? "it is not signed" : "its signature is wrong"}) does not count`,
    );
  });

  test("that says that something else stands there is decided by what is there", async () => {
    const lie: Act = async (turn) => {
      await turn.answer();
      await turn.reply({ rcode: 7 }, { by: stranger });
    };
    const { server, create } = await creating([lie]);
    await create();
    expect(server.zone.show(www, "A")).toBe(done);
  });

  test.each(forged)("to a query, %s, is not believed", async (_what, act) => {
    const server = await scriptedServer([act]);
    const error = await watch.failureOf(clientOf(server).readRRset(www, "A"));
    expect(error).toMatchObject({ code: "DNS_UNVERIFIED" });
    expect(error.message).toMatch(/its answer does not count, because its? .* signs with key "dma-key\."\.$/);
  });

  test.each(forged)("to a plain update or a probe, %s, is unverified", async (_what, act) => {
    const server = await scriptedServer([act, act]);
    const client = clientOf(server);
    const update = {
      zone,
      prerequisites: [],
      changes: [{ kind: "add" as const, name: www, type: "A" as const, ttl: 60, data: "10.0.0.1" }],
    };
    expect(await watch.failureOf(client.update(update))).toMatchObject({ code: "DNS_UNVERIFIED", nothingDone: false });
    expect(await watch.failureOf(client.probeRRset(zone, www, "A", null))).toMatchObject({ code: "DNS_UNVERIFIED" });
  });

  test("without a key there is nothing to prove", async () => {
    const server = await scriptedServer();
    await clientOf(server, { signer: undefined }).compareAndSet(zone, create);
    expect(server.zone.show(www, "A")).toBe(done);
  });
});
