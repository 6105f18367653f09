import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { host, key, openSharedHostnamePlace, reverse, type SharedHostnamePlace, secretEnv, zone } from "./sharedHostnames.js";

const start = () => DynamicProvider.start("sharedHostnameRecord", { [secretEnv]: key.secret });
const [one, two] = ["10.10.10.1", "10.10.10.2"];

let provider: DynamicProvider;
beforeAll(async () => {
  provider = await start();
});
afterAll(() => provider.stop());

const up = (args: Record<string, unknown>) => new Resource(provider).up(args);
const ofOwner = (owner: string, label = "dma") => [
  `${host(label)}: ${owner}: A ${one}`,
  `${host(label)}: ${owner}: A ${two}`,
  ...[1, 2].map((last) => `${last}.${reverse}: ${owner}: PTR ${host(label)}`),
];
const live = ({ addresses, names }: SharedHostnamePlace, label = "dma") => [addresses(label), names(1, 2)];
const whole = (label = "dma") => [
  [one, two],
  [[host(label)], [host(label)]],
];

describe("who owns a record stands beside its name", () => {
  test("in the message that makes the record, and goes with it", async () => {
    const place = await openSharedHostnamePlace();
    const resource = await up(place.args());
    expect(place.claims()).toEqual(ofOwner("room/test/dma").sort());
    expect(place.updates().map(({ changes }) => [withoutClaims(changes).length, changes.length])).toEqual([
      [2, 3],
      [2, 4],
    ]);
    expect(place.records().filter((record) => record.includes("TXT"))[0]).toMatch(
      /^_dataminer-failover\.dma\.skyline\.local\. 300 TXT "heritage=dataminer-failover,owner=room\/test\/dma#[0-9a-f]{12},A=10\.10\.10\.1,A=10\.10\.10\.2"$/,
    );
    await resource.destroy();
    expect(place.records()).toEqual([]);
  });

  test("and never of a record that was found", async () => {
    const place = await openSharedHostnamePlace();
    place.server.zone(zone).set("dma", "A", [one, two]);
    place.server.zone(reverse).set("1", "PTR", host("dma"));
    const resource = await up(place.args());
    expect(place.claims()).toEqual([`2.${reverse}: room/test/dma: PTR ${host("dma")}`]);
    const again = await up(place.args({ __owner: "room/test/other" }));
    await resource.destroy();
    expect(live(place)).toEqual(whole());
    await again.destroy();
    expect(live(place)).toEqual([
      [one, two],
      [[host("dma")], []],
    ]);
  });

  test("whatever name it has, and however long", async () => {
    const place = await openSharedHostnamePlace();
    const name = `a "name", 100% \\ odd; grün ${"x".repeat(300)}`;
    const resource = await up(place.args({ __owner: `room/test/${name}` }));
    expect(place.claims()).toEqual(ofOwner(`room/test/${name}`).sort());
    const other = await up(place.args({ __owner: "room/test/other" }));
    await resource.destroy();
    expect(place.claims()).toEqual(ofOwner("room/test/other").sort());
    await other.destroy();
    expect(place.records()).toEqual([]);
  });

  test("beside TXT records of others, which stay", async () => {
    const place = await openSharedHostnamePlace();
    place.server.zone(zone).set("_dataminer-failover.dma", "TXT", ['"kept"', '"heritage=external-dns,owner=a,A=b"']);
    const resource = await up(place.args());
    await up(place.args({ __owner: "room/test/other" }));
    await resource.destroy();
    expect(place.server.data(`_dataminer-failover.${host("dma")}`, "TXT")).toHaveLength(3);
  });

  test("also below a wildcard", async () => {
    const place = await openSharedHostnamePlace();
    place.server.zone(zone).set("*", "TXT", '"wild"');
    place.server.zone(zone).set("*.dma", "CNAME", host("elsewhere"));
    const before = place.records();
    const resource = await up(place.args());
    await resource.refresh();
    expect(await resource.diff(place.args())).toMatchObject({ changes: false });
    expect(place.claims()).toEqual(ofOwner("room/test/dma").sort());
    await resource.destroy();
    expect(place.records()).toEqual(before);
  });
});

describe("a creation in place of the same resource", () => {
  test("takes over what stands there, and the delete of the old one says so in one line and touches nothing", async () => {
    const place = await openSharedHostnamePlace();
    const old = await up(place.args());
    const next = await up(place.args());
    expect(next.outs.ownedRecords).toHaveLength(4);
    place.server.log.clear();
    const lines = provider.lines.length;
    await old.destroy();
    expect(live(place)).toEqual(whole());
    expect(place.changes()).toEqual([]);
    await provider.line(/^SharedHostnameRecord dma: left in DNS, because a later creation of this resource owns it: /);
    expect(provider.lines.slice(lines)).toHaveLength(1);
    await next.refresh();
    expect(await next.diff(place.args())).toMatchObject({ changes: false });
    await next.destroy();
    expect(place.records()).toEqual([]);
  });

  test("with other addresses and another name leaves each its own", async () => {
    const place = await openSharedHostnamePlace();
    const old = await up(place.args());
    const next = await up(place.args({ hostname: "other" }));
    await old.destroy();
    expect([live(place), live(place, "other")]).toEqual([[[], [[host("other")], [host("other")]]], whole("other")]);
    await next.destroy();
    expect(place.records()).toEqual([]);
  });

  test("whose state is lost with a checkpoint that is restored: that is a difference, and up then destroy leave nothing", async () => {
    const place = await openSharedHostnamePlace();
    const restored = await up(place.args());
    await up(place.args());
    await restored.refresh();
    expect(await restored.diff(place.args())).toMatchObject({ changes: true, replaces: [] });
    await restored.up(place.args());
    await restored.refresh();
    expect(await restored.diff(place.args())).toMatchObject({ changes: false });
    await restored.destroy();
    expect(place.records()).toEqual([]);
  });
});

describe("a TXT record that somebody removed beside a record of ours", () => {
  const owners = `_dataminer-failover.${host("dma")}`;
  const refreshedAfter = async (change: (place: SharedHostnamePlace) => void, dns: object = {}, more: object = {}) => {
    const place = await openSharedHostnamePlace();
    const args = place.args({ dns: place.dns(dns), ...more });
    const resource = await up(args);
    change(place);
    await resource.refresh();
    return { place, args, resource };
  };
  const removeOwners = ({ server }: SharedHostnamePlace) => server.zone(zone).remove(owners, "TXT");

  test.each<[string, (place: SharedHostnamePlace) => void]>([
    ["", removeOwners],
    [" below a wildcard", (place) => place.server.zone(zone).set("*.dma", "TXT", '"wild"')],
    [", or changed it so that it tells nothing", ({ server }) => server.zone(zone).set(owners, "TXT", '"gone"')],
  ])("is a difference%s, and up writes it again and nothing else", async (_, change) => {
    const lines = provider.lines.length;
    const { place, args, resource } = await refreshedAfter((where) => {
      removeOwners(where);
      change(where);
    });
    expect(await resource.diff(args)).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/^SharedHostnameRecord dma: A dma\.skyline\.local\. 10\.10\.10\.1 has lost the TXT record that says whose it is$/);
    await provider.line(/differs from what is declared: owner$/);
    expect(provider.lines.slice(lines).filter((line) => line.includes("has lost"))).toHaveLength(2);
    place.server.log.clear();
    await resource.up(args);
    expect(new Set(place.changes().flat())).toEqual(new Set([zone]));
    expect(place.claims()).toEqual(expect.arrayContaining(ofOwner("room/test/dma")));
    await resource.refresh();
    expect(await resource.diff(args)).toMatchObject({ changes: false });
    await resource.destroy();
    expect(live(place)).toEqual([[], [[], []]]);
  });

  test("is told of no record that has gone too", async () => {
    const lines = provider.lines.length;
    const { args, resource } = await refreshedAfter((place) => {
      removeOwners(place);
      place.server.zone(zone).set("dma", "A", [one, "10.10.10.9"]);
    });
    expect(await resource.diff(args)).toMatchObject({ changes: true });
    await provider.line(/differs from what is declared: addresses, owner$/);
    expect(provider.lines.slice(lines).filter((line) => line.includes("has lost"))).toEqual([expect.stringContaining(one)]);
  });

  test("is none with ownership in state alone", async () => {
    const { args, resource } = await refreshedAfter(removeOwners, { ownership: "state" });
    expect(await resource.diff(args)).toMatchObject({ changes: false });
  });

  test("is none of a state that knows no generation", async () => {
    const { args, resource, place } = await refreshedAfter(() => {});
    for (const each of place.server.zones) for (const { name, type } of each.records()) if (type === "TXT") each.remove(name, type);
    resource.outs = { ...resource.outs, __generation: null };
    await resource.refresh();
    expect(await resource.diff(args)).toMatchObject({ changes: false });
  });

  test("does not matter to destroy", async () => {
    const { place, resource } = await refreshedAfter(removeOwners, {}, { __owner: "room/alone/dma" });
    await resource.destroy();
    expect(place.records()).toEqual([]);
  });
});

describe("two resources that declare the same records", () => {
  test.each(["room/test/renamed", "room/test/house:Pair::dma", "other/test/dma"])(
    "own them together, here dma and %s: the first that goes leaves them to the other",
    async (__owner) => {
      const place = await openSharedHostnamePlace();
      const old = await up(place.args());
      const next = await up(place.args({ __owner }));
      expect(place.claims()).toEqual([...ofOwner("room/test/dma"), ...ofOwner(__owner)].sort());
      await old.destroy();
      expect([live(place), place.claims()]).toEqual([whole(), ofOwner(__owner).sort()]);
      await next.refresh();
      expect(await next.diff(place.args({ __owner }))).toMatchObject({ changes: false });
      await next.destroy();
      expect(place.records()).toEqual([]);
    },
  );

  test("and one that wants something else there is refused with the name of the other, with overwrite alone it may", async () => {
    const place = await openSharedHostnamePlace();
    const first = await up(place.args());
    const args = place.args({ addresses: [two, "10.10.10.3"], __owner: "room/test/renamed" });
    await expect(up(args)).rejects.toThrow(
      /10\.10\.10\.1 stands there already with TTL 300 and is owned by room\/test\/dma, declared is .* aliases: \[\{ name: "dma" \}\].*RECORD_EXISTS/,
    );
    expect(live(place)).toEqual(whole());
    const second = await up(place.args({ __owner: "other/test/dma" }));
    await expect(second.up(place.args({ addresses: [two, "10.10.10.3"], __owner: "other/test/dma" }))).rejects.toThrow(
      /10\.10\.10\.1 .*is owned by room\/test\/dma.*RECORD_EXISTS/,
    );
    expect(live(place)).toEqual(whole());
    const taking = await up({ ...args, overwrite: true });
    expect(place.addresses()).toEqual([two, "10.10.10.3"]);
    for (const each of [first, second, taking]) await each.destroy();
    expect(place.records()).toEqual([]);
  });
});

test("an alias changes the owner in place, and the record is never without one", async () => {
  const place = await openSharedHostnamePlace();
  const resource = await up(place.args());
  await resource.up(place.args({ __owner: "room/test/renamed" }));
  expect([live(place), place.claims()]).toEqual([whole(), ofOwner("room/test/renamed").sort()]);
  await resource.destroy();
  expect(place.records()).toEqual([]);
});

describe("a create that ends at any message, and whose result nobody gets", () => {
  test.each(["loseRequest", "loseAnswer"] as const)("leaves nothing after up and destroy (%s)", async (kind) => {
    const whole = await openSharedHostnamePlace();
    await up(whole.args());
    const messages = whole.server.log.all().length;
    expect(whole.updates()).toHaveLength(2);
    const reached = new Set<string>();
    const endedAt = async (message: number) => {
      const place = await openSharedHostnamePlace();
      if (message > 1) place.server.fail({ kind: "slow", milliseconds: 0 }, { times: message - 1 });
      place.server.fail({ kind }, { times: 999 });
      await expect(up(place.args())).rejects.toThrow("Runbook: DNS_");
      reached.add(withoutClaims(place.records()).join());
      place.server.clearFaults();
      const resource = await up(place.args());
      expect(live(place), `at message ${message}`).toEqual([
        [one, two],
        [[host("dma")], [host("dma")]],
      ]);
      await resource.destroy();
      expect(place.records(), `at message ${message}`).toEqual([]);
    };
    await Promise.all(Array.from({ length: messages }, (_, index) => endedAt(index + 1)));
    // Nothing, the records of the forward zone, and all of them.
    expect(reached.size).toBe(3);
  });
});

describe("another server that has zones of the same names", () => {
  const atOther = (place: SharedHostnamePlace, other: SharedHostnamePlace) => place.args({ dns: other.dns() });

  test("gets the records first, then they go from the one before", async () => {
    const [place, other] = [await openSharedHostnamePlace(), await openSharedHostnamePlace()];
    const resource = await up(place.args());
    await resource.up(atOther(place, other));
    expect([place.records(), live(other)]).toEqual([[], whole()]);
    expect(resource.outs.ownedRecords).toHaveLength(4);
    expect(JSON.stringify(resource.outs.ownedRecords)).not.toContain('"at"');
    await resource.destroy();
    expect(other.records()).toEqual([]);
  });

  test("and equal records that are not ours: they stay when the resource goes", async () => {
    const [place, other] = [await openSharedHostnamePlace(), await openSharedHostnamePlace()];
    other.server.zone(zone).set("dma", "A", [one, two]);
    const resource = await up(place.args());
    await resource.up(atOther(place, other));
    await resource.destroy();
    expect([place.records(), live(other)]).toEqual([
      [],
      [
        [one, two],
        [[], []],
      ],
    ]);
  });

  test.each(["goes on", "goes back"])("and fails half-way: the next up %s, and destroy leaves nothing at either", async (then) => {
    const [place, other] = [await openSharedHostnamePlace(), await openSharedHostnamePlace()];
    const resource = await up(place.args());
    other.server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { changing: true, zone: reverse, times: 99 });
    await expect(resource.up(atOther(place, other))).rejects.toThrow(
      /records in skyline\.local\. are written and known: the next `pulumi up` goes on from there.*DNS_SERVFAIL/,
    );
    expect([live(place), other.addresses()]).toEqual([whole(), [one, two]]);
    other.server.clearFaults();
    const [left, kept] = then === "goes on" ? [place, other] : [other, place];
    await resource.up(then === "goes on" ? atOther(place, other) : place.args());
    expect([left.records(), live(kept)]).toEqual([[], whole()]);
    await resource.destroy();
    expect([place.records(), other.records()]).toEqual([[], []]);
  });

  test("and fails half-way: destroy alone leaves nothing at either", async () => {
    const [place, other] = [await openSharedHostnamePlace(), await openSharedHostnamePlace()];
    const resource = await up(place.args());
    other.server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { changing: true, zone: reverse, times: 99 });
    await expect(resource.up(atOther(place, other))).rejects.toThrow("DNS_SERVFAIL");
    other.server.clearFaults();
    await resource.destroy();
    expect([place.records(), other.records()]).toEqual([[], []]);
  });

  test("while the one before is down: what may stay is told, with the place", async () => {
    const [place, other] = [await openSharedHostnamePlace(), await openSharedHostnamePlace()];
    const resource = await up(place.args());
    await place.server.stop();
    await resource.up(atOther(place, other));
    expect(resource.outs.warnings).toEqual([
      expect.stringMatching(
        /^records may still stand at 127\.0\.0\.1:\d+ with key dma-key: A dma\.skyline\.local\. 10\.10\.10\.1; .*by hand/,
      ),
    ]);
    expect(live(other)).toEqual(whole());
    await place.server.start();
    await resource.destroy();
    expect(other.records()).toEqual([]);
  });

  test("is not taken for one where another key is declared, and nothing is changed", async () => {
    const place = await openSharedHostnamePlace();
    const resource = await up(place.args());
    const before = place.records();
    place.server.log.clear();
    await resource.up(place.args({ dns: place.dns({ key: { name: key.name, secret: key.secret } }) }));
    await resource.up(
      place.args({ dns: place.dns({ server: [`localhost:${place.server.port}`], key: { name: key.name, secret: key.secret } }) }),
    );
    expect([place.records(), place.updates()]).toEqual([before, []]);
    await resource.destroy();
    expect(place.records()).toEqual([]);
  });
});

describe("before the first write", () => {
  const unchanged = async (place: SharedHostnamePlace, args: Record<string, unknown>, said: RegExp) => {
    const before = place.records();
    await expect(up(args)).rejects.toThrow(said);
    expect([place.records(), place.updates()]).toEqual([before, []]);
  };

  test("a reverse zone that takes no updates is found, and the cure names reverse and reverseZone", async () => {
    const place = await openSharedHostnamePlace([], { ...key, zones: [zone] });
    await unchanged(
      place,
      place.args(),
      /Probing zone 10\.10\.10\.in-addr\.arpa\. .*dns\.reverseZone, or set reverse: false .*DNS_REFUSED/,
    );
    const resource = await up(place.args({ reverse: false }));
    await resource.destroy();
    expect(place.records()).toEqual([]);
  });

  test("a reverse zone that the server has not is found in the same way", async () => {
    const place = await openSharedHostnamePlace();
    await unchanged(place, place.args({ addresses: [one, "10.20.20.2"] }), /dns\.reverseZone, or set reverse: false .*DNS_/);
  });

  test("a reverseZone that holds neither address is an error, one that holds one of them is not", async () => {
    const place = await openSharedHostnamePlace(["20.20.10.in-addr.arpa.", "30.20.10.in-addr.arpa."]);
    const dns = place.dns({ reverseZone: "20.20.10.in-addr.arpa" });
    await unchanged(
      place,
      place.args({ dns }),
      /reverseZone is 20\.20\.10\.in-addr\.arpa\. but .* in 10\.10\.10\.in-addr\.arpa\. .*DNS_NOTZONE/,
    );
    await up(place.args({ dns, addresses: ["10.20.20.1", "10.20.30.1"] }));
    expect(place.changes().map(([name]) => name)).toEqual([zone, "20.20.10.in-addr.arpa.", "30.20.10.in-addr.arpa."]);
  });
});
