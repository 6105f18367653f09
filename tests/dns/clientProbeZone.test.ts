import { describe, expect, test } from "vitest";
import { classes, types } from "../../provider/dns/constants.js";
import { encodeName } from "../../provider/dns/wireNames.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { watchForSecrets } from "../support/secrecy.js";
import { type Act, clientOf, says, scriptedServer, secretText } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local.";
const reverse = "10.in-addr.arpa.";

const record = (name: string, type: number, rdata: Buffer): WireRecord => ({ name, type, class: classes.IN, ttl: 60, rdata });
const soa = (name: string, primary: string, contact: string, serial: number): WireRecord => {
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(serial, 0);
  return record(name, types.SOA, Buffer.concat([encodeName(primary), encodeName(contact), numbers]));
};
const root = record(".", types.NS, encodeName("a.root-servers.net."));

async function probing(script: Act[], name = zone) {
  const server = await scriptedServer(script);
  const error = await watch.failureOf(clientOf(server).probeZone(name));
  return { error, said: error.message.replace(`${server.host}:${server.port}`, "server"), turns: server.turns };
}

test("a zone that takes updates costs one message, which changes nothing", async () => {
  const server = await scriptedServer();
  await clientOf(server).probeZone(zone);
  expect(server.turns.map(({ request, isChange }) => [request.opcode, isChange])).toEqual([[5, false]]);
});

describe("a zone that takes none", () => {
  test.each<[string, Act]>([
    ["NOTIMP", says("NOTIMP")],
    ["FORMERR", says("FORMERR")],
    ["an unsigned NOTIMP", says("NOTIMP", { by: undefined })],
    ["REFUSED", says("REFUSED")],
  ])("is a resolver's that answers %s", async (_what, refusal) => {
    const { said } = await probing([refusal, (turn) => turn.reply({ recursionAvailable: true }, { by: undefined })]);
    expect(said).toBe(
      `Probing zone ${zone} at server: it is a resolver here: it has no zone for ${zone} itself. Name the primary server of the zone.`,
    );
  });

  test("is none that a server has when it refers to the root", async () => {
    const { error, said } = await probing([says("REFUSED"), (turn) => turn.reply({ authorities: [root] })]);
    expect(error).toMatchObject({ code: "DNS_WRONG_SERVER", nothingDone: true });
    expect(said).toContain(`it has no zone for ${zone}, and only refers to the root.`);
  });

  test("is a secondary's, perhaps, and its primary is named", async () => {
    const authority: Act = (turn) =>
      turn.reply({ authoritative: true, answers: [soa(zone, "ns1.skyline.local.", "admin.skyline.local.", 7)] });
    const { error, said } = await probing([says("NOTAUTH"), authority]);
    expect(error).toMatchObject({ code: "DNS_NOTAUTH", nothingDone: true });
    expect(said).toMatch(/^Probing zone skyline\.local\. at server: NOTAUTH\. .* names ns1\.skyline\.local\. as its primary server\.$/);
  });

  test.each([
    ["BIND's", soa(reverse, reverse, ".", 0)],
    ["Unbound's", soa(reverse, "localhost.", "nobody.invalid.", 0)],
  ])("is %s own empty one", async (_what, empty) => {
    const { error, said } = await probing([says("REFUSED"), (turn) => turn.reply({ authoritative: true, answers: [empty] })], reverse);
    expect(error).toMatchObject({ code: "DNS_NO_ZONE", facts: { name: reverse } });
    expect(said).toBe(
      `Probing zone ${reverse} at server: the server has only an empty zone of its own for it (RFC 6303), which takes no records. ` +
        "Make the zone there, or name the one that you have. Of a resource: set `reverseZone` to it, or `reverse: false` for no PTR records.",
    );
  });

  test("keeps the refusal where nothing more can be learned", async () => {
    const { error } = await probing([says("REFUSED"), says("REFUSED")]);
    expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
  });

  test("is not asked about twice where the signature is at fault", async () => {
    const { error, turns } = await probing([says("NOTAUTH", { error: 16 })]);
    expect(error).toMatchObject({ code: "DNS_BADSIG" });
    expect(turns).toHaveLength(1);
  });
});

test("a question to a server that only refers to the root is told so", async () => {
  const server = await scriptedServer([(turn) => turn.reply({ authorities: [root] })]);
  const error = await watch.failureOf(clientOf(server).findZone("www.elsewhere.test"));
  expect(error).toMatchObject({ code: "DNS_WRONG_SERVER" });
  expect(error.message).toContain("it has no zone for www.elsewhere.test., and only refers to the root.");
});
