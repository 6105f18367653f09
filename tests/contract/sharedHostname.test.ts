import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import type { DnsFault } from "../../simulator/index.js";
import { DynamicProvider, ProviderError } from "../support/dynamicProvider.js";
import { withoutClaims } from "./claims.js";
import { Resource } from "./resource.js";
import { host, key, openSharedHostnamePlace, reverse, type SharedHostnamePlace, secretEnv, zone } from "./sharedHostnames.js";

let provider: DynamicProvider;

const start = () => DynamicProvider.start("sharedHostnameRecord", { [secretEnv]: key.secret });

beforeAll(async () => {
  provider = await start();
});
afterAll(() => provider.stop());

const [one, two] = ["10.10.10.1", "10.10.10.2"];

/** What an error says; the resource itself says too much. */
const failureOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "It succeeded, but it should have failed.",
    (error: Error) => error.message,
  );

async function made(more?: (place: SharedHostnamePlace) => object, zones?: string[]) {
  const place = await openSharedHostnamePlace(zones);
  const resource = await new Resource(provider).up(place.args(more?.(place)));
  place.server.log.clear();
  return { ...place, resource };
}

const owned = ({ outs }: Resource) =>
  ((outs.ownedRecords ?? []) as { name: string; type: string; data: string }[]).map(({ name, type, data }) => `${name} ${type} ${data}`);

/** What create says, when nothing is written and nothing is left in state. */
async function refusal({ args, records, updates }: SharedHostnamePlace, more?: object): Promise<string> {
  const before = records();
  const { inputs } = await provider.check({}, args(more));
  const error = await provider.create(inputs).then(
    () => new Error("It succeeded, but it should have failed."),
    (refused: ProviderError) => refused,
  );
  expect(error instanceof ProviderError ? error.initFailure : error).toBeUndefined();
  expect([records(), updates()]).toEqual([before, []]);
  return error.message;
}

describe("create", () => {
  test("is one message a zone, the forward one first, and is read back", async () => {
    const place = await openSharedHostnamePlace();
    const resource = await new Resource(provider).up(place.args());
    expect(resource.id).toBe("dma.skyline.local");
    expect(place.changes()).toEqual([
      [zone, `add ${host("dma")} 300 A ${one}`, `add ${host("dma")} 300 A ${two}`],
      [reverse, `add 1.${reverse} 300 PTR ${host("dma")}`, `add 2.${reverse} 300 PTR ${host("dma")}`],
    ]);
    const log = place.server.log.all();
    expect(log.every(({ key: signed }) => signed === "dma-key.")).toBe(true);
    expect(log.at(-1)).toMatchObject({ opcode: "QUERY", rcode: "NOERROR" });
    expect(resource.outs).toMatchObject({ zone, addresses: [one, two], reverse: true, ttl: null, warnings: [] });
    expect(owned(resource)).toHaveLength(4);
    expect(Buffer.byteLength(JSON.stringify([resource.inputs, resource.outs]))).toBeLessThan(2_000);
    expect(await resource.diff(place.args({ addresses: [two, one] }))).toEqual({
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
  });

  test("refuses what else stands at the name, of either family, and leaves other types and other PTR records alone", async () => {
    const place = await openSharedHostnamePlace();
    const { server } = place;
    server.zone(zone).set("dma", "A", [one, "10.9.9.9"]);
    expect(await refusal(place)).toMatch(/10\.9\.9\.9 stands there already with TTL 3600, declared is 10\.10\.10\.1, 10\.10\.10\.2 alone/);
    server.zone(zone).set("dma", "A", []);
    server.zone(zone).set("dma", "AAAA", "fd00::9");
    expect(await refusal(place)).toMatch(/AAAA dma\.skyline\.local\. \(addresses\): fd00::9 .*Runbook: RECORD_EXISTS/);
    server.zone(zone).remove("dma");
    server.zone(zone).set("dma", "TXT", "kept");
    server.zone(reverse).set("1", "PTR", host("dma-main"));
    const resource = await new Resource(provider).up(place.args());
    expect(server.data(host("dma"), "TXT")).toHaveLength(1);
    expect(place.names(1, 2)).toEqual([[host("dma-main"), host("dma")], [host("dma")]]);
    await resource.destroy();
    expect([place.names(1, 2), server.data(host("dma"), "TXT").length]).toEqual([[[host("dma-main")], []], 1]);
  });

  test("with overwrite takes the whole name over, and delete removes it with the rest", async () => {
    const place = await openSharedHostnamePlace();
    place.server.zone(zone).set("dma", "A", [one, "10.9.9.9"], { ttl: 60 });
    place.server.zone(reverse).set("1", "PTR", host("dma"));
    const resource = await new Resource(provider).up(place.args({ overwrite: true }));
    expect(owned(resource)).toEqual([`${host("dma")} A ${one}`, `${host("dma")} A ${two}`, `2.${reverse} PTR ${host("dma")}`]);
    await resource.destroy();
    expect([place.addresses(), place.names(1, 2)]).toEqual([[], [[host("dma")], []]]);
  });

  test("changes nothing when the reverse zone is nowhere, the server is down, or the secret cannot be had", async () => {
    const place = await openSharedHostnamePlace();
    expect(await refusal(place, { addresses: [one, "10.20.20.2"] })).toMatch(/2\.20\.20\.10\.in-addr\.arpa.*Runbook: DNS_/);
    expect(await refusal(place, { dns: place.dns({ key: { name: "dma-key", secretEnv: "NOT_SET" } }) })).toMatch(
      /environment variable NOT_SET is not set.*Runbook: DNS_KEY_FILE/,
    );
    // Nobody listens there: the port of a server that was stopped may be another one's by now.
    expect(await refusal(place, { dns: place.dns({ server: "127.66.66.66:53" }) })).toMatch(
      /127\.66\.66\.66: the connection is refused\. Check host and port, and that a name server listens there on TCP\. Runbook: DNS_UNREACHABLE/,
    );
  });
});

describe("read and diff", () => {
  test("tell each difference by its input, and up takes it away", async () => {
    const { resource, args, server, addresses, names } = await made(() => ({ ttl: 120 }));
    const declared = args({ ttl: 120 });
    const disturbances: [act: () => void, key: string][] = [
      [() => server.zone(zone).set("dma", "A", [one, two, "10.9.9.9"], { ttl: 120 }), "addresses"],
      [() => server.zone(zone).set("dma", "AAAA", "fd00::9", { ttl: 120 }), "addresses"],
      [() => server.zone(zone).set("dma", "A", one, { ttl: 120 }), "addresses"],
      [() => server.zone(zone).set("dma", "A", [one, two], { ttl: 60 }), "ttl"],
      [() => server.zone(reverse).remove("2"), "reverse"],
    ];
    for (const [act, differing] of disturbances) {
      act();
      await resource.refresh();
      expect(await resource.diff(declared)).toMatchObject({ changes: true, replaces: [] });
      await provider.line(new RegExp(`^SharedHostnameRecord dma: differs from what is declared: ${differing}$`));
      await resource.up(declared);
      expect(await resource.diff(declared)).toMatchObject({ changes: false });
      expect([addresses(), names(1, 2)]).toEqual([
        [one, two],
        [[host("dma")], [host("dma")]],
      ]);
    }
  });

  test("a difference that somebody mends is gone with the next refresh, and one that stays is still there", async () => {
    const { resource, args, server } = await made(() => ({ ttl: 120 }));
    const declared = args({ ttl: 120 });
    const differs = async () => {
      await resource.refresh();
      return (await resource.diff(declared)).changes;
    };
    server.zone(reverse).remove("2");
    server.zone(zone).set("dma", "A", [one, two], { ttl: 60 });
    server.zone(zone).set("dma", "AAAA", "fd00::9", { ttl: 120 });
    expect([await differs(), await differs(), await differs()]).toEqual([true, true, true]);
    expect(resource.outs).toMatchObject({ reverse: false, ttl: 60, addresses: [one, two, "fd00::9"] });
    server.zone(zone).set("dma", "AAAA", []);
    server.zone(zone).set("dma", "A", [one, two], { ttl: 120 });
    expect([await differs(), resource.outs.ttl]).toEqual([true, 120]);
    server.zone(reverse).set("2", "PTR", host("dma"));
    expect(await differs()).toBe(false);
    server.zone(zone).remove("dma");
    expect([await differs(), await differs()]).toEqual([true, true]);
    server.zone(zone).set("dma", "A", [one, two], { ttl: 120 });
    expect(await differs()).toBe(false);
  });

  test("a name server that is down is an error, and state stays", async () => {
    const { resource, server, args } = await made();
    const { outs } = resource;
    await server.stop();
    expect(await failureOf(resource.refresh())).toMatch("Runbook: DNS_UNREACHABLE");
    expect(resource.outs).toEqual(outs);
    await server.start();
    await resource.refresh();
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });
});

describe("a change in place", () => {
  test("of everything at once is one message a zone", async () => {
    const { resource, args, changes, names } = await made();
    await resource.up(args({ addresses: [two, "10.10.10.3"], ttl: 60 }));
    expect(changes().map(([name]) => name)).toEqual([zone, reverse]);
    expect(names(1, 2, 3)).toEqual([[], [host("dma")], [host("dma")]]);
    expect(owned(resource).sort()).toEqual(
      [
        `${host("dma")} A ${two}`,
        `${host("dma")} A 10.10.10.3`,
        `2.${reverse} PTR ${host("dma")}`,
        `3.${reverse} PTR ${host("dma")}`,
      ].sort(),
    );
  });

  test("of an address that was found: the name is ours alone since it was applied, its PTR record stays", async () => {
    const { resource, args, addresses, names } = await made(({ server }) => {
      server.zone(zone).set("dma", "A", [one, two]);
      server.zone(reverse).set("1", "PTR", host("dma"));
      return {};
    });
    await resource.up(args({ addresses: [two, "10.10.10.3"] }));
    expect([addresses(), names(1, 2, 3)]).toEqual([
      [two, "10.10.10.3"],
      [[host("dma")], [host("dma")], [host("dma")]],
    ]);
    await resource.destroy();
    expect([addresses(), names(1, 2, 3)]).toEqual([[two], [[host("dma")], [], []]]);
  });

  test("reverse off and on, another key, another owner: only what they say", async () => {
    const { resource, args, changes, names, dns, server } = await made();
    await resource.up(args({ reverse: false }));
    expect([names(1, 2), owned(resource).length]).toEqual([[[], []], 2]);
    await resource.up(args());
    expect([names(1, 2), owned(resource).length]).toEqual([[[host("dma")], [host("dma")]], 4]);
    server.log.clear();
    const renamed = args({
      __owner: "room/test/other",
      dns: dns({ key: { name: "dma-key", secret: key.secret } }),
      timeouts: { delete: "30s" },
    });
    await resource.up(renamed);
    expect(changes()).toEqual([[zone], [reverse]]);
    expect(owned(resource)).toHaveLength(4);
    expect(await resource.diff(renamed)).toMatchObject({ changes: false });
  });

  test("with reverse ignored: an update leaves the PTR records as they stand, also under another owner, and destroy removes what is owned", async () => {
    const { resource, args, names, server, claims, records } = await made();
    server.zoneOf(reverse).remove(reverseNameOf(two), "PTR");
    await resource.refresh();
    expect(resource.inputs.reverse).toBe(false);
    // As the engine gives it with ignoreChanges.
    const ignoring = (more?: object) => args({ reverse: resource.inputs.reverse, ...more });
    for (const change of [{ ttl: 60 }, { ttl: 90 }, { ttl: 90, __owner: "room/test/other" }]) {
      await resource.up(ignoring(change));
      expect([names(1, 2), owned(resource).length]).toEqual([[[host("dma")], []], 4]);
      await resource.refresh();
      expect(await resource.diff(ignoring(change))).toMatchObject({ changes: false });
    }
    expect(claims().every((line) => line.includes("room/test/other"))).toBe(true);
    await resource.up(args({ __owner: "room/test/other" }));
    expect(names(1, 2)).toEqual([[host("dma")], [host("dma")]]);
    server.zoneOf(reverse).remove(reverseNameOf(two), "PTR");
    await resource.refresh();
    await resource.up(ignoring({ ttl: 60, __owner: "room/test/other" }));
    await resource.destroy();
    expect(records()).toEqual([]);
  });

  test("of the hostname or the zone replaces it, the new one first", async () => {
    const { resource, args, dns } = await made(undefined, ["second.local."]);
    const replacing = { changes: true, deleteBeforeReplace: false };
    expect(await resource.diff(args({ hostname: "other" }))).toEqual({ ...replacing, replaces: ["hostname"] });
    expect(await resource.diff(args({ dns: dns({ zone: "second.local" }) }))).toEqual({ ...replacing, replaces: ["hostname"] });
    expect(await resource.diff(args({ hostname: "dma.skyline.local" }))).toMatchObject({ replaces: [] });
    expect(await resource.diff(args({ hostname: "dma.skyline.local", dns: dns({ zone: "local" }) }))).toEqual({
      ...replacing,
      replaces: ["dns"],
    });
  });
});

describe("a create that fails between the forward and the reverse zone", () => {
  const faults: [what: string, fault: DnsFault][] = [
    ["fails", { kind: "rcode", rcode: "SERVFAIL" }],
    ["refuses", { kind: "rcode", rcode: "REFUSED" }],
  ];
  test.each(faults)(
    "because the name server %s: what was made is owned, and nothing foreign is overwritten on the way",
    async (_, fault) => {
      const { server, args, addresses, names, records } = await openSharedHostnamePlace();
      const resource = new Resource(provider);
      server.fail(fault, { changing: true, zone: reverse, times: 2 });
      expect(await failureOf(resource.up(args()))).toMatch(/Runbook: DNS_(SERVFAIL|REFUSED)\.$/);
      expect(resource.outs).toMatchObject({ __unfinished: true, addresses: [one, two] });
      expect(owned(resource)).toEqual([`${host("dma")} A ${one}`, `${host("dma")} A ${two}`]);
      expect(await failureOf(resource.up(args()))).toMatch(/Runbook: DNS_(SERVFAIL|REFUSED)\.$/);
      server.zone(zone).set("dma", "AAAA", "fd00::9");
      const before = records();
      expect(await failureOf(resource.up(args()))).toMatch("Runbook: RECORD_EXISTS");
      expect(records()).toEqual(before);
      server.zone(zone).set("dma", "AAAA", []);
      await resource.up(args());
      expect([addresses(), names(1, 2), owned(resource).length]).toEqual([[one, two], [[host("dma")], [host("dma")]], 4]);
      await resource.destroy();
      expect(records()).toEqual([]);
    },
  );

  test("is removed by delete alone", async () => {
    const { server, args, records } = await openSharedHostnamePlace();
    const resource = new Resource(provider);
    server.fail({ kind: "loseAnswer" }, { changing: true, zone: reverse, times: 99 });
    expect(await failureOf(resource.up(args()))).toMatch("Runbook: DNS_UNREACHABLE");
    expect(withoutClaims(records())).toHaveLength(4);
    server.clearFaults();
    await resource.destroy();
    expect(records()).toEqual([]);
    await resource.destroy();
  });
});

test("a process that is killed between the zones: create again makes the rest", async () => {
  const { server, args, addresses, names } = await openSharedHostnamePlace();
  const first = await start();
  server.fail({ kind: "loseRequest", connection: "open" }, { changing: true, zone: reverse });
  const killed = new Resource(first).up(args()).catch(() => "killed");
  while (addresses().length === 0) await pause(10);
  first.stop();
  expect(await killed).toBe("killed");
  const resource = await new Resource(provider).up(args());
  expect([addresses(), names(1, 2)]).toEqual([
    [one, two],
    [[host("dma")], [host("dma")]],
  ]);
  expect(await resource.diff(args())).toMatchObject({ changes: false });
});

test("delete with the name server down says so, and the same again works", async () => {
  const { resource, server, records } = await made();
  await server.stop();
  expect(await failureOf(resource.destroy())).toMatch(/connection is refused.*Runbook: DNS_UNREACHABLE/);
  await server.start();
  await resource.destroy();
  expect(records()).toEqual([]);
});

test("two names of the same two Agents, made and deleted at the same time, share the PTR records of each", async () => {
  for (let round = 0; round < 5; round++) {
    const { args, names, records } = await openSharedHostnamePlace();
    const labels = ["dma", "dataminer", "users"];
    const all = labels.map((hostname) => ({
      resource: new Resource(provider),
      declared: args({ hostname, __owner: `room/test/${hostname}` }),
    }));
    await Promise.all(all.map(({ resource, declared }) => resource.up(declared)));
    expect(names(1, 2)).toEqual([labels.map(host).sort(), labels.map(host).sort()]);
    await Promise.all(all.map(({ resource }) => resource.destroy()));
    expect(records()).toEqual([]);
  }
});

test("updates that nobody signs are a warning, also in state", async () => {
  const place = await openSharedHostnamePlace();
  const { inputs } = await provider.check({}, place.args({ dns: place.dns({ key: undefined }) }));
  expect(await failureOf(provider.create(inputs))).toMatch("Runbook: DNS_REFUSED");
  await provider.line(/^SharedHostnameRecord dma: warning: updates to 127\.0\.0\.1:\d+ are not signed\.$/);
});

test("a reverse zone with a slash (RFC 2317) is declared, written and released", async () => {
  const classless = "0/25.10.10.10.in-addr.arpa.";
  const place = await openSharedHostnamePlace([classless]);
  for (const last of [1, 2]) place.server.zone(reverse).set(`${last}`, "CNAME", `${last}.${classless}`);
  const resource = await new Resource(provider).up(place.args({ dns: place.dns({ reverseZone: "0/25.10.10.10.IN-ADDR.arpa" }) }));
  expect(resource.inputs.dns).toMatchObject({ reverseZone: "0/25.10.10.10.in-addr.arpa" });
  expect(place.server.data(`1.${classless}`, "PTR")).toEqual([host("dma")]);
  await resource.refresh();
  expect(resource.outs.reverse).toBe(true);
  await resource.destroy();
  expect([1, 2].map((last) => place.server.data(`${last}.${classless}`, "PTR"))).toEqual([[], []]);
});
