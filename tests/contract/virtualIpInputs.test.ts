import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { placesIn, replaced } from "./places.js";
import { notKnown, Resource } from "./resource.js";

type Values = Record<string, unknown>;

let provider: DynamicProvider;
let world: PairWorld;

beforeAll(async () => {
  world = await startPairWorld("64.101");
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token, DNS_SECRET: "c2VjcmV0" });
});

afterAll(async () => {
  provider.stop();
  await world.close();
});

beforeEach(() => world.simulator.requests.clear());

const at = (last: number) => world.address(last);
const key = { name: "dma-key", secretEnv: "DNS_SECRET" };
const member = (hostname: string, last: number) => ({ hostname, address: at(last) });
const dns = (more?: object) => ({
  server: "127.0.0.1:9",
  zone: "skyline.local",
  key,
  hostname: "dma-virtual",
  members: [member("dma-main", 1), member("dma-backup", 2)],
  ...more,
});
const args = (more?: object): Values => ({
  agents: [world.connection(1), world.connection(2)],
  ...{ address: at(5), prefixLength: 24, network: "corporate", dns: dns(), __owner: "room/test/vip" },
  ...more,
});

/** Checks what a program declares of one that exists already, so that nobody is asked. */
async function check(declared: Values, olds: Values = { network: "corporate" }) {
  const { inputs, failures } = await provider.check(olds, declared);
  const { __provider, ...checked } = inputs;
  return { inputs: checked, failures };
}

describe("check gives every input its one spelling", () => {
  test("names, addresses and the server are canonical, and what is left out gets its default", async () => {
    const declared = args({
      address: "2001:DB8:0::5",
      prefixLength: 64,
      timeouts: null,
      dns: dns({
        server: ["NS1.Example.com", "[FD00:0::53]:5353"],
        zone: "Skyline.LOCAL.",
        hostname: "DMA-Virtual.",
        key: { ...key, algorithm: "HMAC-SHA512." },
        members: [
          { hostname: "DMA-MAIN", address: "2001:DB8:0::1" },
          { hostname: "dma-backup.skyline.local.", address: "2001:db8::0002" },
        ],
        ttl: null,
      }),
    });
    const { inputs, failures } = await check(declared);
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ address: "2001:db8::5" });
    expect(inputs).not.toHaveProperty("timeouts");
    expect(inputs.dns).toEqual({
      server: ["ns1.example.com", "[fd00::53]:5353"],
      zone: "skyline.local",
      key: { ...key, algorithm: "hmac-sha512" },
      hostname: "dma-virtual",
      members: [
        { hostname: "dma-main", address: "2001:db8::1" },
        { hostname: "dma-backup.skyline.local", address: "2001:db8::2" },
      ],
      ...{ reverse: true, overwrite: false },
    });
    expect((await check(inputs)).inputs).toEqual(inputs);
  });
});

describe("check names the input that is wrong", () => {
  const mistakes: [what: string, args: () => object, property: string, said: RegExp][] = [
    ["names without a zone", () => ({ dns: dns({ zone: null }) }), "dns.zone", /zone that completes the name dma-virtual/],
    ["a name that is none", () => ({ dns: dns({ hostname: "dma virtual" }) }), "dns.hostname", /expected a domain name/],
    ["an address as name", () => ({ dns: dns({ hostname: at(5) }) }), "dns.hostname", /not an IP address/],
    ["a name that no host has", () => ({ dns: dns({ hostname: "_dma" }) }), "dns.hostname", /begins with an underscore/],
    [
      "a member's name that no host has",
      () => ({ dns: dns({ members: [member("-a", 1), member("b", 2)] }) }),
      "dns.members.0.hostname",
      /hyphen/,
    ],
    [
      "a name that is too long with its zone",
      () => ({ dns: dns({ zone: new Array(31).fill("zone-12").join("."), hostname: "a".repeat(63) }) }),
      "dns.hostname",
      /255|too long|shorter/,
    ],
    ["one member", () => ({ dns: dns({ members: [member("dma-main", 1)] }) }), "dns.members", /exactly two/],
    ["a member's name twice", () => ({ dns: dns({ members: [member("a", 1), member("A.skyline.local", 2)] }) }), "dns.members", /twice/],
    ["a member's name for the virtual one", () => ({ dns: dns({ hostname: "dma-main" }) }), "dns.members", /found dma-main.*twice/],
    ["one address for both members", () => ({ dns: dns({ members: [member("a", 1), member("b", 1)] }) }), "dns.members", /found .*1 twice/],
    [
      "a member of the other family",
      () => ({ dns: dns({ members: [member("a", 1), { hostname: "b", address: "fd00::2" }] }) }),
      "dns.members.1.address",
      /expected an IPv4 address.*found fd00::2/,
    ],
    [
      "members of the other family than the address",
      () => ({ address: "fd00::5", prefixLength: 64, dns: dns({ members: [member("a", 1), { hostname: "b", address: "fd00::2" }] }) }),
      "dns.members.0.address",
      /expected an IPv6 address/,
    ],
    [
      "a member's address that is none",
      () => ({ dns: dns({ members: [member("a", 1), { hostname: "b", address: "b" }] }) }),
      "dns.members.1.address",
      /IPv4 or IPv6/,
    ],
    ["the virtual address as a member's", () => ({ dns: dns({ members: [member("a", 1), member("b", 5)] }) }), "address", /no Agent has/],
    ["an Agent's own address", () => ({ address: at(2), dns: null }), "address", /no Agent has for itself/],
    ["no address", () => ({ address: "dma" }), "address", /IPv4 or IPv6/],
    ["a prefix that no IPv4 network has", () => ({ prefixLength: 64 }), "prefixLength", /at most 32 bits/],
    ["a prefix that no network has", () => ({ address: "fd00::5", prefixLength: 129, dns: null }), "prefixLength", /128/],
    ["a prefix of nothing", () => ({ prefixLength: 0 }), "prefixLength", /1/],
    ["half a bit", () => ({ prefixLength: 24.5 }), "prefixLength", /int/],
    ["a network that is none", () => ({ network: "lan" }), "network", /corporate/],
    ["both key and keyFile", () => ({ dns: dns({ keyFile: "dns.key" }) }), "dns.keyFile", /either key or keyFile/],
    [
      "a key without secret",
      () => ({ dns: dns({ key: { name: "dma-key" } }) }),
      "dns.key.secretEnv",
      /one of secretEnv, secretFile or secret/,
    ],
    [
      "a key with two secrets",
      () => ({ dns: dns({ key: { ...key, secretFile: "f" } }) }),
      "dns.key.secretFile",
      /secretEnv and secretFile/,
    ],
    [
      "a secret for its variable",
      () => ({ dns: dns({ key: { name: "k", secretEnv: "c2Vj/A==" } }) }),
      "dns.key.secretEnv",
      /not the secret/,
    ],
    [
      "a hash that nobody signs with",
      () => ({ dns: dns({ key: { ...key, algorithm: "hmac-sha3-256" } }) }),
      "dns.key.algorithm",
      /hmac-sha256/,
    ],
    ["a key without name", () => ({ dns: dns({ key: { secretEnv: "S" } }) }), "dns.key.name", /string/],
    ["a server that is none", () => ({ dns: dns({ server: "10.0.0.53:99999" }) }), "dns.server", /expected a name server such as/],
    ["no server", () => ({ dns: dns({ server: [] }) }), "dns.server", /at least one name server/],
    ["a TTL below nothing", () => ({ dns: dns({ ttl: -1 }) }), "dns.ttl", /0/],
    ["a stray key", () => ({ gateway: at(254) }), "gateway", /is no input/],
    ["a stray key of dns", () => ({ dns: dns({ names: [] }) }), "dns.names", /is no input/],
    ["one Agent", () => ({ agents: [world.connection(1)] }), "agents", /both Agents of the pair, main first/],
    ["the same Agent twice", () => ({ agents: [world.connection(1), world.connection(1)] }), "agents", /found .*1 twice/],
    [
      "an Agent without token",
      () => ({ agents: [world.connection(1), world.connection(2, { tokenEnv: null })] }),
      "agents.1.tokenEnv",
      /one of/,
    ],
    [
      "an Agent's stray key",
      () => ({ agents: [world.connection(1, { version: "10" }), world.connection(2)] }),
      "agents.0.version",
      /is no input/,
    ],
    ["a time that is none", () => ({ timeouts: { create: "soon" } }), "timeouts.create", /90s/],
  ];
  test.each(mistakes)("%s", async (_, wrong, property, said) => {
    const { failures } = await check(args(wrong()));
    expect(failures).toEqual([{ property, reason: expect.stringMatching(said) }]);
  });

  test("another network than before, which cannot be changed", async () => {
    const { failures } = await check(args({ network: "acquisition" }));
    expect(failures).toEqual([
      { property: "network", reason: expect.stringMatching(/Declare another VirtualIp for the acquisition network/) },
    ]);
  });
});

describe("one address of two resources in one program", () => {
  const of = (name: string, main: number, more?: object) =>
    args({
      dns: undefined,
      agents: [world.connection(1, { host: at(main) }), world.connection(2, { host: at(main + 1) })],
      __owner: name,
      ...more,
    });

  test("is refused where they name other Agents, at the second one, in the first preview and later", async () => {
    const address = "2001:db8::7";
    expect((await check(of("room/twice/north", 31, { address, prefixLength: 64 }))).failures).toEqual([]);
    const again = of("room/twice/south", 33, { address: "2001:DB8:0::07", prefixLength: 64 });
    for (const olds of [undefined, {}]) {
      expect((await check(again, olds)).failures).toEqual([
        {
          property: "address",
          reason:
            "2001:db8::7 is the address of VirtualIp north in this program already, for other Agents. Give each pair an address of its own.",
        },
      ]);
    }
    expect(world.simulator.requests.all()).toEqual([]);
  });

  test("is none of two of the same Agents in whichever order, of one that is renamed, and of one that has moved away", async () => {
    const both = { address: at(61), agents: [world.connection(1, { host: at(36) }), world.connection(2, { host: at(35) })] };
    expect((await check(of("room/same/north", 35, { address: at(61) }))).failures).toEqual([]);
    expect((await check(of("room/same/renamed", 35, both))).failures).toEqual([]);
    for (const name of ["north", "renamed"]) await check(of(`room/same/${name}`, 35, { address: at(62) }));
    expect((await check(of("room/same/south", 37, { address: at(61) }))).failures).toEqual([]);
    expect((await check(of("room/same/east", 39, { address: notKnown.text }))).failures).toEqual([]);
  });
});

describe("in a preview", () => {
  test("the first one judges the records' key too", async () => {
    const { failures } = await check(args({ dns: dns({ key: null, keyFile: "/nowhere/dns.key" }) }), {});
    expect(failures).toContainEqual({ property: "dns.keyFile", reason: expect.stringMatching(/\/nowhere\/dns\.key cannot be read/) });
  });

  test("any input may be unknown, alone or with all that is in it; nobody is asked then", async () => {
    const secret = { name: "dma-key", algorithm: "hmac-sha256", secret: "c2VjcmV0" };
    const whole = args({
      dns: dns({ server: ["10.0.0.53"], reverseZone: "127.in-addr.arpa", key: secret, ttl: 60, reverse: true, overwrite: false }),
      timeouts: { create: "90s", update: "90s", delete: "90s" },
    });
    const wrong: string[] = [];
    for (const path of placesIn(whole)) {
      for (const [kind, unknown] of Object.entries(notKnown)) {
        const { failures } = await check(replaced(whole, path, unknown) as Values, {});
        wrong.push(...failures.map(({ property, reason }) => `${path.join(".")} as ${kind}: ${property}: ${reason}`));
      }
    }
    expect(wrong).toEqual([]);
    expect(world.simulator.requests.all()).toEqual([]);
  });

  test("what is wrong beside an unknown is told all the same", async () => {
    const members = [member("dma-main", 1), { hostname: "dma-backup", address: notKnown.text }];
    const beside = await check(args({ dns: dns({ keyFile: "dns.key", members }) }), {});
    expect(beside.failures.map(({ property }) => property)).toEqual(["dns.keyFile"]);
    const { failures } = await check(args({ address: notKnown.text, network: "lan", dns: dns({ ttl: -1, hostname: notKnown.text }) }), {});
    expect(failures.map(({ property }) => property).sort()).toEqual(["dns.ttl", "network"]);
  });

  const misplaced: [what: string, args: () => object, said: RegExp][] = [
    ["outside of the subnet", () => ({ address: "127.64.102.5" }), /is outside the subnet of that network's interface on main/],
    ["on a network that they do not have", () => ({ network: "acquisition" }), /has no interface on main.*acquisition/],
  ];
  test.each(misplaced)("an address %s of the Agents is an error that says so", async (_, wrong, said) => {
    const { failures } = await check(args(wrong()), {});
    expect(failures.map(({ property }) => property)).toEqual(["address", "address"]);
    expect(failures[0]?.reason).toMatch(said);
  });

  test("an Agent that is silent is told in a line; one that says no is an error", async () => {
    const main = world.simulator.agent(at(1));
    main.cutOff({ how: "reset" });
    expect((await check(args(), {})).failures).toEqual([]);
    await provider.line(/^VirtualIp vip: .*127\.64\.101\.1.*The virtual IP is not checked yet\.$/);
    main.reconnect();
    main.fail({ kind: "hostError", errorCode: 1010 }, { times: 9 });
    const { failures } = await check(args(), {});
    expect(failures).toEqual([{ property: "agents", reason: expect.stringContaining("401") }]);
    main.faults.clear();
  });

  test("what is not known replaces nothing and is a change", async () => {
    const resource = new Resource(provider);
    const { inputs } = await check(args());
    const outs = { ...inputs, __declared: inputs, schemaVersion: 1 };
    Object.assign(resource, { id: "corporate@a+b", inputs, outs });
    for (const key of ["agents", "address", "network", "dns"]) {
      expect(await resource.diff(args({ [key]: notKnown.object }))).toMatchObject({ changes: true, replaces: [] });
    }
  });
});
