import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/names.js";
import type { Simulator } from "../../simulator/index.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds } from "./pairs.js";
import { Resource } from "./resource.js";
import { owned, pairedWorld, preparedWorld, zone } from "./virtualIps.js";

let provider: DynamicProvider;
let network = 0;
const next = () => `64.${++network}`;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});
afterEach(closeWorlds);
afterAll(() => provider.stop());

/** Somebody's machine answers there. */
function taken(simulator: Simulator, address: string): object {
  simulator.setForeignHost(address, true);
  return {};
}

const made = (args: Record<string, unknown>) => new Resource(provider).up(args);

describe("creating a virtual IP", () => {
  test("clears the registration on both Agents and fixes each record; deleting it undoes what it did and leaves what it found", async () => {
    const { args, at, addresses, names, registers } = await preparedWorld(next());
    const resource = await made(args());
    expect(resource.id).toBe(`corporate@${at(1)}+${at(2)}`);
    expect(registers()).toEqual([false, false]);
    expect([addresses("dma-main"), addresses("dma-backup"), addresses("dma-virtual")]).toEqual([[at(1)], [at(2)], [at(5)]]);
    expect(names(5)).toEqual(["dma-virtual"]);
    expect(owned(resource)).toEqual([`A dma-virtual`, `PTR ${reverseNameOf(at(5))}`]);
    expect(await resource.refresh()).toBe(true);
    expect(await resource.diff(args())).toMatchObject({ changes: false });
    await resource.destroy();
    expect([addresses("dma-main"), addresses("dma-backup"), addresses("dma-virtual"), names(5)]).toEqual([[at(1)], [at(2)], [], []]);
    expect(registers()).toEqual([true, true]);
    await resource.destroy();
  });

  test("without dns it clears the registration and writes no record", async () => {
    const { args, simulator, registers, addresses } = await preparedWorld(next());
    const resource = await made(args({}, null));
    expect(registers()).toEqual([false, false]);
    expect(addresses("dma-virtual")).toEqual([]);
    expect(simulator.nameServer.log.count({ key: "dma-key." })).toBe(0);
    await resource.destroy();
    expect(registers()).toEqual([true, true]);
  });

  test("a registration that was off already stays off for ever", async () => {
    const { args, registers } = await preparedWorld(next(), { backup: { registersInDns: false } });
    const resource = await made(args());
    expect(registers()).toEqual([false, false]);
    await resource.destroy();
    expect(registers()).toEqual([true, false]);
  });

  test.each<[string, (world: Awaited<ReturnType<typeof preparedWorld>>) => object, RegExp]>([
    ["outside of the subnet", () => ({ address: "127.1.2.3" }), /outside the subnet/],
    ["without an interface on its network", () => ({ network: "acquisition" }), /nothing there is on the acquisition network/],
    ["that somebody else has", ({ simulator, at }) => taken(simulator, at(5)), /is in use/],
    ["that is an Agent's own", ({ at }) => ({ address: at(2) }), /expected an address that no Agent has for itself/],
  ])("an address %s is refused, and nothing is changed", async (_, given, reason) => {
    const world = await preparedWorld(next());
    const more = given(world);
    await expect(made(world.args(more))).rejects.toThrow(reason);
    expect(world.registers()).toEqual([true, true]);
    expect(world.simulator.requests.count({ method: "PUT" })).toBe(0);
    expect(world.addresses("dma-virtual")).toEqual([]);
  });

  test("an Agent that is silent is an error, and nothing is changed at the other", async () => {
    const { args, agent, registers } = await preparedWorld(next());
    agent(2).stop();
    await expect(made(args())).rejects.toThrow(/needs both Agents up.*Runbook: MEMBER_UNREACHABLE/);
    expect(registers()).toEqual([true, true]);
  });

  test("a foreign record at its name is refused before anything is changed; overwrite takes it over", async () => {
    const { args, simulator, at, addresses, registers } = await preparedWorld(next());
    simulator.nameServer.zone(zone).set(`dma-virtual.${zone}`, "A", ["10.9.9.9"]);
    await expect(made(args())).rejects.toThrow(
      /A dma-virtual\.skyline\.local\. \(dns\.hostname\): 10\.9\.9\.9 stands there already.*Runbook: RECORD_EXISTS/,
    );
    expect(registers()).toEqual([true, true]);
    expect(simulator.requests.count({ method: "PUT" })).toBe(0);
    const resource = await made(args({}, { overwrite: true }));
    expect(addresses("dma-virtual")).toEqual([at(5)]);
    await resource.destroy();
    expect(addresses("dma-virtual")).toEqual([]);
  });

  test("a foreign PTR of the address is refused; stale ones that lead to an Agent go without a word", async () => {
    const { args, simulator, at, names } = await preparedWorld(next());
    const reverse = reverseNameOf(at(5));
    const reverseZone = simulator.nameServer.zoneOf(reverse);
    reverseZone.set(reverse, "PTR", [`somebody.${zone}`]);
    await expect(made(args())).rejects.toThrow(/PTR .* \(dns\.reverse\): somebody\.skyline\.local\. stands there already/);
    reverseZone.set(reverse, "PTR", [`dma-main.${zone}`, `dma-backup.${zone}`]);
    await made(args());
    expect(names(5)).toEqual(["dma-virtual"]);
  });

  test("other addresses of an Agent's name stay, and equal records that it finds are not its own", async () => {
    const { args, simulator, at, addresses } = await preparedWorld(next());
    const records = simulator.nameServer.zone(zone);
    records.set(`dma-main.${zone}`, "A", [at(1), at(5), "10.8.8.8"]);
    records.set(`dma-virtual.${zone}`, "A", [at(5)]);
    const resource = await made(args());
    expect(addresses("dma-main")).toEqual(["10.8.8.8", at(1)].sort());
    await resource.destroy();
    expect(addresses("dma-main")).toEqual(["10.8.8.8", at(1)].sort());
    expect(addresses("dma-virtual")).toEqual([at(5)]);
  });

  test("one address more than the pair's is taken when exactly one Agent holds it as virtual and the pair names it", async () => {
    const { args, at, addresses } = await pairedWorld(next());
    expect(addresses("dma-main")).toEqual([at(1), at(5)]);
    const resource = await made(args());
    expect(resource.outs.heldBy).toBe("main");
    expect(addresses("dma-main")).toEqual([at(1)]);
  });
});

describe("a create that fails half-way", () => {
  test("keeps what it made: update finishes it, and a foreign record that came meanwhile is still refused", async () => {
    const { args, simulator, at, addresses, names, registers } = await preparedWorld(next());
    const reverseZone = simulator.nameServer.zoneOf(reverseNameOf(at(5)));
    simulator.nameServer.fail(
      { kind: "rcode", rcode: "REFUSED" },
      { opcode: "UPDATE", zone: reverseZone.name, key: "dma-key.", times: 50 },
    );
    const resource = new Resource(provider);
    await expect(resource.up(args())).rejects.toThrow(/REFUSED/);
    expect(resource.id).not.toBe("");
    expect(owned(resource)).toContain("A dma-virtual");
    simulator.nameServer.clearFaults();
    reverseZone.set(reverseNameOf(at(5)), "PTR", [`somebody.${zone}`]);
    await expect(resource.up(args())).rejects.toThrow(/RECORD_EXISTS/);
    reverseZone.remove(reverseNameOf(at(5)));
    await resource.up(args());
    expect([addresses("dma-virtual"), names(5)]).toEqual([[at(5)], ["dma-virtual"]]);
    await resource.destroy();
    expect([addresses("dma-virtual"), names(5)]).toEqual([[], []]);
    expect(registers()).toEqual([true, true]);
  });
});

describe("two virtual IPs that share the names of the Agents", () => {
  test("are both made at the same time, and both are as declared afterwards", async () => {
    const number = next();
    const options = { main: { acquisitionAddress: `127.${number}.101` }, backup: { acquisitionAddress: `127.${number}.102` } };
    const { args, at, addresses } = await preparedWorld(number, options);
    const second = { address: at(105), network: "acquisition", __owner: "room/test/vip2" };
    const members = [
      { hostname: "dma-main", address: at(101) },
      { hostname: "dma-backup", address: at(102) },
    ];
    const both = await Promise.all([made(args()), made(args(second, { hostname: "dma-acquisition", members }))]);
    expect([addresses("dma-virtual"), addresses("dma-acquisition")]).toEqual([[at(5)], [at(105)]]);
    expect(addresses("dma-main")).toEqual([at(1), at(101)].sort());
    for (const [index, resource] of both.entries()) {
      await resource.refresh();
      expect(resource.outs.deviations, `virtual IP ${index}`).toEqual([]);
    }
  });
});
