import { expect, test } from "vitest";
import type { DnsError } from "../../provider/dns/errors.js";
import { dig, serialOf, transfer } from "../support/nameServers/dig.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { host, onEachServer, zone } from "./place.js";

const records = [
  "*.wild.skyline.local. 60 A 10.10.10.99",
  "*.alias.skyline.local. 60 CNAME target.skyline.local.",
  "target.skyline.local. 60 A 10.10.10.98",
];

onEachServer({ address: "127.53.3.1", records }, (place, watch) => {
  const to = (ttl: number, ...data: string[]) => ({ ttl, data });

  test("a third address that somebody added is a conflict that names it, and nothing is changed", async () => {
    const name = host("third");
    await nsupdate(
      place.server,
      `update add ${name} 60 A 10.10.10.1`,
      `update add ${name} 60 A 10.10.10.2`,
      `update add ${name} 60 A 10.10.10.66`,
    );
    const before = await transfer(place.server, zone);
    const step = { name, type: "A" as const, expected: ["10.10.10.1", "10.10.10.2"], desired: to(60, "10.10.10.1") };
    const error = await watch.failureOf<DnsError>(place.client().compareAndSet(zone, [step]));
    expect(error).toMatchObject({
      code: "DNS_CONFLICT",
      nothingDone: true,
      facts: { name, type: "A", expected: "10.10.10.1, 10.10.10.2", found: "10.10.10.1, 10.10.10.2, 10.10.10.66 (TTL 60)" },
    });
    expect(error.message).toMatch(/^Updating A third\.skyline\.local\. at \S+: NXRRSET; .*10\.10\.10\.66/);
    expect(await transfer(place.server, zone)).toEqual(before);
  });

  test.each([
    ["fewer records than expected", ["10.10.10.1", "10.10.10.2"], ["10.10.10.1"]],
    ["other records than expected", ["10.10.10.1"], ["10.10.10.3"]],
    ["records where none were expected", null, ["10.10.10.4"]],
  ])("%s are a conflict", async (what, expected, there) => {
    const name = host(what);
    await nsupdate(place.server, ...there.map((address) => `update add ${name} 60 A ${address}`));
    const error = await watch.failureOf(
      place.client().compareAndSet(zone, [{ name, type: "A", expected, desired: to(60, "10.10.10.77") }]),
    );
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { found: `${there.join(", ")} (TTL 60)` } });
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: there });
  });

  test("what is gone already is a conflict with nothing for a deletion that expects it", async () => {
    const name = host("gone-already");
    const error = await watch.failureOf(place.client().compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.1"], desired: null }]));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { expected: "10.10.10.1", found: "nothing" } });
  });

  test("a conflict about one name keeps the others as they were", async () => {
    const [one, other] = [host("one"), host("other")];
    await nsupdate(place.server, `update add ${other} 60 A 10.10.10.66`);
    const steps = [one, other].map((name) => ({ name, type: "A" as const, expected: null, desired: to(60, "10.10.10.1") }));
    const error = await watch.failureOf(place.client().compareAndSet(zone, steps));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { name: other } });
    expect(await dig(place.server, one, "A")).toBeUndefined();
    expect(await dig(place.server, other, "A")).toEqual({ ttl: 60, data: ["10.10.10.66"] });
  });

  test("an alias in the way is named with its target, whoever meets it", async () => {
    const name = host("in-the-way");
    await nsupdate(place.server, `update add ${name} 60 CNAME dma-old.skyline.local.`);
    const serial = await serialOf(place.server, zone);
    const client = place.client();
    const wanted = to(60, "10.10.10.1");
    for (const act of [
      () => client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: wanted }]),
      () => client.editRRsets(zone, [{ name, type: "A" }], () => [wanted]),
      () => client.readRRset(name, "A"),
    ]) {
      const error = await watch.failureOf(act());
      expect(error).toMatchObject({ code: "DNS_CNAME", nothingDone: true, facts: { name, target: "dma-old.skyline.local." } });
    }
    expect(await dig(place.server, name, "CNAME")).toEqual({ ttl: 60, data: ["dma-old.skyline.local."] });
    expect(await dig(place.server, name, "A")).toBeUndefined();
    expect(await serialOf(place.server, zone)).toBe(serial);
  });

  test("an alias is not put where something else stands", async () => {
    const name = host("taken");
    await nsupdate(place.server, `update add ${name} 60 A 10.10.10.1`);
    const step = { name, type: "CNAME" as const, expected: null, desired: to(60, "dma-main.skyline.local.") };
    const error = await watch.failureOf(place.client().compareAndSet(zone, [step]));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { found: "records of other types" } });
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
    expect(await dig(place.server, name, "CNAME")).toBeUndefined();
  });

  test("what a wildcard makes up is told from what is there", async () => {
    const real = "real.wild.skyline.local.";
    const madeUp = "made-up.wild.skyline.local.";
    await nsupdate(place.server, `update add ${real} 60 A 10.10.10.99`);
    const serial = await serialOf(place.server, zone);
    const client = place.client();
    expect(await dig(place.server, madeUp, "A")).toEqual({ ttl: 60, data: ["10.10.10.99"] });
    expect((await client.readRRset(madeUp, "A"))?.data).toEqual(["10.10.10.99"]);
    expect(await client.probeRRset(zone, madeUp, "A", ["10.10.10.99"])).toBe(false);
    expect(await client.probeRRset(zone, madeUp, "A", null)).toBe(true);
    expect(await client.probeRRset(zone, real, "A", ["10.10.10.99"])).toBe(true);
    expect(await client.probeRRset(zone, real, "A", null)).toBe(false);
    expect(await serialOf(place.server, zone)).toBe(serial);
  });

  test("a name below a wildcard is created, and gone again the wildcard answers in its place", async () => {
    const name = "new.wild.skyline.local.";
    const client = place.client();
    await client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: to(60, "10.10.10.5") }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.5"] });
    await client.compareAndSet(zone, [{ name, type: "A", expected: ["10.10.10.5"], desired: null }]);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.99"] });
    expect((await transfer(place.server, zone)).filter((line) => line.startsWith(name))).toEqual([]);
  });

  test("who takes a wildcard's answer for real is told", async () => {
    const name = "believed.wild.skyline.local.";
    const step = { name, type: "A" as const, expected: ["10.10.10.99"], desired: to(60, "10.10.10.5") };
    const error = await watch.failureOf(place.client().compareAndSet(zone, [step]));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { name, found: "nothing (a wildcard answers in its place)" } });
  });

  test.each([
    ["address", "edited.wild.skyline.local."],
    ["alias", "edited.alias.skyline.local."],
  ])("an edit below a wildcard %s sees what is really there", async (_what, name) => {
    const client = place.client();
    await client.editRRsets(zone, [{ name, type: "A" }], ([found]) => [to(60, ...(found?.data ?? []), "10.10.10.5")]);
    expect((await transfer(place.server, zone)).filter((line) => line.startsWith(name))).toEqual([`${name} 60 A 10.10.10.5`]);
    await client.editRRsets(zone, [{ name, type: "A" }], () => [null]);
    await client.editRRsets(zone, [{ name, type: "A" }], () => [null]);
    expect((await transfer(place.server, zone)).filter((line) => line.startsWith(name))).toEqual([]);
  });

  test("a name outside the zone is refused before anything is sent", async () => {
    const { client, relay } = await place.relayed();
    for (const name of ["www.elsewhere.test.", "myskyline.local.", "local."]) {
      const error = await watch.failureOf(client.compareAndSet(zone, [{ name, type: "A", expected: null, desired: to(60, "10.10.10.1") }]));
      expect(error).toMatchObject({ code: "DNS_NOTZONE", nothingDone: true });
    }
    expect(relay.updates).toBe(0);
  });
});
