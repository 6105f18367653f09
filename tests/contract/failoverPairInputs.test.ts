import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { closeWorlds, openLivePair, type TwoAgents } from "./pairs.js";
import { notKnown, Resource } from "./resource.js";

let provider: DynamicProvider;
let world: PairWorld;

beforeAll(async () => {
  world = await startPairWorld("63.1");
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await world.close();
});

beforeEach(() => world.simulator.requests.clear());

const members = () => ({ main: world.connection(1), backup: world.connection(2) });
const declared = (more?: object) => ({ ...members(), ...world.pair(), __owner: "room/test/pair", ...more });
const heartbeat = (kind: string, from: string, target: object, more?: object) => ({ kind, from, target, ...more });

/** Checks what a program declares of a pair that exists already, so that nobody is asked. */
async function check(args: object) {
  const { inputs, failures } = await provider.check({ mode: "manual" }, { ...args });
  const { __provider, ...checked } = inputs;
  expect(__provider).toContain(".failoverPair");
  return { inputs: checked, failures, properties: failures.map(({ property }) => property) };
}

describe("check gives every input its one spelling", () => {
  test("what is left out gets its default, and what is null counts as left out", async () => {
    const { inputs } = await check(declared({ hostname: null, endMode: null, timeouts: null, syncInterface: null }));
    const flags = { adopt: "never", allowUnreachableOffline: false, allowDataLoss: false, allowResetOfMain: false };
    expect(inputs).toMatchObject(flags);
    const given = [...Object.keys(declared()), ...Object.keys(flags)];
    expect(Object.keys(inputs).sort()).toEqual(given.sort());
    expect(inputs.heartbeats).toMatchObject([1, 2, 3, 4].map(() => ({ maxFailures: 3 })));
  });

  test("a member has its address, its protocol and its path, spelled as the Agent itself is", async () => {
    const backup = { host: "DMA2.Example.com.", address: "2001:DB8::0002", tokenEnv: "T", caFile: null };
    const { inputs } = await check(declared({ backup }));
    expect(inputs.main).toMatchObject({ host: world.address(1), address: world.address(1), protocol: "http" });
    const basePath = "/api/custom/dma-failover/v1";
    expect(inputs.backup).toEqual({ host: "dma2.example.com", address: "2001:db8::2", tokenEnv: "T", protocol: "https", basePath });
  });

  test("virtual addresses stand in one order, the corporate one first", async () => {
    const acquisition = { network: "acquisition", address: "2001:DB8:0::5", prefixLength: 64 };
    const corporate = { network: "corporate", address: world.address(5), prefixLength: 24 };
    const { inputs } = await check(declared({ virtualIps: [acquisition, corporate] }));
    expect(inputs.virtualIps).toEqual([corporate, { ...acquisition, address: "2001:db8::5" }]);
  });

  test("heartbeats stand in one order, whatever order the program gives them", async () => {
    const { heartbeats } = (await check(declared())).inputs as { heartbeats: object[] };
    for (const order of [
      [3, 2, 1, 0],
      [2, 0, 3, 1],
      [1, 3, 0, 2],
    ]) {
      // biome-ignore format: three orders
      const given = order.map((at) => heartbeats[at]);
      expect((await check(declared({ heartbeats: given }))).inputs.heartbeats).toEqual(heartbeats);
    }
    expect(heartbeats.map((one) => `${(one as { kind: string }).kind} ${(one as { from: string }).from}`)).toEqual([
      "normal main",
      "normal backup",
      "inverted main",
      "inverted backup",
    ]);
  });

  test("a shared hostname is lower case without its final dot", async () => {
    const { inputs } = await check(declared({ virtualIps: undefined, hostname: "DMA.Example.COM." }));
    expect(inputs.hostname).toBe("dma.example.com");
    expect(inputs).not.toHaveProperty("virtualIps");
  });

  test("and checking again changes nothing", async () => {
    const { inputs } = await check(declared({ timeouts: { create: "5h" }, endMode: "delete", adopt: "matching" }));
    expect((await check(inputs)).inputs).toEqual(inputs);
  });
});

describe("check names the input that is wrong", () => {
  const mistakes: [what: string, args: () => object, properties: string[], said: RegExp][] = [
    ["virtualIps and hostname", () => ({ hostname: "dma.example.com" }), ["hostname"], /either virtualIps or hostname, found both/],
    ["neither of them", () => ({ virtualIps: undefined }), ["virtualIps"], /either virtualIps or hostname, found neither/],
    ["no virtual address in the list", () => ({ virtualIps: [] }), ["virtualIps"], /at least the virtual IP address/],
    ["an address as hostname", () => ({ virtualIps: undefined, hostname: "10.1.1.1" }), ["hostname"], /not an IP address/],
    ["adopt without endMode", () => ({ adopt: "matching" }), ["endMode"], /when adopt is "matching"/],
    ["one Agent for both", () => ({ backup: world.connection(1) }), ["backup"], /another Agent than main/],
    ["an unknown mode", () => ({ mode: "auto" }), ["mode"], /"manual"\|"automatic"/],
    [
      "a network that is none",
      () => ({ virtualIps: [{ network: "lan", address: "10.1.1.1", prefixLength: 24 }] }),
      ["virtualIps.0.network"],
      /corp/,
    ],
    ["a member's stray key", () => ({ main: { ...world.connection(1), dataMinerId: 111 } }), ["main.dataMinerId"], /is no input/],
    ["a member without token", () => ({ main: world.connection(1, { tokenEnv: null }) }), ["main.tokenEnv"], /one of tokenEnv/],
    ["a member by name alone", () => ({ backup: { host: "dma2", tokenEnv: "T" } }), ["backup.address"], /because host is the name dma2/],
    [
      "a heartbeat to nobody",
      () => ({ heartbeats: [heartbeat("normal", "main", {})] }),
      ["heartbeats.0.target"],
      /agent: "main" \| "backup"/,
    ],
    [
      "a heartbeat to itself",
      () => ({ mode: "manual", heartbeats: [heartbeat("normal", "main", { agent: "main" })] }),
      ["heartbeats"],
      /sends it/,
    ],
    ["no normal heartbeat in automatic mode", () => ({ heartbeats: [] }), ["heartbeats"], /automatic needs a normal heartbeat/],
    ["two mistakes at once", () => ({ mode: "auto", syncInterface: 0 }), ["mode", "syncInterface"], /./],
  ];
  test.each(mistakes)("%s", async (_, args, properties, said) => {
    const checked = await check(declared(args()));
    expect(checked.properties).toEqual(properties);
    for (const { reason } of checked.failures) expect(reason).toMatch(said);
  });
});

describe("what is not known yet", () => {
  const unknowns: [what: string, args: () => object][] = [
    ["member", () => ({ main: notKnown.object })],
    ["host of a member", () => ({ main: world.connection(1, { host: notKnown.text }) })],
    ["address of a member", () => ({ backup: { host: "dma2", address: notKnown.text, tokenEnv: "T" } })],
    ["token of a member", () => ({ main: world.connection(1, { tokenEnv: null, token: notKnown.text }) })],
    ["list of virtual addresses", () => ({ virtualIps: notKnown.list })],
    ["virtual address", () => ({ virtualIps: [{ network: "corporate", address: notKnown.text, prefixLength: 24 }] })],
    ["hostname", () => ({ virtualIps: null, hostname: notKnown.text })],
    ["mode", () => ({ mode: notKnown.text })],
    ["list of heartbeats", () => ({ heartbeats: notKnown.list })],
    ["heartbeat", () => ({ heartbeats: [notKnown.object] })],
    ["heartbeat's target", () => ({ heartbeats: [heartbeat("normal", "main", notKnown.object as never)] })],
    ["heartbeat's address", () => ({ heartbeats: [heartbeat("inverted", "main", { address: notKnown.text })] })],
    ["flag", () => ({ allowDataLoss: notKnown.boolean })],
    ["timeout", () => ({ timeouts: { create: notKnown.text } })],
  ];
  test.each(unknowns)("passes check and asks no Agent, while the rest is judged: an unknown %s", async (_, args) => {
    const first = await provider.check({}, declared(args()));
    expect(first.failures).toEqual([]);
    expect(JSON.stringify(first.inputs)).toMatch(new RegExp(Object.values(notKnown).join("|")));
    expect((await check(declared({ ...args(), stray: 1 }))).properties).toEqual(["stray"]);
    expect(world.simulator.requests.all()).toEqual([]);
  });
});

describe("check asks the Agents", () => {
  test("once each when the pair is declared for the first time", async () => {
    expect((await provider.check({}, declared())).failures).toEqual([]);
    const asked = world.simulator.requests.all().map(({ method, path, addressed }) => `${method} ${path} ${addressed}`);
    expect(asked.sort()).toEqual([`GET agent ${world.address(1)}`, `GET agent ${world.address(2)}`]);
  });

  test("never when there are old inputs, whatever has changed", async () => {
    const { inputs } = await provider.check({}, declared());
    world.simulator.requests.clear();
    expect((await provider.check(inputs, declared({ mode: "manual", syncInterface: 7 }))).failures).toEqual([]);
    expect(world.simulator.requests.all()).toEqual([]);
  });

  test("never when something is wrong already", async () => {
    await provider.check({}, declared({ mode: "auto" }));
    expect(world.simulator.requests.all()).toEqual([]);
  });
});

describe("diff of a live pair", () => {
  let live: PairWorld;
  let args: TwoAgents["args"];
  let resource: Resource;

  beforeAll(async () => {
    ({ world: live, args } = await openLivePair("63.2"));
    resource = await new Resource(provider).up(args());
  });
  afterAll(closeWorlds);

  const changes: [what: string, args: () => object][] = [
    ["mode", () => ({ mode: "manual" })],
    ["heartbeats", () => ({ heartbeats: (live.pair() as { heartbeats: object[] }).heartbeats.slice(0, 3) })],
    ["virtual address", () => ({ virtualIps: [{ network: "corporate", address: live.address(6), prefixLength: 24 }] })],
    ["option that was left out before", () => ({ restartWhenGoingOffline: false })],
    ["flag that touches no Agent", () => ({ allowDataLoss: true })],
    ["way of ending", () => ({ endMode: "delete" })],
    ["timeout", () => ({ timeouts: { update: "1m" } })],
    ["token source", () => ({ main: live.connection(1, { tokenEnv: "OTHER" }) })],
    ["owner", () => ({ __owner: "room/test/renamed" })],
    ["mode that is not known", () => ({ mode: notKnown.text })],
    ["host that is not known", () => ({ main: live.connection(1, { host: notKnown.text }) })],
    ["address that is not known", () => ({ virtualIps: [{ network: "corporate", address: notKnown.text, prefixLength: 24 }] })],
  ];
  test.each(changes)("is an update in place, never a replacement: another %s", async (_, more) => {
    expect(await resource.diff(args(more()))).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
  });

  test("finds nothing in another order or spelling", async () => {
    const { heartbeats } = live.pair() as { heartbeats: object[] };
    const respelled = args({
      heartbeats: [...heartbeats].reverse(),
      adopt: "never",
      main: live.connection(1, { basePath: "/api/custom/dma-failover/v1/" }),
    });
    expect(await resource.diff(respelled)).toMatchObject({ changes: false });
  });

  test("asks no Agent", async () => {
    live.simulator.requests.clear();
    await resource.diff(args({ mode: "manual" }));
    expect(live.simulator.requests.all()).toEqual([]);
  });
});

describe("one virtual IP of two pairs in one program", () => {
  const of = (last: number, name: string, more?: object) =>
    declared({
      main: { host: world.address(last), tokenEnv: "T" },
      backup: { host: world.address(last + 1), tokenEnv: "T" },
      __owner: `room/twice/${name}`,
      ...more,
    });

  test("is refused at the second one, by whichever name and spelling", async () => {
    const shared = [{ network: "corporate", address: "2001:db8::7", prefixLength: 64 }];
    const again = [{ network: "corporate", address: "2001:DB8:0::07", prefixLength: 64 }];
    expect((await check(of(31, "north", { virtualIps: shared }))).failures).toEqual([]);
    expect((await check(of(33, "south", { virtualIps: again }))).failures).toEqual([
      {
        property: "virtualIps.0.address",
        reason: "2001:db8::7 is the virtual IP of pair north in this program already. Give each pair an address of its own.",
      },
    ]);
    // The same pair again, under the same name or another one, is no second pair; and an address that was given up is free.
    expect((await check(of(31, "north", { virtualIps: shared }))).failures).toEqual([]);
    expect((await check(of(31, "renamed", { virtualIps: shared }))).failures).toEqual([]);
    const other = [{ network: "corporate", address: "2001:db8::8", prefixLength: 64 }];
    await check(of(31, "north", { virtualIps: other }));
    await check(of(31, "renamed", { virtualIps: other }));
    expect((await check(of(33, "south", { virtualIps: shared }))).failures).toEqual([]);
  });

  test("is none where two pairs exchange theirs: what a refresh finds is no declaration", async () => {
    const pairs = [];
    for (const name of ["north", "south"]) {
      const { args } = await openLivePair(`63.${name === "north" ? 3 : 4}`, { owner: `room/exchange/${name}` });
      pairs.push({ args, resource: await new Resource(provider).up(args()) });
    }
    const next = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
    for (const { resource } of pairs) await next.read(resource.id, resource.outs);
    const [north, south] = pairs;
    const exchanged = await next.check(north!.resource.inputs, { ...north!.args(), virtualIps: south!.args().virtualIps });
    next.stop();
    await closeWorlds();
    expect(exchanged.failures).toEqual([]);
  });
});
