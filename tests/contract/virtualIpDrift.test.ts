import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Difference, differenceText } from "../../provider/core/difference.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { closeWorlds, host, openVirtualIpWorld, type VirtualIpWorld } from "./virtualIpWorld.js";

let provider: DynamicProvider;
let place: VirtualIpWorld;
let resource: Resource;
const declared = () => place.args({ dns: place.dns({ ttl: 120 }) });

beforeAll(async () => {
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
  place = await openVirtualIpWorld("64.131", { pair: {} });
  resource = await new Resource(provider).up(declared());
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

/** Reads with eyes of its own: one process takes what an Agent has said for up to 5 s. */
async function seenAnew(): Promise<void> {
  provider.stop();
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token });
  resource = Object.assign(new Resource(provider), { id: resource.id, inputs: resource.inputs, outs: resource.outs });
  await resource.refresh();
}

const zone = () => place.server.zone("skyline.local.");
const reverse = () => place.server.zone("131.64.127.in-addr.arpa.");
const at = (last: number) => place.at(last);

/** What somebody does behind our back, and what the difference is called. */
const disturbances: [what: string, act: () => void, said: () => Difference[]][] = [
  [
    "the virtual address under a member's name",
    () => zone().set("dma-main", "A", [at(1), at(5)]),
    () => [{ property: "dns.members dma-main", at: `A ${host("dma-main")}`, declared: null, live: at(5) }],
  ],
  [
    "a member's own address gone",
    () => zone().remove("dma-backup"),
    () => [{ property: "dns.members dma-backup", at: `A ${host("dma-backup")}`, declared: at(2), live: null }],
  ],
  [
    "the virtual name gone",
    () => zone().remove("dma-virtual"),
    () => [{ property: "dns.hostname", at: `A ${host("dma-virtual")}`, declared: at(5), live: null }],
  ],
  [
    "another address at the virtual name",
    () => zone().set("dma-virtual", "A", [at(5), "10.9.9.9"], { ttl: 120 }),
    () => [{ property: "dns.hostname", at: `A ${host("dma-virtual")}`, declared: null, live: "10.9.9.9" }],
  ],
  [
    "an address of the other family at the virtual name",
    () => zone().set("dma-virtual", "AAAA", "fd00::9", { ttl: 120 }),
    () => [{ property: "dns.hostname", at: `AAAA ${host("dma-virtual")}`, declared: null, live: "fd00::9" }],
  ],
  [
    "another TTL",
    () => zone().set("dma-virtual", "A", at(5), { ttl: 60 }),
    () => [{ property: "dns.hostname", at: `TTL of A ${host("dma-virtual")}`, declared: 120, live: 60 }],
  ],
  [
    "the PTR record of the virtual address elsewhere",
    () => reverse().set("5", "PTR", host("printer"), { ttl: 120 }),
    () => [
      { property: "dns.reverse", at: `PTR 5.${reverse().name}`, declared: host("dma-virtual"), live: null },
      { property: "dns.reverse", at: `PTR 5.${reverse().name}`, declared: null, live: host("printer") },
    ],
  ],
  [
    "a member's own PTR record gone",
    () => reverse().remove("1"),
    () => [{ property: "dns.reverse", at: `PTR 1.${reverse().name}`, declared: host("dma-main"), live: null }],
  ],
  [
    "registration on again",
    () => place.agent(2).setRegistersInDns(1, true),
    () => [{ property: "registersInDns", at: `interface 1 of backup ${at(2)}`, declared: false, live: true }],
  ],
];

describe("each difference has its own name in state and in the log, and up takes it away", () => {
  test.each(disturbances)("%s", async (_, act, said) => {
    const before = place.records();
    act();
    await seenAnew();
    expect(resource.outs.deviations).toEqual(said());
    expect(await resource.diff(declared())).toEqual({ changes: true, replaces: [], deleteBeforeReplace: false });
    const named = said().map(differenceText).join(", ").replace(/[.()]/g, "\\$&");
    await provider.line(new RegExp(`^VirtualIp vip: differs from what is declared: ${named}$`));
    await resource.up(declared());
    await place.simulator.registered();
    expect(resource.outs.deviations).toEqual([]);
    expect(place.registers()).toEqual([false, false]);
    // A member's record that was found, and made anew since, is owned from then on.
    const withoutTtl = (records: string[]) => withoutClaims(records).map((record) => record.replace(/ \d+ /, " "));
    expect(withoutTtl(place.records())).toEqual(withoutTtl(before));
    expect(await resource.diff(declared())).toMatchObject({ changes: false });
  });

  test("all of them at once", async () => {
    for (const [, act] of disturbances) act();
    await resource.refresh();
    expect((resource.outs.deviations as Difference[]).length).toBeGreaterThan(5);
    await resource.up(declared());
    await place.simulator.registered();
    await resource.refresh();
    expect(resource.outs.deviations).toEqual([]);
    expect(place.table()).toEqual([[at(1)], [at(2)], [at(5)]]);
  });

  test("one that somebody mends is gone with the next refresh", async () => {
    zone().set("dma-main", "A", [at(1), at(5)]);
    await resource.refresh();
    expect(resource.outs.deviations).toHaveLength(1);
    zone().set("dma-main", "A", at(1));
    await resource.refresh();
    expect(await resource.diff(declared())).toMatchObject({ changes: false });
  });
});

describe("no difference is", () => {
  test("a switch: only heldBy moves", async () => {
    expect(resource.outs.heldBy).toBe("main");
    await place.simulator.pair().switchRoles();
    await place.simulator.registered();
    await seenAnew();
    expect(resource.outs).toMatchObject({ heldBy: "backup", deviations: [] });
    expect(await resource.diff(declared())).toMatchObject({ changes: false });
    expect(place.table()).toEqual([[at(1)], [at(2)], [at(5)]]);
  });

  test("what others have at the members' names and addresses, and records of other types", async () => {
    zone().set("dma-main", "A", [at(1), "10.7.7.7"], { ttl: 9 });
    zone().set("dma-main", "AAAA", "fd00::7");
    zone().set("dma-virtual", "TXT", "kept");
    reverse().set("1", "PTR", [host("dma-main"), host("other")]);
    const before = place.records();
    await resource.refresh();
    expect(await resource.diff(declared())).toMatchObject({ changes: false });
    await resource.up(declared());
    expect(place.records()).toEqual(before);
  });
});

test("an Agent that is silent is a difference; up needs both, and says so; two silent ones are an error", async () => {
  place.agent(2).stop();
  await seenAnew();
  expect(resource.outs).toMatchObject({ deviations: [{ property: "agents", at: `backup ${at(2)}`, unanswered: at(2) }] });
  expect(await resource.diff(declared())).toMatchObject({ changes: true });
  await expect(resource.up(declared())).rejects.toThrow(/needs both Agents up\. .*Runbook: MEMBER_UNREACHABLE/);
  place.agent(1).cutOff({ how: "reset" });
  await expect(seenAnew()).rejects.toThrow(/neither answers.*Runbook: PAIR_UNREACHABLE/);
  place.agent(1).reconnect();
  place.agent(2).start();
  await place.simulator.settled();
  await seenAnew();
  expect(await resource.diff(declared())).toMatchObject({ changes: false });
});

test("a name server that is down, and an Agent that says no, are errors: what cannot be told is not guessed", async () => {
  const { outs } = resource;
  await place.server.stop();
  await expect(resource.refresh()).rejects.toThrow(/the connection is refused.*Runbook: DNS_UNREACHABLE/);
  await place.server.start();
  place.agent(2).fail({ kind: "hostError", errorCode: 1010 }, { times: 9 });
  await expect(seenAnew()).rejects.toThrow("401");
  place.agent(2).faults.clear();
  expect(resource.outs).toEqual(outs);
  await seenAnew();
  expect(await resource.diff(declared())).toMatchObject({ changes: false });
});
