import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DnsFault } from "../../simulator/index.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import {
  closeWorlds,
  failedHalfWay,
  failureOf,
  host,
  openVirtualIpWorld,
  type VirtualIpWorld,
  type VirtualIpWorldOptions,
} from "./virtualIpWorld.js";

let provider: DynamicProvider;
let network = 100;

const start = () => DynamicProvider.start("virtualIp", { [tokenEnv]: token });

beforeAll(async () => {
  provider = await start();
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

interface Begun extends VirtualIpWorld {
  resource: Resource;
  reverse: string;
  /** So many updates of the zone by the provider go wrong. */
  failUpdates: (fault: DnsFault, zone: string, times?: number) => void;
}

async function begin(options?: VirtualIpWorldOptions): Promise<Begun> {
  const place = await openVirtualIpWorld(`66.${++network}`, options);
  const reverse = `${network}.66.127.in-addr.arpa.`;
  const failUpdates: Begun["failUpdates"] = (fault, zone, times = 1) =>
    place.server.fail(fault, { changing: true, zone, key: "dma-key", times });
  return { ...place, resource: new Resource(provider), reverse, failUpdates };
}

const servfail = { kind: "rcode", rcode: "SERVFAIL" } as const;
const namesOwned = ({ outs }: Resource) =>
  ((outs.ownedRecords ?? []) as { name: string; type: string }[]).map(({ name, type }) => `${type} ${name}`);

/** What is in the name server of the virtual name and its address, with what says whose it is. */
const ofTheVirtualName = ({ records }: VirtualIpWorld) => records().filter((record) => record.includes("dma-virtual"));
const recordsOfTheVirtualName = (place: VirtualIpWorld) => withoutClaims(ofTheVirtualName(place));

describe("a create that fails between the forward and the reverse zone", () => {
  const faults: [what: string, fault: DnsFault][] = [
    ["fails", servfail],
    ["refuses", { kind: "rcode", rcode: "REFUSED" }],
    ["does nothing", { kind: "ignore" }],
  ];
  test.each(faults)("because the name server %s: what was made is owned, nothing else, and delete removes it", async (_, fault) => {
    const place = await begin();
    const { resource, failUpdates, args, reverse, registers, server } = place;
    failUpdates(fault, reverse, 99);
    expect(await failureOf(resource.up(args()))).toMatch(/Runbook: DNS_(SERVFAIL|REFUSED|NOT_APPLIED)\.$/);
    expect(resource.outs).toMatchObject({ __unfinished: true, address: place.at(5), network: "corporate" });
    expect(registers()).toEqual([false, false]);
    if (fault.kind === "rcode") expect(namesOwned(resource)).toEqual([`A ${host("dma-virtual")}`]);
    server.clearFaults();
    await resource.destroy();
    expect(ofTheVirtualName(place)).toEqual([]);
    expect(registers()).toEqual([true, true]);
  });

  test("is finished by the next up, and everything that it made is owned", async () => {
    const { resource, failUpdates, args, reverse, table, at, names, server } = await begin();
    failUpdates(servfail, reverse, 9);
    expect(await failureOf(resource.up(args()))).toMatch("DNS_SERVFAIL");
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/an earlier change is not finished; `pulumi up` carries on$/);
    server.clearFaults();
    await resource.up(args());
    expect([table(), names(5)]).toEqual([[[at(1)], [at(2)], [at(5)]], [host("dma-virtual")]]);
    expect(namesOwned(resource)).toEqual([`A ${host("dma-virtual")}`, `PTR 5.${reverse}`]);
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("overwrites nothing foreign on the way, however often it fails", async () => {
    const place = await begin();
    const { resource, failUpdates, args, reverse, server, names } = place;
    failUpdates(servfail, reverse, 2);
    expect(await failureOf(resource.up(args()))).toMatch("DNS_SERVFAIL");
    expect(await failureOf(resource.up(args()))).toMatch("DNS_SERVFAIL");
    server.clearFaults();
    server.zone(reverse).set("5", "PTR", host("printer"));
    server.zone("skyline.local.").set("dma-virtual", "AAAA", "fd00::9");
    const before = place.records();
    expect(await failureOf(resource.up(args()))).toMatch("Runbook: RECORD_EXISTS");
    expect(place.records()).toEqual(before);
    await resource.refresh();
    expect(await failureOf(resource.up(args()))).toMatch("Runbook: RECORD_EXISTS");
    await resource.destroy();
    expect(names(5)).toEqual([host("printer")]);
    expect(server.addresses(host("dma-virtual"))).toEqual(["fd00::9"]);
  });

  test("because answers are lost: what may have been made is owned too, and delete removes it", async () => {
    const place = await begin();
    const { resource, failUpdates, args, reverse, server, names } = place;
    failUpdates({ kind: "loseAnswer" }, reverse, 9);
    expect(await failureOf(resource.up(args()))).toMatch(/It may have been carried out all the same.*Runbook: DNS_UNREACHABLE/);
    expect(names(5)).toEqual([host("dma-virtual")]);
    expect(namesOwned(resource)).toEqual([`A ${host("dma-virtual")}`, `PTR 5.${reverse}`]);
    server.clearFaults();
    await resource.destroy();
    expect(ofTheVirtualName(place)).toEqual([]);
  });

  test("one answer that is lost is no failure", async () => {
    const { resource, failUpdates, args, reverse } = await begin();
    failUpdates({ kind: "loseAnswer" }, "skyline.local");
    failUpdates({ kind: "loseRequest" }, reverse);
    await resource.up(args());
    expect(namesOwned(resource)).toEqual([`A ${host("dma-virtual")}`, `PTR 5.${reverse}`]);
  });
});

describe("a change that fails half-way", () => {
  /** The virtual name has moved to .6, its PTR record has not. */
  async function halfMoved(): Promise<Begun> {
    const place = await begin();
    const { resource, args, at, reverse, table, names } = place;
    await resource.up(args());
    const isMoved = () => table()[2]?.join() === at(6);
    expect(await failedHalfWay(place, reverse, isMoved, () => resource.up(args({ address: at(6) })))).toMatch("DNS_SERVFAIL");
    expect([table()[2], names(5), names(6)]).toEqual([[at(6)], [host("dma-virtual")], []]);
    expect(namesOwned(resource).sort()).toEqual([`A ${host("dma-virtual")}`, `PTR 5.${reverse}`]);
    return place;
  }

  test.each([
    ["finishes it", 6],
    ["goes back", 5],
    ["goes on to a third one", 7],
  ])("of the address: the next up %s", async (_, last) => {
    const { resource, args, at, table, names } = await halfMoved();
    await resource.up(args({ address: at(last) }));
    expect(table()).toEqual([[at(1)], [at(2)], [at(last)]]);
    expect([5, 6, 7].filter((each) => names(each).length > 0)).toEqual([last]);
    expect(await resource.diff(args({ address: at(last) }))).toMatchObject({ changes: false });
  });

  test("of the address: delete removes what was made before and since", async () => {
    const place = await halfMoved();
    await place.resource.destroy();
    expect(ofTheVirtualName(place)).toEqual([]);
  });

  test("to no dns at all: delete still knows where the records are", async () => {
    const place = await begin();
    const { resource, failUpdates, args, reverse, server, agent, simulator } = place;
    await resource.up(args());
    agent(1).setRegistersInDns(1, true);
    await simulator.registered();
    failUpdates(servfail, reverse, 9);
    expect(await failureOf(resource.up(args({ dns: undefined })))).toMatch("DNS_SERVFAIL");
    server.clearFaults();
    await resource.destroy();
    expect(ofTheVirtualName(place)).toEqual([]);
  });

  test("to another zone: delete removes the records of both", async () => {
    const place = await begin({ zones: ["second.local."] });
    const { resource, failUpdates, args, dns, server } = place;
    await resource.up(args());
    failUpdates(servfail, "skyline.local.", 9);
    expect(await failureOf(resource.up(args({ dns: dns({ zone: "second.local" }) })))).toMatch("DNS_SERVFAIL");
    server.clearFaults();
    expect(namesOwned(resource).filter((name) => name.startsWith("A dma-virtual"))).toHaveLength(2);
    await resource.destroy();
    expect(ofTheVirtualName(place)).toEqual([]);
  });

  test("to another server: the next up finishes it, or goes on to a third zone; delete removes all of it", async () => {
    const [place, other] = [await begin(), await begin({ zones: ["third.local."] })];
    const { resource, failUpdates, args, server } = place;
    const { members } = place.dns();
    const there = (zone: string) => args({ dns: other.dns({ zone, members, reverse: false }) });
    const ofOther = () => ofTheVirtualName(other);
    await resource.up(args());
    failUpdates(servfail, "skyline.local.", 9);
    expect(await failureOf(resource.up(there("third.local")))).toMatch("DNS_SERVFAIL");
    expect(recordsOfTheVirtualName(place)).toHaveLength(1);
    expect(recordsOfTheVirtualName(other)).toHaveLength(1);
    server.clearFaults();
    await resource.up(there("third.local"));
    expect([ofTheVirtualName(place), recordsOfTheVirtualName(other).length]).toEqual([[], 1]);
    await resource.up(args());
    expect([recordsOfTheVirtualName(place).length, ofOther()]).toEqual([2, []]);
    failUpdates(servfail, "skyline.local.", 9);
    expect(await failureOf(resource.up(there("third.local")))).toMatch("DNS_SERVFAIL");
    server.clearFaults();
    await resource.destroy();
    expect([ofTheVirtualName(place), ofOther()]).toEqual([[], []]);
  });
});

describe("a process that is killed", () => {
  test("between the settings of both Agents: create again works, and delete puts both back as they were", async () => {
    const { args, agent, registers, table, at } = await begin();
    const first = await start();
    agent(2).fail({ kind: "loseRequest" }, { route: "putSettings", times: 99 });
    const killed = new Resource(first).up(args()).catch(() => "killed");
    while (registers()[0] !== false) await pause(10);
    first.stop();
    expect(await killed).toBe("killed");
    agent(2).faults.clear();
    expect(registers()).toEqual([false, true]);
    const resource = await new Resource(provider).up(args());
    expect([registers(), table()]).toEqual([
      [false, false],
      [[at(1)], [at(2)], [at(5)]],
    ]);
    await resource.destroy();
    expect([registers(), table()]).toEqual([
      [true, true],
      [[at(1)], [at(2)], []],
    ]);
  });

  test("between the two zones: create again makes the rest", async () => {
    const { args, server, failUpdates, reverse, table, names, at } = await begin();
    const first = await start();
    failUpdates({ kind: "late", milliseconds: 500 }, reverse);
    const killed = new Resource(first).up(args()).catch(() => "killed");
    while (server.addresses(host("dma-virtual")).length === 0) await pause(10);
    first.stop();
    expect(await killed).toBe("killed");
    const resource = await new Resource(provider).up(args());
    expect(table()).toEqual([[at(1)], [at(2)], [at(5)]]);
    await pause(600);
    expect(names(5)).toEqual([host("dma-virtual")]);
    await resource.refresh();
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });
});

test("two of them, corporate and acquisition, share their members' names: made, changed and deleted at the same time", async () => {
  for (let round = 0; round < 3; round++) {
    const beside = network + 2;
    const acquired = (last: number) => `127.66.${beside}.${last}`;
    const agents = {
      main: { registersInDns: false, acquisitionAddress: acquired(1) },
      backup: { registersInDns: false, acquisitionAddress: acquired(2) },
    };
    const place = await begin({ ...agents, zones: [`${beside}.66.127.in-addr.arpa.`] });
    network++;
    const { args, dns, at, server, table } = place;
    const members = ["dma-main", "dma-backup"].map((hostname, index) => ({ hostname, address: acquired(index + 1) }));
    const acquisition = (last: number) =>
      args({
        network: "acquisition",
        address: acquired(last),
        dns: dns({ hostname: "dma-acquired", members }),
        __owner: "room/test/acquired",
      });
    const [one, other] = [new Resource(provider), new Resource(provider)];
    await Promise.all([one.up(args()), other.up(acquisition(5))]);
    expect(table()).toEqual([[at(1), acquired(1)].sort(), [at(2), acquired(2)].sort(), [at(5)]]);
    expect(server.addresses(host("dma-acquired"))).toEqual([acquired(5)]);
    await Promise.all([one.up(args({ address: at(6) })), other.up(acquisition(6))]);
    await Promise.all([one.refresh(), other.refresh()]);
    expect([one.outs.deviations, other.outs.deviations]).toEqual([[], []]);
    await Promise.all([one.destroy(), other.destroy()]);
    expect(place.records()).toEqual([]);
  }
});
