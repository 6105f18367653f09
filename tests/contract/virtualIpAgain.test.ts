import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/names.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds } from "./pairs.js";
import { Resource } from "./resource.js";
import { owned, pairedWorld, preparedWorld, zone } from "./virtualIps.js";

let provider: DynamicProvider;
let network = 0;
const next = () => `66.${++network}`;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});
afterEach(closeWorlds);
afterAll(() => provider.stop());

const made = (args: Record<string, unknown>) => new Resource(provider).up(args);

describe("drift of a virtual IP", () => {
  test("is told by its own name each, and repaired", async () => {
    const { args, simulator, agent, at, addresses, names, registers } = await pairedWorld(next());
    const resource = await made(args({}, { ttl: 120 }));
    const records = simulator.nameServer.zone(zone);
    records.set(`dma-main.${zone}`, "A", [at(1), at(5)]);
    records.set(`dma-backup.${zone}`, "A", []);
    records.set(`dma-virtual.${zone}`, "A", [at(5), "10.9.9.9"], { ttl: 60 });
    simulator.nameServer.zoneOf(reverseNameOf(at(5))).set(reverseNameOf(at(5)), "PTR", [`somebody.${zone}`]);
    agent(2).setRegistersInDns(1, true);
    await simulator.registered();
    records.set(`dma-backup.${zone}`, "A", []);
    await resource.refresh();
    expect(resource.outs.deviations).toEqual([
      `registersInDns: interface 1 of backup ${at(2)} registers its addresses in DNS`,
      `dns.hostname: A dma-virtual.${zone} also has 10.9.9.9`,
      `dns.hostname: A dma-virtual.${zone} has TTL 60`,
      `dns.members dma-main: A dma-main.${zone} also has ${at(5)}`,
      `dns.members dma-backup: A dma-backup.${zone} lacks ${at(2)}`,
      `dns.reverse: PTR ${reverseNameOf(at(5))} lacks dma-virtual.${zone}`,
      `dns.reverse: PTR ${reverseNameOf(at(5))} also has somebody.${zone}`,
      `dns.reverse: PTR ${reverseNameOf(at(5))} has TTL 3600`,
    ]);
    expect(await resource.diff(args({}, { ttl: 120 }))).toMatchObject({ changes: true, replaces: [] });
    await resource.up(args({}, { ttl: 120 }));
    expect(resource.outs.deviations).toEqual([]);
    expect([addresses("dma-main"), addresses("dma-backup"), addresses("dma-virtual"), names(5)]).toEqual([
      [at(1)],
      [at(2)],
      [at(5)],
      ["dma-virtual"],
    ]);
    expect(registers()).toEqual([false, false]);
  });

  test("a switch is none: only heldBy moves", async () => {
    const { args, simulator, pair } = await pairedWorld(next());
    const resource = await made(args());
    await pair().switchRoles();
    await simulator.registered();
    await resource.refresh();
    expect(resource.outs).toMatchObject({ heldBy: "backup", deviations: [] });
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("one silent Agent is one, and two are an error", async () => {
    const { args, agent, at } = await preparedWorld(next());
    const resource = await made(args());
    agent(2).cutOff({ how: "reset" });
    await resource.refresh();
    expect(resource.outs.deviations).toEqual([`agents: backup ${at(2)} does not answer`]);
    agent(1).cutOff({ how: "reset" });
    await expect(resource.refresh()).rejects.toThrow(/neither answers.*Runbook: PAIR_UNREACHABLE/);
  });
});

describe("changing a virtual IP", () => {
  test("another address moves name and PTR in one message a zone, and stale registrations of the old one go too", async () => {
    const { args, simulator, at, addresses, names } = await preparedWorld(next());
    const resource = await made(args());
    simulator.nameServer.zone(zone).set(`dma-main.${zone}`, "A", [at(1), at(5)]);
    simulator.nameServer.log.clear();
    await resource.up(args({ address: at(6) }));
    expect([addresses("dma-virtual"), addresses("dma-main"), names(5), names(6)]).toEqual([[at(6)], [at(1)], [], ["dma-virtual"]]);
    const writes = simulator.nameServer.log.all({ opcode: "UPDATE", key: "dma-key." }).filter(({ changes }) => changes.length > 0);
    expect(writes).toHaveLength(2);
    await resource.destroy();
    expect([addresses("dma-virtual"), names(6)]).toEqual([[], []]);
  });

  test("an address that somebody else has is refused, and the old one stays", async () => {
    const { args, simulator, at, addresses } = await preparedWorld(next());
    const resource = await made(args());
    simulator.setForeignHost(at(6), true);
    await expect(resource.up(args({ address: at(6) }))).rejects.toThrow(/is in use/);
    expect(addresses("dma-virtual")).toEqual([at(5)]);
  });

  test("another name, no PTRs, and no records at all: new ones first, then old owned ones go", async () => {
    const { args, at, addresses, names } = await preparedWorld(next());
    const resource = await made(args());
    await resource.up(args({}, { hostname: "dma-cube" }));
    expect([addresses("dma-virtual"), addresses("dma-cube"), names(5)]).toEqual([[], [at(5)], ["dma-cube"]]);
    await resource.up(args({}, { hostname: "dma-cube", reverse: false }));
    expect([addresses("dma-cube"), names(5)]).toEqual([[at(5)], []]);
    await resource.up(args({}, null));
    expect([addresses("dma-cube"), owned(resource)]).toEqual([[], []]);
    await resource.up(args());
    expect([addresses("dma-virtual"), names(5)]).toEqual([[at(5)], ["dma-virtual"]]);
  });

  test("another network is refused in check, and another Agent replaces it, the old one first", async () => {
    const { args, world, at } = await preparedWorld(next(), { others: { 9: { dataMinerId: 111 } } });
    const resource = await made(args());
    await expect(resource.diff(args({ network: "acquisition" }))).rejects.toThrow(/network: the network of a virtual IP cannot be changed/);
    const agents = [world.connection(1), world.connection(9)];
    expect(await resource.diff(args({ agents }))).toEqual({ changes: true, replaces: ["agents"], deleteBeforeReplace: true });
    const respelled = [world.connection(1), world.connection(2, { host: at(2), tokenEnv: tokenEnv, address: at(2) })];
    expect(await resource.diff(args({ agents: respelled }))).toMatchObject({ replaces: [] });
  });

  test("a renamed resource goes on owning its settings", async () => {
    const { args, registers } = await preparedWorld(next());
    const resource = await made(args());
    await resource.up(args({ __owner: "room/renamed/vip" }));
    expect(registers()).toEqual([false, false]);
    await resource.destroy();
    expect(registers()).toEqual([true, true]);
  });
});

describe("deleting a virtual IP", () => {
  test("is refused while a pair uses it, and works when the pair has another address", async () => {
    const { args, pair, at, addresses, registers } = await pairedWorld(next());
    const resource = await made(args());
    await expect(resource.destroy()).rejects.toThrow(/the pair of room\/test\/pair at Agent .* still uses it.*Runbook: VIRTUAL_IP_IN_USE/);
    expect([addresses("dma-virtual"), registers()]).toEqual([[at(5)], [false, false]]);
    pair().editConfig((config) => ({ ...config, virtualIps: [{ network: "corporate", address: at(7), prefixLength: 24 }] }));
    await pair().settled();
    await resource.destroy();
    expect(addresses("dma-virtual")).toEqual([]);
  });

  test("leaves a reset backup and a silent Agent as they are, and says so", async () => {
    const { args, agent, addresses, registers } = await preparedWorld(next());
    const resource = await made(args());
    agent(2).stop();
    await resource.destroy();
    expect(addresses("dma-virtual")).toEqual([]);
    expect(registers()[0]).toBe(true);
    expect(provider.lines.join("\n")).toContain("Not put back: registersInDns.");
  }, 60_000);

  test("fails while the name server is down, and the next run finishes it", async () => {
    const { args, simulator, addresses, registers } = await preparedWorld(next());
    const resource = await made(args());
    await simulator.nameServer.stop();
    await expect(resource.destroy()).rejects.toThrow(/Runbook: DNS_UNREACHABLE/);
    await simulator.nameServer.start();
    await resource.destroy();
    expect([addresses("dma-virtual"), registers()]).toEqual([[], [true, true]]);
  });

  test("leaves a record that somebody changed meanwhile, and tells", async () => {
    const { args, simulator, addresses } = await preparedWorld(next());
    const resource = await made(args());
    simulator.nameServer.zone(zone).set(`dma-virtual.${zone}`, "A", ["10.9.9.9"]);
    await resource.destroy();
    expect(addresses("dma-virtual")).toEqual(["10.9.9.9"]);
    expect(provider.lines.join("\n")).toContain(`A dma-virtual.${zone} has 10.9.9.9 instead of`);
  });
});
