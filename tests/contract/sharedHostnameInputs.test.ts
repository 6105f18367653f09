import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { placesIn, replaced } from "./places.js";
import { notKnown, Resource } from "./resource.js";

type Values = Record<string, unknown>;

let provider: DynamicProvider;

beforeAll(async () => {
  provider = await DynamicProvider.start("sharedHostnameRecord", { DNS_SECRET: "c2VjcmV0" });
});
afterAll(() => provider.stop());

const key = { name: "dma-key", secretEnv: "DNS_SECRET" };
const dns = (more?: object) => ({ server: "127.0.0.1:9", zone: "skyline.local", key, ...more });
const args = (more?: object): Values => ({
  hostname: "dma",
  addresses: ["10.10.10.1", "10.10.10.2"],
  dns: dns(),
  __owner: "room/test/dma",
  ...more,
});

async function check(declared: Values) {
  const { inputs, failures } = await provider.check({}, declared);
  const { __provider, ...checked } = inputs;
  return { inputs: checked, failures };
}

test("check gives every input its one spelling, and what is left out its default", async () => {
  const declared = args({
    hostname: "DMA.Skyline.Local.",
    addresses: ["FD00:10::0:2", "10.10.10.1"],
    dns: dns({ server: "NS1.Example.com:5353", zone: "SKYLINE.local.", reverseZone: "10.IN-ADDR.arpa." }),
    ttl: null,
  });
  const { inputs, failures } = await check(declared);
  expect(failures).toEqual([]);
  expect(inputs).toEqual({
    hostname: "dma.skyline.local",
    addresses: ["10.10.10.1", "fd00:10::2"],
    dns: { server: "ns1.example.com:5353", zone: "skyline.local", reverseZone: "10.in-addr.arpa", key },
    ...{ reverse: true, overwrite: false, __owner: "room/test/dma" },
  });
  expect((await check(inputs)).inputs).toEqual(inputs);
});

describe("check names the input that is wrong", () => {
  const mistakes: [what: string, args: () => object, property: string, said: RegExp][] = [
    ["a name without a zone", () => ({ dns: dns({ zone: null }) }), "hostname", /expected a whole name, or dns\.zone/],
    [
      "a name outside of the zone",
      () => ({ hostname: "dma.example.com" }),
      "hostname",
      /found dma\.example\.com outside of skyline\.local/,
    ],
    ["a name that is none", () => ({ hostname: "dma..local" }), "hostname", /expected a domain name/],
    ["the root", () => ({ hostname: "." }), "hostname", /expected a domain name/],
    ["an address as name", () => ({ hostname: "10.10.10.1" }), "hostname", /not an IP address/],
    ["an international name", () => ({ hostname: "b\u00fccher.skyline.local" }), "hostname", /xn-- form, xn--bcher-kva\.skyline\.local\./],
    ["a label of 64", () => ({ hostname: "a".repeat(64) }), "hostname", /one of its labels is longer than 63 characters/],
    ["the sign for the zone itself", () => ({ hostname: "@" }), "hostname", /"@"\. Write out the name of the zone\./],
    ["a wildcard", () => ({ hostname: "*.skyline.local" }), "hostname", /"\*"\. Write the name itself, not a wildcard\./],
    ["a hyphen at the beginning", () => ({ hostname: "-dma" }), "hostname", /"-dma" begins with a hyphen, .*check-names/],
    ["a hyphen at the end of a label", () => ({ hostname: "dma-.skyline.local" }), "hostname", /"dma-" ends with a hyphen/],
    ["an underscore at the beginning", () => ({ hostname: "_dma" }), "hostname", /"_dma" begins with an underscore, .*check-names/],
    ["a slash", () => ({ hostname: "dma/1" }), "hostname", /"\/"\. Use letters, digits, hyphens and underscores\./],
    ["a reverse zone that is none", () => ({ dns: dns({ reverseZone: "10.10.10.0/24 x" }) }), "dns.reverseZone", /expected a domain name/],
    [
      "a key file in the key",
      () => ({ dns: dns({ key: { name: "dma-key", keyFile: "dns.key" } }) }),
      "dns.key.keyFile",
      /write it as dns\.keyFile/,
    ],
    [
      "a name that is too long with its zone",
      () => ({ hostname: "a".repeat(63), dns: dns({ zone: new Array(31).fill("zone-12").join(".") }) }),
      "hostname",
      /255/,
    ],
    ["one address", () => ({ addresses: ["10.10.10.1"] }), "addresses", /exactly two/],
    ["three addresses", () => ({ addresses: ["10.10.10.1", "10.10.10.2", "10.10.10.3"] }), "addresses", /exactly two/],
    ["the same address twice", () => ({ addresses: ["fd00::1", "FD00:0::1"] }), "addresses", /found fd00::1 twice/],
    ["an address that is none", () => ({ addresses: ["10.10.10.1", "dma2"] }), "addresses.1", /IPv4 or IPv6/],
    ["both key and keyFile", () => ({ dns: dns({ keyFile: "dns.key" }) }), "dns.keyFile", /either key or keyFile/],
    ["a key without secret", () => ({ dns: dns({ key: { name: "k" } }) }), "dns.key.secretEnv", /one of secretEnv, secretFile or secret/],
    [
      "a key with all three",
      () => ({ dns: dns({ key: { ...key, secretFile: "f", secret: "c2Vj" } }) }),
      "dns.key.secretFile",
      /secretEnv and secretFile and secret/,
    ],
    ["no server", () => ({ dns: { zone: "skyline.local" } }), "dns.server", /./],
    ["no dns", () => ({ dns: null }), "dns", /object/],
    ["a server with a path", () => ({ dns: dns({ server: "dns://10.0.0.53" }) }), "dns.server", /name server such as/],
    ["a TTL beyond the largest", () => ({ ttl: 2_147_483_648 }), "ttl", /2147483647/],
    ["a stray key", () => ({ name: "dma" }), "name", /is no input/],
    ["a stray key of dns", () => ({ dns: dns({ hostname: "dma" }) }), "dns.hostname", /is no input/],
  ];
  test.each(mistakes)("%s", async (_, wrong, property, said) => {
    const { failures } = await check(args(wrong()));
    expect(failures).toEqual([{ property, reason: expect.stringMatching(said) }]);
  });
});

describe("in a preview", () => {
  test("any input may be unknown, alone or with all that is in it", async () => {
    const secret = { name: "dma-key", algorithm: "hmac-sha256", secret: "c2VjcmV0" };
    const whole = args({
      dns: dns({ server: ["10.0.0.53"], reverseZone: "10.in-addr.arpa", key: secret }),
      ...{ ttl: 60, reverse: true, overwrite: false, timeouts: { create: "90s", update: "90s", delete: "90s" } },
    });
    const wrong: string[] = [];
    for (const path of placesIn(whole)) {
      for (const [kind, unknown] of Object.entries(notKnown)) {
        const { failures } = await check(replaced(whole, path, unknown) as Values);
        wrong.push(...failures.map(({ property, reason }) => `${path.join(".")} as ${kind}: ${property}: ${reason}`));
      }
    }
    expect(wrong).toEqual([]);
  });

  test("what is not known replaces nothing and is a change", async () => {
    const { inputs } = await check(args());
    const outs = { ...inputs, zone: "skyline.local.", __declared: inputs, schemaVersion: 1 };
    const resource = Object.assign(new Resource(provider), { id: "dma.skyline.local", inputs, outs });
    for (const key of ["hostname", "addresses", "dns", "reverse"]) {
      expect(await resource.diff(args({ [key]: notKnown.text }))).toMatchObject({ changes: true, replaces: [] });
    }
    expect(await resource.diff(args({ dns: dns({ zone: notKnown.text }) }))).toMatchObject({ changes: true, replaces: [] });
  });
});
