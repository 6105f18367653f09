import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { Resource } from "./resource.js";
import {
  closeWorlds,
  failedHalfWay,
  host,
  openVirtualIpWorld,
  owner,
  type VirtualIpWorld,
  type VirtualIpWorldOptions,
} from "./virtualIpWorld.js";

let provider: DynamicProvider;
let network = 160;

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

interface Made extends VirtualIpWorld {
  resource: Resource;
}

async function made(options: VirtualIpWorldOptions = {}, more?: (place: VirtualIpWorld) => object): Promise<Made> {
  const place = await openVirtualIpWorld(`64.${++network}`, options);
  const resource = await new Resource(provider).up(place.args(more?.(place)));
  return { ...place, resource };
}

describe("delete is refused", () => {
  const users: [who: string, act: (place: Made) => unknown, said: string][] = [
    ["the pair of this stack", () => {}, "the pair of room/test/pair at"],
    ["the pair of another stack", ({ simulator }) => simulator.pair().setOwner("room/other/pair"), "the pair of room/other/pair at"],
    ["a pair that was made by hand", ({ simulator }) => simulator.pair().setOwner(null), "a pair made by hand at"],
    ["a pair that was switched", ({ simulator }) => simulator.pair().switchRoles(), "the pair of room/test/pair at"],
    ["a pair that is invalid", ({ simulator }) => simulator.pair().setState("invalid"), "the pair of room/test/pair at"],
  ];
  test.each(users)("while %s uses the address, and nothing is touched", async (_, act, said) => {
    const place = await made({ pair: {} });
    await act(place);
    const [before, registered] = [place.records(), place.registers()];
    const writes = place.writes().length;
    await expect(place.resource.destroy()).rejects.toThrow(
      new RegExp(`^Deleting virtual IP \\S+5: ${said} Agent \\S+1 still uses it\\. End that pair.*Runbook: VIRTUAL_IP_IN_USE\\.$`),
    );
    expect([place.records(), place.registers(), place.writes().length]).toEqual([before, registered, writes]);
  });

  test("by the one Agent that answers", async () => {
    const { resource, agent } = await made({ pair: {} });
    agent(2).fail({ kind: "hostError", errorCode: 1010 }, { times: 9 });
    await expect(resource.destroy()).rejects.toThrow("Runbook: VIRTUAL_IP_IN_USE");
  });

  test("while it uses the address that a failed change was to leave", async () => {
    const place = await made({ pair: {} });
    const { resource, args, at, table } = place;
    const isMoved = () => table()[2]?.join() === at(6);
    const change = () => resource.up(args({ address: at(6) }));
    expect(await failedHalfWay(place, `${network}.64.127.in-addr.arpa.`, isMoved, change)).toMatch("DNS_SERVFAIL");
    await expect(resource.destroy()).rejects.toThrow(/^Deleting virtual IP \S+5: .*Runbook: VIRTUAL_IP_IN_USE/);
  });

  test("no longer once the pair is inactive, or has another address", async () => {
    const inactive = await made({ pair: {} });
    inactive.simulator.pair().setState("inactive");
    await inactive.simulator.settled();
    await inactive.resource.destroy();
    const moved = await made({ pair: {} });
    moved.simulator.pair().editConfig({ virtualIps: [{ network: "corporate", address: moved.at(6), prefixLength: 24 }] });
    await moved.simulator.settled();
    await moved.resource.destroy();
    expect(moved.names(5)).not.toContain(host("dma-virtual"));
  });
});

describe("delete puts back", () => {
  test("what it changed, and twice is the same", async () => {
    const { resource, registers, records, writes, updates, simulator } = await made();
    await resource.destroy();
    expect(registers()).toEqual([true, true]);
    await simulator.registered();
    const [before, written, told] = [records(), writes().length, updates().length];
    expect(before.filter((record) => record.includes("dma-virtual"))).toEqual([]);
    await resource.destroy();
    expect([records(), registers(), updates().length]).toEqual([before, [true, true], told]);
    expect(writes().length).toBe(written + 2);
  });

  test("registration as it was before, on each interface by itself", async () => {
    const { resource, registers } = await made({ backup: { registersInDns: false } });
    expect(registers()).toEqual([false, false]);
    await resource.destroy();
    expect(registers()).toEqual([true, false]);
  });

  test("no stale registration, and none of the records that it found", async () => {
    const { resource, table, names, at, server } = await made({}, ({ server, at }) => {
      server.zone("skyline.local.").set("dma-main", "A", [at(1), at(5)]);
      return {};
    });
    await resource.destroy();
    expect(table()).toEqual([[at(1)], [at(2)], []]);
    expect([names(1), names(2), names(5)]).toEqual([[host("dma-main")], [host("dma-backup")], []]);
    expect(server.data(host("dma-virtual"), "A")).toEqual([]);
  });

  test("nothing that somebody has changed meanwhile: that stays, and is told", async () => {
    const { resource, server, names } = await made();
    server.zone("skyline.local.").set("dma-virtual", "A", "10.9.9.9");
    await resource.destroy();
    expect(server.addresses(host("dma-virtual"))).toEqual(["10.9.9.9"]);
    expect(names(5)).toEqual([]);
    await provider.line(/^VirtualIp vip: A dma-virtual\.skyline\.local\. has 10\.9\.9\.9 instead of \S+5; it is left\.$/);
  });
});

describe("delete copes with", () => {
  test("a backup that was reset: it answers 401 or 404, or has no DataMiner ID", async () => {
    for (const [errorCode, said] of [
      [1010, /no longer knows this API \(401\).*Not put back: registersInDns\.$/],
      [5, /no longer knows this API \(404\).*Not put back: registersInDns\.$/],
    ] as const) {
      const { resource, agent, registers, table, at } = await made();
      agent(2).fail({ kind: "hostError", errorCode }, { times: 9 });
      await resource.destroy();
      await provider.line(said);
      expect(registers()).toEqual([true, false]);
      expect(table()).toEqual([[at(1)], [at(2)], []]);
    }
  });

  test("a silent Agent: one line, and the other one is put back", async () => {
    const { resource, agent, registers, at, table } = await made();
    agent(1).stop();
    await resource.destroy();
    await provider.line(new RegExp(`${at(1).replaceAll(".", "\\.")}.*The Agent is left as it is\\. Not put back: registersInDns\\.$`));
    expect(registers()).toEqual([false, true]);
    expect(table()).toEqual([[at(1)], [at(2)], []]);
  });

  test("a name server that is down: an error that says so; nothing is put back before, and the same again works", async () => {
    const { resource, server, registers, table, at } = await made();
    await server.stop();
    await expect(resource.destroy()).rejects.toThrow(/127\.0\.0\.1:\d+: the connection is refused.*Runbook: DNS_UNREACHABLE/);
    expect(registers()).toEqual([false, false]);
    await server.start();
    server.fail({ kind: "rcode", rcode: "REFUSED" }, { changing: true, zone: "skyline.local", key: "dma-key" });
    await expect(resource.destroy()).rejects.toThrow(/REFUSED.*Runbook: DNS_REFUSED/);
    expect(registers()).toEqual([false, false]);
    await resource.destroy();
    expect([registers(), table()]).toEqual([
      [true, true],
      [[at(1)], [at(2)], []],
    ]);
  });
});

test("what another program holds of the registration is refused with its name; the records are untouched", async () => {
  const place = await openVirtualIpWorld(`64.${++network}`, {});
  const other = await new Resource(provider).up(place.args({ dns: undefined, __owner: "room/other/vip" }));
  place.agent(2).setRegistersInDns(1, true);
  await place.simulator.registered();
  const [before, resource] = [place.records(), new Resource(provider)];
  await expect(resource.up(place.args())).rejects.toThrow(/409 FOREIGN_OWNER.*is held by room\/other\/vip/);
  expect(place.records()).toEqual(before);
  await other.destroy();
  await resource.up(place.args());
  expect(resource.outs.__owner).toBe(owner);
});
