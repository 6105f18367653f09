import { describe, expect, test } from "vitest";
import { rcodeName, typeName } from "../../provider/dns/constants.js";
import { formatRdata } from "../../provider/dns/rdata.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { watchForSecrets } from "../support/secrecy.js";
import { clientOf, type Scripted, scriptedServer, secretText, type Turn } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const to = (ttl: number, ...data: string[]) => ({ ttl, data });

const classNames: Record<number, string> = { 1: "IN", 254: "NONE", 255: "ANY" };
/** As RFC 2136 writes a prerequisite or a change: name, class, type, TTL and data. */
const shown = ({ name, type, class: its, ttl, rdata }: WireRecord) =>
  [name, classNames[its], typeName(type), ttl, rdata.length > 0 ? formatRdata(type, rdata) : ""].join(" ").trim();
const updates = ({ turns }: Scripted): Turn[] => turns.filter(({ request }) => request.opcode === 5);
const onlyUpdate = (server: Scripted) => {
  const sent = updates(server);
  expect(sent).toHaveLength(1);
  const { answers, authorities } = sent[0]!.request;
  return { prerequisites: answers.map(shown), changes: authorities.map(shown) };
};

async function aServer(...records: [name: string, type: "A" | "AAAA" | "CNAME" | "PTR", ttl: number, ...data: string[]][]) {
  const server = await scriptedServer();
  for (const [name, type, ttl, ...data] of records) server.zone.put(name, type, ttl, data);
  return { server, client: clientOf(server) };
}

describe("reading", () => {
  test("gives what stands there, in its canonical spelling and order", async () => {
    const { client } = await aServer([www, "AAAA", 60, "FD00:0:0::2", "fd00::1"]);
    expect(await client.readRRset("WWW.Skyline.local", "AAAA")).toEqual({ name: www, type: "AAAA", ttl: 60, data: ["fd00::1", "fd00::2"] });
  });

  test("gives nothing for a name or type that is not there", async () => {
    const { client } = await aServer([www, "A", 60, "10.0.0.1"]);
    expect(await client.readRRset(www, "AAAA")).toBeUndefined();
    expect(await client.readRRset("nothing.skyline.local", "A")).toBeUndefined();
  });

  test("is signed, asks for no recursion, and goes over one connection", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.1"]);
    await client.readRRset(www, "A");
    await Promise.all([client.readRRset(www, "A"), client.findZone(www)]);
    expect(
      server.turns.map(({ over, request }) => [over, request.recursionDesired, request.additionals.map(({ type }) => typeName(type))]),
    ).toEqual(Array(3).fill(["tcp", false, ["TSIG"]]));
    expect(server.sockets).toHaveLength(1);
  });

  test("of a name that is an alias names its target", async () => {
    const { client } = await aServer([www, "CNAME", 60, "real.skyline.local"]);
    const error = await watch.failureOf(client.readRRset(www, "A"));
    expect(error).toMatchObject({ code: "DNS_CNAME", facts: { name: www, target: "real.skyline.local." } });
    expect(error.message).toBe(
      "Reading A www.skyline.local.: www.skyline.local. is an alias (CNAME) of real.skyline.local. Use that name, or remove the alias first.",
    );
    expect(await client.readRRset(www, "CNAME")).toMatchObject({ data: ["real.skyline.local."] });
  });

  test("refuses text that is no name before anything is sent", async () => {
    const { client, server } = await aServer();
    expect(await watch.failureOf(client.readRRset("a..b", "A"))).toMatchObject({ code: "DNS_NAME_INVALID" });
    expect(await watch.failureOf(client.findZone("-\n"))).toMatchObject({ code: "DNS_NAME_INVALID" });
    expect(server.turns).toEqual([]);
  });
});

describe("a compare-and-set", () => {
  test("of a new RRset expects it absent and no alias in its place", async () => {
    const { client, server } = await aServer();
    await client.compareAndSet(zone, [{ name: www, type: "A", expected: null, desired: to(60, "10.0.0.2", "10.0.0.1") }]);
    expect(onlyUpdate(server)).toEqual({
      prerequisites: [`${www} NONE A 0`, `${www} NONE CNAME 0`],
      changes: [`${www} IN A 60 10.0.0.1`, `${www} IN A 60 10.0.0.2`],
    });
    expect(server.zone.show(www, "A")).toBe("10.0.0.1, 10.0.0.2 (60)");
  });

  test("with the TTL that was read writes only what differs, deletions first", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.1", "10.0.0.2"]);
    const step = {
      name: www,
      type: "A" as const,
      expected: ["10.0.0.2", "10.0.0.1"],
      expectedTtl: 60,
      desired: to(60, "10.0.0.3", "10.0.0.2"),
    };
    await client.compareAndSet(zone, [step]);
    expect(onlyUpdate(server)).toEqual({
      prerequisites: [`${www} IN A 0 10.0.0.1`, `${www} IN A 0 10.0.0.2`, `${www} NONE CNAME 0`],
      changes: [`${www} NONE A 0 10.0.0.1`, `${www} IN A 60 10.0.0.3`],
    });
    expect(server.zone.show(www, "A")).toBe("10.0.0.2, 10.0.0.3 (60)");
  });

  test.each([undefined, 300])("with another TTL than %s writes the whole RRset anew", async (expectedTtl) => {
    const { client, server } = await aServer([www, "A", 300, "10.0.0.1"]);
    await client.compareAndSet(zone, [{ name: www, type: "A", expected: ["10.0.0.1"], expectedTtl, desired: to(60, "10.0.0.1") }]);
    expect(onlyUpdate(server).changes).toEqual([`${www} ANY A 0`, `${www} IN A 60 10.0.0.1`]);
    expect(server.zone.show(www, "A")).toBe("10.0.0.1 (60)");
  });

  test("that removes an RRset deletes the very records that were expected, and asks for no alias", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.1"]);
    await client.compareAndSet(zone, [{ name: www, type: "A", expected: ["10.0.0.1"], desired: null }]);
    expect(onlyUpdate(server)).toEqual({ prerequisites: [`${www} IN A 0 10.0.0.1`], changes: [`${www} NONE A 0 10.0.0.1`] });
    expect(server.zone.show(www, "A")).toBe("nothing");
  });

  test("puts an alias only where no name is, and in place of records that it removes", async () => {
    const { client, server } = await aServer(["old.skyline.local.", "A", 60, "10.0.0.1"]);
    const alias = (name: string) => ({ name, type: "CNAME" as const, expected: null, desired: to(60, "real.skyline.local") });
    await client.compareAndSet(zone, [
      alias(www),
      alias("old.skyline.local"),
      { name: "old.skyline.local", type: "A", expected: ["10.0.0.1"], desired: null },
    ]);
    const { prerequisites } = onlyUpdate(server);
    expect(prerequisites).toContain(`${www} NONE ANY 0`);
    expect(prerequisites.filter((line) => line.startsWith("old."))).toEqual([
      "old.skyline.local. NONE CNAME 0",
      "old.skyline.local. IN A 0 10.0.0.1",
    ]);
  });

  test("takes records to an alias's place when the same message removes it", async () => {
    const { client, server } = await aServer([www, "CNAME", 60, "real.skyline.local"]);
    await client.compareAndSet(zone, [
      { name: www, type: "CNAME", expected: ["real.skyline.local"], desired: null },
      { name: www, type: "A", expected: null, desired: to(60, "10.0.0.1") },
    ]);
    expect(onlyUpdate(server).prerequisites).toEqual([`${www} IN CNAME 0 real.skyline.local.`, `${www} NONE A 0`]);
    expect(server.zone.show(www, "A")).toBe("10.0.0.1 (60)");
  });

  test("checks steps that change nothing along with those that do", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.1"]);
    await client.compareAndSet(zone, [
      { name: www, type: "A", expected: ["10.0.0.1"], expectedTtl: 60, desired: to(60, "10.0.0.1") },
      { name: www, type: "AAAA", expected: null, desired: to(60, "fd00::1") },
    ]);
    const { prerequisites, changes } = onlyUpdate(server);
    expect(prerequisites).toContain(`${www} IN A 0 10.0.0.1`);
    expect(changes).toEqual([`${www} IN AAAA 60 fd00::1`]);
  });

  test("sends nothing when there is nothing to change", async () => {
    const { client, server } = await aServer();
    await client.compareAndSet(zone, []);
    await client.compareAndSet(zone, [
      { name: www, type: "A", expected: null, desired: null },
      { name: www, type: "AAAA", expected: ["fd00:0::1"], expectedTtl: 60, desired: to(60, "FD00::1") },
    ]);
    expect(server.turns).toEqual([]);
  });

  test.each([
    ["an empty expectation", [{ name: www, type: "A" as const, expected: [], desired: null }]],
    ["an empty RRset", [{ name: www, type: "A" as const, expected: null, desired: to(60) }]],
    [
      "one RRset twice",
      [www, "WWW.skyline.local"].map((name) => ({ name, type: "A" as const, expected: null, desired: to(60, "10.0.0.1") })),
    ],
    ["an address of the other family", [{ name: www, type: "AAAA" as const, expected: null, desired: to(60, "10.0.0.1") }]],
  ])("with %s is refused before anything is sent", async (_what, steps) => {
    const { client, server } = await aServer();
    expect(await watch.failureOf(client.compareAndSet(zone, steps))).toMatchObject({ code: "DNS_FORMAT", nothingDone: true });
    expect(server.turns).toEqual([]);
  });

  test("of a name outside the zone is refused before anything is sent", async () => {
    const { client, server } = await aServer();
    const steps = [{ name: "www.otherskyline.local", type: "A" as const, expected: null, desired: to(60, "10.0.0.1") }];
    expect(await watch.failureOf(client.compareAndSet(zone, steps))).toMatchObject({ code: "DNS_NOTZONE" });
    expect(server.turns).toEqual([]);
  });

  test("that meets something else says what, and changes nothing", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.9", "10.0.0.8"]);
    const error = await watch.failureOf(
      client.compareAndSet(zone, [{ name: www, type: "A", expected: ["10.0.0.1"], desired: to(60, "10.0.0.2") }]),
    );
    expect(error).toMatchObject({
      code: "DNS_CONFLICT",
      nothingDone: true,
      facts: { name: www, type: "A", expected: "10.0.0.1", found: "10.0.0.8, 10.0.0.9 (TTL 60)" },
    });
    expect(error.message).toBe(
      `Updating A ${www} at ${server.host}:${server.port}: NXRRSET; A ${www} should be 10.0.0.1, found 10.0.0.8, 10.0.0.9 (TTL 60). ` +
        "Somebody else changed it: read it, and decide anew.",
    );
    expect(server.zone.show(www, "A")).toBe("10.0.0.8, 10.0.0.9 (60)");
  });

  test("that the server confirms and does not do is not applied", async () => {
    const server = await scriptedServer([(turn) => turn.reply({})]);
    const error = await watch.failureOf(
      clientOf(server, { readBackPauses: [1] }).compareAndSet(zone, [
        { name: www, type: "A", expected: null, desired: to(60, "10.0.0.1") },
      ]),
    );
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false, facts: { desired: "10.0.0.1 (TTL 60)", found: "nothing" } });
    expect(error.message).toContain(
      "it answered NOERROR, but reading back A www.skyline.local. still shows nothing instead of 10.0.0.1 (TTL 60).",
    );
  });

  test("that is done with another TTL is not applied", async () => {
    const { client, server } = await aServer();
    const put = server.zone.answer.bind(server.zone);
    server.zone.answer = (request) => {
      const answer = put(request);
      if (request.opcode === 5) server.zone.put(www, "A", 3600, ["10.0.0.1"]);
      return answer;
    };
    const error = await watch.failureOf(
      client.compareAndSet(zone, [{ name: www, type: "A", expected: null, desired: to(60, "10.0.0.1") }]),
    );
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", facts: { desired: "10.0.0.1 (TTL 60)", found: "10.0.0.1 (TTL 3600)" } });
  });
});

describe("a plain update", () => {
  const add = { zone, prerequisites: [], changes: [{ kind: "add" as const, name: www, type: "A" as const, ttl: 60, data: "10.0.0.1" }] };

  test("is one message and its answer", async () => {
    const { client, server } = await aServer();
    await client.update(add);
    expect(server.turns).toHaveLength(1);
    expect(server.zone.show(www, "A")).toBe("10.0.0.1 (60)");
  });

  test("whose prerequisites do not hold is a conflict", async () => {
    const { client, server } = await aServer([www, "A", 60, "10.0.0.9"]);
    const error = await watch.failureOf(client.update({ ...add, prerequisites: [{ kind: "rrsetAbsent", name: www, type: "A" }] }));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", nothingDone: true });
    expect(error.message).toContain(`${rcodeName(7)}, a prerequisite does not hold, so nothing was changed.`);
    expect(server.zone.show(www, "A")).toBe("10.0.0.9 (60)");
  });

  test("that does not fit into one message is refused before anything is sent", async () => {
    const { client, server } = await aServer();
    const changes = Array.from({ length: 3000 }, (_, index) => ({ ...add.changes[0]!, name: `host${index}.skyline.local` }));
    const error = await watch.failureOf(client.update({ ...add, changes }));
    expect(error).toMatchObject({ code: "DNS_FORMAT", nothingDone: true });
    expect(error.message).toContain("65535");
    expect(server.turns).toEqual([]);
  });
});

test("a probe sends prerequisites alone, and tells whether they hold", async () => {
  const { client, server } = await aServer([www, "A", 60, "10.0.0.1"]);
  expect(await client.probeRRset(zone, www, "A", ["10.0.0.1"])).toBe(true);
  expect(await client.probeRRset(zone, www, "A", ["10.0.0.1", "10.0.0.2"])).toBe(false);
  expect(await client.probeRRset(zone, www, "A", null)).toBe(false);
  expect(await client.probeRRset(zone, www, "AAAA", null)).toBe(true);
  expect(updates(server).map(({ request }) => request.authorities)).toEqual([[], [], [], []]);
});
