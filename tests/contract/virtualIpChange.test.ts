import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { closeWorlds, host, openVirtualIpWorld, owner, type VirtualIpWorld, type VirtualIpWorldOptions } from "./virtualIpWorld.js";

let provider: DynamicProvider;
let network = 140;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

interface Made extends VirtualIpWorld {
  resource: Resource;
  /** Changes the declaration, and says what was changed in which zone, message by message. */
  change: (more: object) => Promise<string[][]>;
  /** What the resource says it owns. */
  owned: () => string[];
  reverse: string;
}

async function made(options: VirtualIpWorldOptions = {}, more?: (place: VirtualIpWorld) => object): Promise<Made> {
  const place = await openVirtualIpWorld(`64.${++network}`, options);
  const resource = await new Resource(provider).up(place.args(more?.(place)));
  const change = async (other: object) => {
    place.server.log.clear();
    place.simulator.requests.clear();
    expect(await resource.diff(place.args(other))).toMatchObject({ changes: true, replaces: [] });
    await resource.up(place.args(other));
    expect(resource.outs.deviations).toEqual([]);
    expect(await resource.diff(place.args(other))).toMatchObject({ changes: false });
    return place.updates().map(({ name, changes }) => [name ?? "", ...withoutClaims(changes)]);
  };
  const owned = () =>
    (resource.outs.ownedRecords as { name: string; type: string; data: string }[]).map(({ name, type, data }) => `${name} ${type} ${data}`);
  return { ...place, resource, change, owned, reverse: `${network}.64.127.in-addr.arpa.` };
}

describe("another address is an update in place:", () => {
  test("name and PTR move in one message a zone, and the old address goes from the members' names too", async () => {
    const { change, at, server, table, names, owned, reverse, registers } = await made({ pair: {} });
    server.zone("skyline.local.").set("dma-main", "A", [at(1), at(5)]);
    const messages = await change({ address: at(6) });
    expect(messages).toEqual([
      [
        "skyline.local.",
        `delete ${host("dma-virtual")} A ${at(5)}`,
        `delete ${host("dma-main")} A ${at(5)}`,
        `add ${host("dma-virtual")} 300 A ${at(6)}`,
      ],
      [reverse, `delete 5.${reverse} PTR ${host("dma-virtual")}`, `add 6.${reverse} 300 PTR ${host("dma-virtual")}`],
    ]);
    expect(table()).toEqual([[at(1)], [at(2)], [at(6)]]);
    expect([names(5), names(6)]).toEqual([[], [host("dma-virtual")]]);
    expect(owned()).toEqual([`${host("dma-virtual")} A ${at(6)}`, `6.${reverse} PTR ${host("dma-virtual")}`]);
    expect(registers()).toEqual([false, false]);
  });

  test.each<[string, (place: Made) => void, RegExp]>([
    [
      "a foreign host answers on the new one",
      ({ simulator, at }) => simulator.setForeignHost(at(6), true),
      /is in use.*Runbook: PREFLIGHT/,
    ],
    [
      "its PTR leads elsewhere",
      ({ server, reverse }) => server.zone(reverse).set("6", "PTR", host("printer")),
      /printer.*Runbook: RECORD_EXISTS/,
    ],
    ["an Agent is silent", ({ agent }) => agent(2).stop(), /needs both Agents up/],
  ])(
    "nothing is changed when %s",
    async (_, act, said) => {
      const place = await made();
      act(place);
      place.server.log.clear();
      const [before, { outs }] = [place.records(), place.resource];
      await expect(place.resource.up(place.args({ address: place.at(6) }))).rejects.toThrow(said);
      expect(place.records()).toEqual(before);
      expect(place.updates()).toEqual([]);
      expect(place.resource.outs).toEqual(outs);
      place.simulator.setForeignHost(place.at(6), false);
    },
    40_000,
  );

  test("an equal record that was found goes along: the name is ours alone since it was applied", async () => {
    const { change, at, table, owned, names } = await made({}, ({ server, at }) => {
      server.zone("skyline.local.").set("dma-virtual", "A", at(5));
      return {};
    });
    expect(owned()).toHaveLength(1);
    await change({ address: at(6) });
    expect(table()[2]).toEqual([at(6)]);
    expect([names(5), names(6)]).toEqual([[], [host("dma-virtual")]]);
  });
});

describe("dns changes in place:", () => {
  test("another hostname: the old name goes with the message that makes the new one, and the PTR follows", async () => {
    const { change, dns, at, server, names, owned, reverse } = await made();
    const messages = await change({ dns: dns({ hostname: "dma" }) });
    expect(messages).toEqual([
      ["skyline.local.", `delete ${host("dma-virtual")} A ${at(5)}`, `add ${host("dma")} 300 A ${at(5)}`],
      [reverse, `delete 5.${reverse} PTR ${host("dma-virtual")}`, `add 5.${reverse} 300 PTR ${host("dma")}`],
    ]);
    expect([server.addresses(host("dma")), server.addresses(host("dma-virtual")), names(5)]).toEqual([[at(5)], [], [host("dma")]]);
    expect(owned()).toEqual([`${host("dma")} A ${at(5)}`, `5.${reverse} PTR ${host("dma")}`]);
  });

  test("another hostname at which something else stands is refused, and nothing is changed", async () => {
    const { resource, args, dns, server, records } = await made();
    server.zone("skyline.local.").set("dma", "A", "10.9.9.9");
    const before = records();
    await expect(resource.up(args({ dns: dns({ hostname: "dma" }) }))).rejects.toThrow(/A dma\.skyline.*Runbook: RECORD_EXISTS/);
    expect(records()).toEqual(before);
    await resource.up(args({ dns: dns({ hostname: "dma", overwrite: true }) }));
    expect(server.addresses(host("dma"))).toHaveLength(1);
    expect(server.addresses(host("dma-virtual"))).toEqual([]);
  });

  test("a found record at the old name stays, and nobody else's goes", async () => {
    const { change, dns, at, server, names } = await made({}, (place) => {
      place.server.zone("skyline.local.").set("dma-virtual", "A", place.at(5));
      return {};
    });
    await change({ dns: dns({ hostname: "dma" }) });
    expect([server.addresses(host("dma-virtual")), server.addresses(host("dma"))]).toEqual([[at(5)], [at(5)]]);
    expect(names(5)).toEqual([host("dma")]);
  });

  test("a TTL: of the virtual name and its PTR alone", async () => {
    const { change, dns, server, reverse } = await made();
    await change({ dns: dns({ ttl: 77 }) });
    const ttls = server.zones.flatMap((zone) =>
      zone
        .records()
        .filter(({ ttl }) => ttl === 77)
        .map(({ name }) => name),
    );
    expect(ttls).toEqual([host("dma-virtual"), `5.${reverse}`]);
    expect(await change({ dns: dns() })).toEqual([]);
  });

  test("another zone: the names stand there and are read back before the old ones go", async () => {
    const { change, dns, at, server, owned, names } = await made({ zones: ["second.local."] });
    const messages = await change({ dns: dns({ zone: "second.local" }) });
    expect(messages.map(([zone]) => zone)).toEqual(["second.local.", expect.stringContaining("in-addr"), "skyline.local."]);
    const at2 = (label: string) => server.addresses(`${label}.second.local.`);
    expect([at2("dma-main"), at2("dma-backup"), at2("dma-virtual")]).toEqual([[at(1)], [at(2)], [at(5)]]);
    // What the Agents had registered was found.
    expect([server.addresses(host("dma-main")), server.addresses(host("dma-virtual"))]).toEqual([[at(1)], []]);
    expect([names(1), names(5)]).toEqual([[host("dma-main"), "dma-main.second.local."].sort(), ["dma-virtual.second.local."]]);
    expect(owned()).toHaveLength(6);
    const log = server.log.all({ key: "dma-key." });
    const gone = log.findIndex(({ name, changes }) => name === "skyline.local." && changes.length > 0);
    const read = log.findLastIndex(({ opcode, name }) => opcode === "QUERY" && name === "dma-virtual.second.local.");
    const writtenThere = log.findIndex(({ name, changes }) => name === "second.local." && changes.length > 0);
    const readBack = log.findIndex(
      ({ opcode, name }, index) => index > writtenThere && opcode === "QUERY" && name === "dma-virtual.second.local.",
    );
    expect(writtenThere).toBeLessThan(readBack);
    expect(readBack).toBeLessThan(gone);
    expect(read).toBeGreaterThan(gone);
  });

  test("other members: the new names are made, owned old ones go, found old ones stay", async () => {
    const { change, dns, at, server, names } = await made({ main: { registersInDns: false } });
    const members = [
      { hostname: "main", address: at(1) },
      { hostname: "backup", address: at(2) },
    ];
    await change({ dns: dns({ members }) });
    expect([server.addresses(host("main")), server.addresses(host("backup"))]).toEqual([[at(1)], [at(2)]]);
    expect([server.addresses(host("dma-main")), server.addresses(host("dma-backup"))]).toEqual([[], [at(2)]]);
    expect([names(1), names(2)]).toEqual([[host("main")], [host("backup"), host("dma-backup")]]);
    const moved = [members[0], { hostname: "backup", address: at(7) }];
    await change({ dns: dns({ members: moved }) });
    expect(server.addresses(host("backup"))).toEqual([at(7)]);
    expect([names(2), names(7)]).toEqual([[host("dma-backup")], [host("backup")]]);
  });

  test("reverse switched off: owned PTR records go, found ones stay; and on again: they come back", async () => {
    const { change, dns, names, owned } = await made();
    await change({ dns: dns({ reverse: false }) });
    expect([names(1), names(5)]).toEqual([[host("dma-main")], []]);
    expect(owned()).toHaveLength(1);
    await change({ dns: dns() });
    expect(names(5)).toEqual([host("dma-virtual")]);
    expect(owned()).toHaveLength(2);
  });

  test("no dns any more: what is owned goes, the rest stays, registration stays off", async () => {
    const { change, resource, table, names, at, registers } = await made({ main: { registersInDns: false } });
    await change({ dns: undefined });
    expect(table()).toEqual([[], [at(2)], []]);
    expect([names(1), names(2), names(5)]).toEqual([[], [host("dma-backup")], []]);
    expect(resource.outs).toMatchObject({ dns: null, ownedRecords: [] });
    expect(registers()).toEqual([false, false]);
  });

  test("dns added later", async () => {
    const { change, dns, table, at, owned, server, resource, args } = await made({}, () => ({ dns: undefined }));
    server.zone("skyline.local.").set("dma-virtual", "A", "10.9.9.9");
    await expect(resource.up(args({ dns: dns() }))).rejects.toThrow("Runbook: RECORD_EXISTS");
    server.zone("skyline.local.").remove("dma-virtual");
    await change({ dns: dns() });
    expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
    expect(owned()).toHaveLength(2);
  });

  test("another key, and the same server by another spelling, change no record", async () => {
    const { change, dns, simulator, server } = await made();
    const { name, secret } = simulator.dns?.key ?? { name: "", secret: "" };
    const other = dns({ keyFile: undefined, key: { name, secret }, server: [`127.0.0.1:${server.port}`] });
    expect(await change({ dns: other })).toEqual([]);
    expect(simulator.requests.all().filter(({ method }) => method === "PUT")).toEqual([]);
  });
});

test("a renamed resource goes on owning its settings and records, and delete puts them back under its new name", async () => {
  const { resource, args, registers, records, claims, at, simulator, table } = await made();
  const renamed = args({ __owner: "room/other/address" });
  const [before, owned] = [withoutClaims(records()), claims()];
  expect(await resource.diff(renamed)).toMatchObject({ changes: true, replaces: [] });
  await resource.up(renamed);
  expect(await resource.diff(renamed)).toMatchObject({ changes: false });
  expect(withoutClaims(records())).toEqual(before);
  expect(claims()).toEqual(owned.map((claim) => claim.replace(owner, "room/other/address")));
  expect(simulator.requests.all({ route: "putSettings" }).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await resource.destroy();
  expect(registers()).toEqual([true, true]);
  expect(table()).toEqual([[at(1)], [at(2)], []]);
});

test("another Agent replaces it, the old one goes first; another way to the same one does not", async () => {
  const { resource, args, world, at } = await made({ others: { 3: { dataMinerId: 111 } } });
  const other = args({ agents: [world.connection(1), world.connection(3)] });
  expect(await resource.diff(other)).toEqual({ changes: true, replaces: ["agents"], deleteBeforeReplace: true });
  const file = args({ agents: [world.connection(1, { address: at(1), basePath: "/api/custom/dma-failover/v1/" }), world.connection(2)] });
  expect(await resource.diff(file)).toMatchObject({ changes: false });
  const again = args({ agents: [world.connection(1, { caFile: "ca.pem" }), world.connection(2)], timeouts: { create: "90s" } });
  expect(await resource.diff(again)).toMatchObject({ changes: true, replaces: [] });
});

test("what no Agent needs to hear is recorded while they are silent", async () => {
  const { resource, args, agent, world, at } = await made({ pair: {} });
  agent(2).cutOff({ how: "reset" });
  const timed = args({ timeouts: { create: "90s" } });
  expect(await resource.diff(timed)).toMatchObject({ changes: true });
  await resource.up(timed);
  const basePath = "/gateway";
  const otherWay = args({ agents: [world.connection(1, { basePath }), world.connection(2)] });
  await expect(resource.up(otherWay)).rejects.toThrow(at(1));
  expect(resource.outs.timeouts).toEqual({ create: "90s" });
});
