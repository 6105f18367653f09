import { describe, expect, onTestFinished, test } from "vitest";
import { DnsClient } from "../../provider/dns/client.js";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { hmacSigner, secretBytes } from "../../provider/dns/signer.js";
import { findDeviations, placeRules, type RecordRule, readRules } from "../../provider/records/recordRules.js";
import { makeKey, NameServer } from "../../simulator/index.js";

const zone = "skyline.local.";
const reverse = "10.10.10.in-addr.arpa.";
const key = makeKey("dma-key");

async function opened(more: Partial<Parameters<typeof NameServer.start>[0]> = {}) {
  const server = await NameServer.start({ zones: [zone, reverse], keys: [key], ...more });
  onTestFinished(() => server.close());
  const { name, secret } = key;
  const client = new DnsClient({
    servers: [{ host: server.address, port: server.port }],
    signer: hmacSigner({ name, secret: secretBytes(secret, "the key") }),
  });
  onTestFinished(() => client.close());
  return { server, client };
}

const dma = `dma.${zone}`;
const rule = (more: Partial<RecordRule> = {}): RecordRule => ({
  ...{ subject: "addresses", name: dma, type: "A", zone, present: ["10.10.10.1"], others: "none", absent: [] },
  ...{ overwrite: false, claimed: false, ...more },
});
const back = (more: Partial<RecordRule> = {}): RecordRule =>
  rule({ subject: "reverse", name: reverseNameOf("10.10.10.1"), type: "PTR", zone: undefined, present: [dma], others: "stay", ...more });

describe("under a wildcard alias", () => {
  test("a name without records has none", async () => {
    const { server, client } = await opened();
    server.zone(zone).set("*", "CNAME", "web.elsewhere.test.");
    const rules = await placeRules(client, [rule()]);
    expect(await readRules(client, rules)).toEqual([undefined]);
    expect(await findDeviations(client, rules, undefined)).toEqual([
      { property: "addresses", at: `A ${dma}`, declared: "10.10.10.1", live: null },
    ]);
  });

  test("a name that is an alias itself is refused with its target", async () => {
    const { server, client } = await opened();
    server.zone(zone).set("*", "CNAME", "web.elsewhere.test.");
    server.zone(zone).set("dma", "CNAME", "real.elsewhere.test.");
    await expect(readRules(client, await placeRules(client, [rule()]))).rejects.toMatchObject({
      code: "DNS_CNAME",
      facts: { name: dma, target: "real.elsewhere.test." },
    });
  });

  test("a reverse name is its own", async () => {
    const { server, client } = await opened();
    server.zone(reverse).set("*", "CNAME", "nobody.skyline.local.");
    expect(await placeRules(client, [back()])).toMatchObject([{ name: `1.${reverse}`, zone: reverse }]);
  });
});

describe("a reverse name that is an alias (RFC 2317)", () => {
  const part = `0-127.${reverse}`;

  test("stands for its target, in the target's zone", async () => {
    const { server, client } = await opened({ zones: [zone, reverse, part] });
    server.zone(reverse).set("1", "CNAME", `1.${part}`);
    expect(await placeRules(client, [back()])).toMatchObject([{ name: `1.${part}`, zone: part }]);
  });

  test("does so too where its own zone takes no updates from this key", async () => {
    const { server, client } = await opened({ zones: [zone, reverse, part], keys: [{ ...key, zones: [zone, part] }] });
    server.zone(reverse).set("1", "CNAME", `1.${part}`);
    expect(await placeRules(client, [back()])).toMatchObject([{ name: `1.${part}`, zone: part }]);
  });
});
