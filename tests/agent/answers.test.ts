import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { endPair, probe, putPair, putSettings, readAgent, readOperation, switchPair } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import { watchForSecrets } from "../support/secrecy.js";
import { anOperation, aPair, aSnapshot, aStatus } from "../support/snapshot.js";
import { error, forever, json, type Reply, standIn, text, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const time = () => ({ signal: forever(), patienceMilliseconds: 0 });

const read = async (reply: Reply) => readAgent((await standIn([reply])).connection, time());
const failureOf = async (reply: Reply) => watch.failureOf<Error & { code: string }>(read(reply));

describe("an answer", () => {
  test("may have fields that nobody knows, anywhere", async () => {
    const snapshot = aSnapshot(here, { pair: aPair(here, "10.0.0.2"), status: aStatus() });
    const odd = { ...snapshot, newer: true, agent: { ...snapshot.agent, colour: "red" }, pair: { ...snapshot.pair, mood: { is: "good" } } };
    expect(await read(json(200, odd))).toEqual(snapshot);
  });

  test("may name a state, a phase or a status text that nobody knows", async () => {
    const operation = anOperation({ phase: "polishing" });
    const pair = aPair(here, "10.0.0.2", { state: "hibernating", operation });
    expect(await read(json(200, aSnapshot(here, { pair, status: aStatus({ failoverStatus: "Snoozing" }) })))).toMatchObject({
      pair: { state: "hibernating", operation: { phase: "polishing" } },
      status: { failoverStatus: "Snoozing" },
    });
  });

  test.each(["1", "1.0", "1.17"])("may be of version %s", async (apiVersion) => {
    expect(await read(json(200, aSnapshot(here, { apiVersion })))).toMatchObject({ apiVersion });
  });

  test.each(["2", "2.1", "10", "0", "1beta"])("of version %s is refused, and says who shall be updated", async (apiVersion) => {
    const failure = await failureOf(json(200, aSnapshot(here, { apiVersion })));
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "API_VERSION" });
    expect(failure.message).toContain(
      `it speaks version ${apiVersion} of the Failover API, this package version 1. Update whichever is older: this package, or the script on the Agent.`,
    );
  });

  test("keeps what is sent back as it came", async () => {
    const operation = anOperation({ id: "op 1/ü", requestId: "r=1" });
    const owner = "shop/dev/👩‍💻  two#3";
    const told = aSnapshot(here, { revision: " 7/ü ", pair: aPair(here, "10.0.0.2", { owner, operation }) });
    expect(await read(json(200, told))).toEqual(told);
  });

  test.each([
    ["revision", aSnapshot(here, { revision: "7\u202e" })],
    ["pair.owner", aSnapshot(here, { pair: aPair(here, "10.0.0.2", { owner: `shop/${token}/pair` }) })],
    ["pair.operation.id", aSnapshot(here, { pair: aPair(here, "10.0.0.2", { operation: anOperation({ id: "op\u001b[2J" }) }) })],
    [
      "pair.config.hostname",
      aSnapshot(here, { pair: aPair(here, "10.0.0.2", { config: { ...aPair(here, here).config, hostname: "a\nb" } }) }),
    ],
  ])("with %s that cannot be shown is refused, never changed: it would stand for something else", async (place, told) => {
    const failure = await failureOf(json(200, told));
    expect(failure).toMatchObject({ code: "NONSENSE" });
    expect(failure.message).toContain(`at ${place} (expected a text without a secret, control and formatting characters)`);
  });

  test("of another version is recognised as such although it looks quite different", async () => {
    expect(await failureOf(json(200, { apiVersion: "2", members: [] }))).toMatchObject({ code: "API_VERSION" });
  });

  test("that describes another member is refused, and says what host must be", async () => {
    const failure = await failureOf(json(200, aSnapshot("10.10.10.9")));
    expect(failure).toMatchObject({ code: "OTHER_MEMBER", facts: { asked: here, answered: "10.10.10.9" } });
    expect(failure.message).toBe(
      "Reading Agent 127.0.20.1: 10.10.10.9 answered. Give the address of the Agent itself as host, never the virtual IP address or the shared hostname.",
    );
  });

  test("may spell the member's address in its own way", async () => {
    const { connection } = await standIn([json(200, aSnapshot("FD00:0:0::A"))]);
    expect(await readAgent({ ...connection, address: "fd00::a" }, time())).toMatchObject({ agent: { address: "FD00:0:0::A" } });
  });

  test("may begin with a byte order mark, as .NET writes it", async () => {
    expect(await read(text(200, `\ufeff${JSON.stringify(aSnapshot(here))}`, { "content-type": "application/json" }))).toMatchObject({
      agent: { address: here },
    });
  });

  test.each([
    ["a field of the wrong kind", { agent: { elementCount: "many" } }, "agent.elementCount"],
    ["a missing field", { agent: { settings: { maxStartupSeconds: 900 } } }, "agent.settings.maxWaitForOfflineSeconds"],
    ["a list instead of an object", { dms: [] }, "dms"],
    [
      "a field deep in a list",
      { pair: aPair(here, "10.0.0.2", { config: { ...aPair(here, here).config, virtualIps: [{}] } as never }) },
      "pair.config.virtualIps.0.network",
    ],
  ])("that does not fit is refused with the place: %s", async (_what, changes, place) => {
    const failure = await failureOf(json(200, aSnapshot(here, changes as never)));
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "NONSENSE" });
    expect(failure.message).toContain(`Reading Agent 127.0.20.1: the answer does not fit the Failover API at ${place} (`);
  });

  test.each([
    ["nothing", text(200, "", {})],
    ["blanks", text(200, " \r\n ", {})],
    ["204", text(204, "", {})],
    ["null", json(200, null)],
    ["a text", json(200, "ok")],
    ["a list", json(200, [])],
  ])("of 200 that holds %s is no answer", async (_what, reply) => {
    const failure = await failureOf(reply);
    expect(failure).toMatchObject({ code: "NONSENSE" });
    expect(failure.message).toContain("does not fit the Failover API at the answer");
  });

  test.each([
    ["a page", "<html><body><h1>Welcome to nginx!</h1></body></html>", "200, Welcome to nginx! is no answer"],
    ["broken JSON", '{"apiVersion": "1", ', '200, {"apiVersion": "1", is no answer'],
    ["compressed bytes", "\u001f\ufffd\u0008\u0000 x", "200, "],
  ])("of 200 that is no JSON is refused with its first line: %s", async (_what, body, seen) => {
    const failure = await failureOf(text(200, body));
    expect(failure).toMatchObject({ name: "WrongAnswerError", code: "NO_JSON" });
    expect(failure.message).toContain(seen);
    expect(failure.message).toContain("Check host, port and basePath.");
  });
});

describe("an error", () => {
  test.each([
    ["the script's code", error(409, "SL_SWITCHING", "This Agent is switching."), "409 SL_SWITCHING, This Agent is switching."],
    ["the host's number", error(500, 12, "The script failed."), "500 12, The script failed."],
    ["its title when there is no detail", json(403, { errors: [{ title: "Forbidden", detail: null }] }), "403, Forbidden."],
    ["its title when the detail is blank", json(403, { errors: [{ title: "Forbidden", detail: "", code: "" }] }), "403, Forbidden."],
    ["no reason when there is none", json(403, { errors: [{}] }), "403, no reason given."],
    ["no reason when the body is empty", text(403, ""), "403, no reason given."],
    ["no reason when the JSON is somebody else's", json(403, { error: "forbidden" }), "403, no reason given."],
    ["what to do about the token", error(401, 1010, "Authentication failed."), "401 1010, Authentication failed. Check the token"],
    ["what to do about the path", error(404, 5, "No definition."), "404 5, No definition. Check basePath"],
    [
      "what to do about a redirect",
      text(302, "Moved", { location: "https://elsewhere" }),
      "302, Moved. Check protocol, port and basePath.",
    ],
    ["what to do by its own code first", error(409, "STALE_REVISION", "stale"), "Somebody else changed the pair meanwhile"],
    ["no function that happens to have the code's name", error(409, "constructor", "odd"), "409 constructor, odd."],
  ])("tells %s", async (_what, reply, seen) => {
    const failure = await failureOf(reply);
    expect(failure.message).toContain(`Reading Agent 127.0.20.1: `);
    expect(failure.message).toContain(seen);
    expect(failure.message).not.toContain("native code");
  });

  test("is never more than one short line, whatever was answered", async () => {
    const failure = await failureOf(error(409, "ODD\r\nCODE\u001b[31m", `first\nsecond\u001b]0;title\u0007\u009b2J ${"x".repeat(5_000)}`));
    expect(failure.message).toMatch(/^Reading Agent 127\.0\.20\.1: 409 ODD CODE \[31m, first second \]0;title 2J x+…\.$/);
    expect(failure.message.length).toBeLessThan(400);
  });

  test("has no secret, though the other side sends it back", async () => {
    const said = `Bearer ${token} is unknown`;
    expect((await failureOf(error(401, 1010, said))).message).toContain("401 1010, Bearer [secret] is unknown.");
    expect((await failureOf(json(401, { errors: [{ title: said, code: token }] }))).message).toContain("[secret]");
    expect((await failureOf(text(400, `<p>${said}</p>`))).message).toContain("400, Bearer [secret] is unknown.");
    expect((await failureOf(text(400, `${"x".repeat(110)}${token}`))).message).toContain("x[secret]");
    expect((await failureOf(text(200, said))).message).toContain("200, Bearer [secret] is unknown is no answer");
    expect(await failureOf(json(200, aSnapshot(token)))).toMatchObject({ code: "OTHER_MEMBER" });
    expect(await failureOf(json(200, aSnapshot(here, { apiVersion: token })))).toMatchObject({ code: "API_VERSION" });
    await failureOf(json(200, aSnapshot(here, { agent: { pcap: token as never } })));
    await failureOf(json(200, { ...aSnapshot(here), agent: { [token]: 1 } }));
  });
});

describe("the answer to a write", () => {
  const pairBody = {
    requestId: "5f0c1d5e-6a52-4b5e-9f5b-0d1f6a3f8a11",
    revision: "7",
    owner: "project/stack/pair",
    previousOwner: null,
    config: aPair(here, "10.0.0.2").config,
  };
  const ending = { ...pairBody, mode: "delete", keep: here, reset: "10.0.0.2", offlineUnavailable: false } as const;
  const writes: Record<string, (connection: Connection) => Promise<unknown>> = {
    putPair: (connection) => putPair(connection, 111, pairBody, time()),
    endPair: (connection) => endPair(connection, 111, ending, time()),
    switchPair: (connection) => switchPair(connection, 111, { requestId: pairBody.requestId, online: "main", reason: "test" }, time()),
  };
  const write = async (name: string, reply: Reply) => writes[name]?.((await standIn([reply])).connection);

  test.each(Object.keys(writes))("to %s is the operation that it started", async (name) => {
    expect(await write(name, json(202, anOperation()))).toEqual(anOperation());
  });

  test.each(["putPair", "switchPair"])("to %s is a Snapshot of that member when there was nothing to do", async (name) => {
    expect(await write(name, json(200, aSnapshot(here)))).toBeUndefined();
    expect(await watch.failureOf(write(name, json(200, aSnapshot("10.10.10.9"))))).toMatchObject({ code: "OTHER_MEMBER" });
  });

  test("to endPair is 204 when there was no pair", async () => {
    expect(await write("endPair", text(204, "", {}))).toBeUndefined();
  });

  test.each([
    ["putPair", json(200, { status: "ok" })],
    ["putPair", text(200, "", {})],
    ["putPair", text(204, "", {})],
    ["switchPair", text(204, "", {})],
    ["endPair", json(200, aSnapshot(here))],
    ["endPair", text(200, "", {})],
    ["endPair", json(201, anOperation())],
    ["putPair", json(202, { id: "op-1" })],
    ["endPair", text(202, "", {})],
    ["endPair", text(202, "<html>Accepted</html>")],
  ])("to %s that is none of the contract never passes for done", async (name, reply) => {
    const failure = await watch.failureOf<Error & { nothingDone?: boolean }>(write(name, reply));
    expect(failure.name).toBe("WrongAnswerError");
    expect(failure.nothingDone).not.toBe(true);
  });

  test("to putSettings is a Snapshot of that member", async () => {
    const put = async (reply: Reply) =>
      putSettings((await standIn([reply])).connection, 111, { owner: "p/s/n", previousOwner: null, settings: null }, time());
    expect(await put(json(200, aSnapshot(here)))).toMatchObject({ agent: { address: here } });
    expect(await watch.failureOf(put(json(200, aSnapshot("10.10.10.9"))))).toMatchObject({ code: "OTHER_MEMBER" });
  });
});

test("no text, list or time comes in but through textSchema.ts, which cleans it or bounds it", () => {
  const files = readdirSync("provider/agent").filter((file) => file.endsWith("Schema.ts") && file !== "textSchema.ts");
  expect(files).toEqual(expect.arrayContaining(["operationSchema.ts", "pairSchema.ts", "snapshotSchema.ts"]));
  const raw = files.flatMap(
    (file) => readFileSync(`provider/agent/${file}`, "utf8").match(/\bz\s*\.(?:string|array|iso|record|any|unknown)\b.*/g) ?? [],
  );
  expect(raw).toEqual([]);
});

test("the answers to a probe and about an operation are held to their schemas too", async () => {
  const { connection } = await standIn([json(200, { addresses: [{ address: "10.0.0.9" }] }), json(200, { id: "op-1" })]);
  const probed = await watch.failureOf(probe(connection, { addresses: ["10.0.0.9"], names: [] }, time()));
  expect(probed.message).toContain(
    "Probing the network from Agent 127.0.20.1: the answer does not fit the Failover API at addresses.0.answers",
  );
  const failure = await watch.failureOf(readOperation(connection, "op-1", time()));
  expect(failure.message).toContain("Reading operation op-1 of Agent 127.0.20.1: the answer does not fit the Failover API at requestId");
});
