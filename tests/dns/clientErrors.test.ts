import { describe, expect, test } from "vitest";
import { FailoverError } from "../../provider/core/errors.js";
import { rcodes, types } from "../../provider/dns/constants.js";
import { DnsError } from "../../provider/dns/errors.js";
import { encodeName } from "../../provider/dns/wireNames.js";
import { watchForSecrets } from "../support/secrecy.js";
import { type Act, clientOf, type Scripted, says, scriptedServer, secretText, signer } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const create = [{ name: www, type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.0.0.1"] } }];

/** The error of a change that is answered this way, and its message after "Updating ... at server: ". */
async function refusalOf(act: Act, options = {}): Promise<{ error: DnsError; said: string; server: Scripted }> {
  const server = await scriptedServer([act, act, act]);
  const error = await watch.failureOf<DnsError>(clientOf(server, options).compareAndSet(zone, create));
  const before = `Updating A ${www} at ${server.host}:${server.port}: `;
  expect(error.message.slice(0, before.length)).toBe(before);
  return { error, said: error.message.slice(before.length), server };
}

describe("a signed refusal", () => {
  test.each([
    ["FORMERR", "DNS_FORMERR", "The server could not read the message; check that it is up to date, and report this."],
    [
      "SERVFAIL",
      "DNS_SERVFAIL",
      "See the server's log: journal or disk, a limit on records (BIND max-records-per-type), a read-only backend.",
    ],
    [
      "NOTIMP",
      "DNS_NOTIMP",
      "Switch dynamic updates on there (PowerDNS: dnsupdate=yes), or name the primary server itself, not a proxy before it.",
    ],
    [
      "REFUSED",
      "DNS_REFUSED",
      'Check that key "dma-key." may use zone skyline.local. for this name and type. PowerDNS says REFUSED to any fault of a signature ' +
        "too (key name, algorithm, secret, clock), Active Directory of a secure-only zone and of another owner's record.",
    ],
    [
      "NOTAUTH",
      "DNS_NOTAUTH",
      'Check that this server is primary for zone skyline.local., that this is a zone of its own, and that key "dma-key." is let in. To queries PowerDNS says NOTAUTH for any fault of a signature (key name, algorithm, secret, clock).',
    ],
    ["NOTZONE", "DNS_NOTZONE", "A name lies outside of zone skyline.local.; give the zone that holds it."],
  ] as const)("%s is %s, with what to do", async (rcode, code, cure) => {
    const { error, said } = await refusalOf(says(rcode));
    expect(error).toBeInstanceOf(DnsError);
    expect(error).toMatchObject({ code, nothingDone: true, runbook: code });
    expect(said).toMatch(new RegExp(`^${rcode}[.,]`));
    expect(said.endsWith(cure)).toBe(true);
  });

  test("of a kind that nobody knows is told by its number", async () => {
    const { error, said } = await refusalOf((turn) => turn.reply({ rcode: 11 }));
    expect(error).toMatchObject({ code: "DNS_REFUSED", facts: { rcode: "RCODE11" } });
    expect(said).toMatch(/^RCODE11\. /);
  });

  test("names server, zone and key in its facts", async () => {
    const { error, server } = await refusalOf(says("REFUSED"));
    const { host, port } = server;
    expect(error.facts).toEqual({ server: `${host}:${port}`, rcode: "REFUSED", zone: "skyline.local.", keyName: "dma-key." });
  });
});

describe("a refusal without a signature", () => {
  test.each([
    ["NOTAUTH", "DNS_NOTAUTH"],
    ["REFUSED", "DNS_REFUSED"],
    ["NOTZONE", "DNS_NOTZONE"],
    ["SERVFAIL", "DNS_SERVFAIL"],
  ] as const)("%s is told as what it is", async (rcode, code) => {
    const { error, said } = await refusalOf(says(rcode, { by: undefined }));
    expect(error.code).toBe(code);
    expect(said).toMatch(new RegExp(`^an unauthenticated answer said ${rcode}(, [a-z ]+)? \\(it is not signed\\)`));
  });

  test("to a client without a key is just a refusal", async () => {
    const { error, said } = await refusalOf(says("REFUSED"), { signer: undefined });
    expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
    expect(said).toMatch(/^REFUSED\. Check that this machine, without a key, may use zone skyline\.local\./);
  });
});

describe("an error of the signature", () => {
  const said = (error: keyof typeof rcodes, more = {}): Act => says("NOTAUTH", { error: rcodes[error], ...more });

  test("BADSIG means another secret", async () => {
    const { error, said: text } = await refusalOf(said("BADSIG"));
    expect(error).toMatchObject({ code: "DNS_BADSIG", nothingDone: true });
    expect(text).toBe(
      'an unauthenticated answer said NOTAUTH, BADSIG (it is not signed). The secret of key "dma-key." is not the one that the server has; compare them.',
    );
  });

  test("BADKEY means another name or algorithm, or an ACL of Knot", async () => {
    const { error, said: text } = await refusalOf(said("BADKEY"));
    expect(error).toMatchObject({ code: "DNS_BADKEY", nothingDone: true });
    expect(text).toBe(
      'an unauthenticated answer said NOTAUTH, BADKEY (it is not signed). Check that the server has key "dma-key." with algorithm hmac-sha256; ' +
        "Knot also says this of a key that its ACL does not let in.",
    );
  });

  test("BADTRUNC means the length of the signature", async () => {
    const { error, said: text } = await refusalOf(said("BADTRUNC"));
    expect(error).toMatchObject({ code: "DNS_BADTRUNC", nothingDone: true });
    expect(text).toBe('NOTAUTH, BADTRUNC. Let the server take whole signatures of hmac-sha256 by key "dma-key.".');
  });

  test.each([
    [400, "400 s ahead of the server's (+400 s)"],
    [-4000, "4000 s behind the server's (-4000 s)"],
  ])("BADTIME tells that this machine's clock is off by %i s", async (skewSeconds, words) => {
    const ours = 1_800_000_000;
    const otherData = Buffer.alloc(6);
    otherData.writeUIntBE(ours - skewSeconds, 0, 6);
    const { error, said: text } = await refusalOf(said("BADTIME", { otherData, time: ours }), { now: () => ours * 1000 });
    expect(error).toMatchObject({ code: "DNS_BADTIME", nothingDone: true, facts: { skewSeconds } });
    expect(text).toBe(`NOTAUTH, BADTIME, this machine's clock is ${words}. Set the clocks right: they may differ by 300 s.`);
  });

  test("BADTIME that nothing proves tells no skew", async () => {
    const { error, said: text } = await refusalOf(said("BADTIME", { by: signerOfNobody }));
    expect(error).toMatchObject({ code: "DNS_BADTIME", nothingDone: false, facts: { skewSeconds: null } });
    expect(text).toMatch(/^an unauthenticated answer said NOTAUTH, BADTIME \(its signature is wrong\)\. /);
  });
});

const signerOfNobody = { ...signer, sign: () => Buffer.alloc(32) };

describe("a server that is not the right one", () => {
  const ns = { name: "sub.skyline.local.", type: types.NS, class: 1, ttl: 60, rdata: encodeName("ns.elsewhere.example.") };

  test.each<[string, Act, string]>([
    ["says REFUSED", says("REFUSED"), 'REFUSED. Check that this server serves the zone of the name, and that key "dma-key." may ask it.'],
    ["is not authoritative", (turn) => turn.reply({}), "it is not authoritative. Name the primary server of the zone."],
    [
      "delegates",
      (turn) => turn.reply({ authorities: [ns] }),
      "it delegates sub.skyline.local. to ns.elsewhere.example. Name the primary server of that zone.",
    ],
  ])("because it %s is told as such", async (_what, act, words) => {
    const server = await scriptedServer([act, act]);
    const client = clientOf(server);
    for (const ask of [() => client.readRRset(www, "A"), () => client.findZone(www)]) {
      const error = await watch.failureOf(ask);
      expect(error).toMatchObject({ code: "DNS_WRONG_SERVER" });
      expect(error.message.endsWith(`at ${server.host}:${server.port}: ${words}`)).toBe(true);
    }
  });
});

test("an error is one of this package, on one line, and its code is its runbook's", async () => {
  const { error } = await refusalOf(says("REFUSED"));
  expect(error).toBeInstanceOf(FailoverError);
  expect(error.message).not.toContain("\n");
  expect(error.runbook).toBe("DNS_REFUSED");
});
