import { describe, expect, test } from "vitest";
import { classes, types } from "../../provider/dns/constants.js";
import { hmacSigner } from "../../provider/dns/signer.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { encodeSoa } from "../../simulator/dns/zone.js";
import type { NameServer } from "../../simulator/index.js";
import {
  add,
  ask,
  deleteName,
  deleteRecord,
  deleteRRset,
  key,
  nameInUse,
  nameNotInUse,
  rrsetAbsent,
  rrsetExists,
  rrsetIs,
  startServer,
  update,
  zone,
} from "./nameServers.js";

const signer = hmacSigner({ name: key.name, secret: Buffer.from(key.secret, "base64") });
const dma = "dma.skyline.local.";
const www = "www.skyline.local.";

/** The rcode, and what stands in the zone afterwards. */
async function send(server: NameServer, changes: WireRecord[], prerequisites: WireRecord[] = [], zoneName = zone): Promise<string> {
  return (await ask(server, update(changes, prerequisites, zoneName), { signer })).rcode;
}

const recordsOf = (server: NameServer): string[] =>
  server
    .zone(zone)
    .records()
    .map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data}`);

async function serverWith(records: Record<string, string[]>): Promise<NameServer> {
  const server = await startServer();
  for (const [name, data] of Object.entries(records)) server.zone(zone).set(name, "A", data, { ttl: 300 });
  return server;
}

describe("a prerequisite", () => {
  const held = ["10.0.0.1", "10.0.0.2"];

  test.each<[string, WireRecord[], string]>([
    ["an RRset that is exactly so", rrsetIs(dma, "A", "10.0.0.2", "10.0.0.1"), "NOERROR"],
    ["an RRset that has more records", rrsetIs(dma, "A", "10.0.0.1"), "NXRRSET"],
    ["an RRset that has fewer records", rrsetIs(dma, "A", ...held, "10.0.0.3"), "NXRRSET"],
    ["an RRset that is not there", rrsetIs(dma, "AAAA", "fd00::1"), "NXRRSET"],
    ["some RRset of a type, which is there", rrsetExists(dma, "A"), "NOERROR"],
    ["some RRset of a type, which is not there", rrsetExists(dma, "AAAA"), "NXRRSET"],
    ["no RRset of a type that is there", rrsetAbsent(dma, "A"), "YXRRSET"],
    ["no RRset of a type that is not there", rrsetAbsent(dma, "CNAME"), "NOERROR"],
    ["a name in use", nameInUse(dma), "NOERROR"],
    ["a name in use that has names below it and no records", nameInUse("deep.skyline.local."), "NXDOMAIN"],
    ["a name not in use that has names below it and no records", nameNotInUse("deep.skyline.local."), "NOERROR"],
    ["a name not in use that is", nameNotInUse(dma), "YXDOMAIN"],
    ["what a wildcard would answer", rrsetExists("any.wild.skyline.local.", "A"), "NXRRSET"],
    ["a name outside the zone", nameInUse("dma.example.com."), "NOTZONE"],
    ["a record with a TTL", rrsetIs(dma, "A", ...held).map((record) => ({ ...record, ttl: 60 })), "FORMERR"],
    ["a presence with data", [{ ...add(dma, "A", "10.0.0.1", 0), class: classes.ANY }], "FORMERR"],
    ["a class that means nothing", [{ ...add(dma, "A", "10.0.0.1", 0), class: classes.CH }], "FORMERR"],
  ])("of %s", async (_, prerequisites, rcode) => {
    const server = await serverWith({ dma: held, "below.deep": ["10.0.0.9"], "*.wild": ["10.0.0.9"] });
    expect(await send(server, [add(www, "A", "10.0.0.7")], prerequisites)).toBe(rcode);
    expect(server.addresses(www)).toEqual(rcode === "NOERROR" ? ["10.0.0.7"] : []);
  });

  test("alone is checked and changes nothing", async () => {
    const server = await serverWith({ dma: held });
    const { serial } = server.zone(zone);
    expect(await send(server, [], rrsetIs(dma, "A", ...held))).toBe("NOERROR");
    expect(await send(server, [], rrsetIs(dma, "A", "10.0.0.1"))).toBe("NXRRSET");
    expect(server.zone(zone).serial).toBe(serial);
  });
});

describe("a change", () => {
  test("adds to an RRset, whose records share the newest TTL", async () => {
    const server = await serverWith({ dma: ["10.0.0.1"] });
    expect(await send(server, [add(dma, "A", "10.0.0.2", 60)])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([`${dma} 60 A 10.0.0.1`, `${dma} 60 A 10.0.0.2`]);
    await send(server, [add(dma, "A", "10.0.0.1", 90)]);
    expect(recordsOf(server)).toEqual([`${dma} 90 A 10.0.0.1`, `${dma} 90 A 10.0.0.2`]);
  });

  test("deletes one record, one RRset, or every RRset of a name", async () => {
    const server = await serverWith({ dma: ["10.0.0.1", "10.0.0.2"], www: ["10.0.0.3"] });
    server.zone(zone).set("www", "TXT", '"text"');
    expect(await send(server, [deleteRecord(dma, "A", "10.0.0.1")])).toBe("NOERROR");
    expect(server.addresses(dma)).toEqual(["10.0.0.2"]);
    expect(await send(server, [deleteRRset(www, "A")])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([`${dma} 300 A 10.0.0.2`, `${www} 3600 TXT "text"`]);
    expect(await send(server, [deleteName(www), deleteName(dma)])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([]);
  });

  test("follows the one before it in the same message", async () => {
    const server = await serverWith({ dma: ["10.0.0.1", "10.0.0.2"] });
    expect(await send(server, [deleteRRset(dma, "A"), add(dma, "A", "10.0.0.3", 60)])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([`${dma} 60 A 10.0.0.3`]);
    expect(await send(server, [add(dma, "A", "10.0.0.4"), deleteRRset(dma, "A")])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([]);
  });

  test("that would bring an alias and other data together is left out in silence", async () => {
    const server = await serverWith({ dma: ["10.0.0.1"] });
    expect(await send(server, [add(dma, "CNAME", "www.skyline.local"), add(www, "CNAME", "dma.skyline.local")])).toBe("NOERROR");
    expect(await send(server, [add(www, "A", "10.0.0.2")])).toBe("NOERROR");
    expect(recordsOf(server)).toEqual([`${dma} 300 A 10.0.0.1`, `${www} 300 CNAME ${dma}`]);
    await send(server, [add(www, "CNAME", "other.skyline.local", 60)]);
    expect(server.zone(zone).data("www", "CNAME"), "an alias replaces an alias").toEqual(["other.skyline.local."]);
  });

  test("never takes SOA and NS from the apex", async () => {
    const server = await startServer();
    const apexNs = (await ask(server, { ...update([]), opcode: 0, questions: [{ name: zone, type: types.NS, class: classes.IN }] }))
      .answers;
    expect(apexNs).toHaveLength(1);
    const [, , , target = ""] = apexNs[0]?.split(" ") ?? [];
    server.zone(zone).set("@", "A", "10.0.0.1");
    const deletions = [deleteRRset(zone, "NS"), deleteRRset(zone, "SOA"), deleteRecord(zone, "NS", target), deleteName(zone)];
    for (const deletion of deletions) expect(await send(server, [deletion])).toBe("NOERROR");
    expect(server.zone(zone).data("@", "NS")).toEqual([target]);
    expect(server.addresses(zone)).toEqual([]);
    await send(server, [add(zone, "NS", "ns2.skyline.local"), deleteRecord(zone, "NS", target)]);
    expect(server.zone(zone).data("@", "NS")).toEqual(["ns2.skyline.local."]);
  });

  test("of the SOA counts when its serial is a later one", async () => {
    const server = await startServer();
    const soa = (serial: number): WireRecord => {
      const names = { primary: "ns1.skyline.local.", mailbox: "admin.skyline.local." };
      const rdata = encodeSoa({ ...names, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 });
      return { name: zone, type: types.SOA, class: classes.IN, ttl: 60, rdata };
    };
    await send(server, [soa(2_000_000_000)]);
    expect(server.zone(zone).serial).toBe(2_000_000_000);
    await send(server, [soa(1_999_999_999)]);
    expect(server.zone(zone).serial).toBe(2_000_000_000);
    await send(server, [soa(4_000_000_000)]);
    await send(server, [soa(5)]);
    expect(server.zone(zone).serial, "RFC 1982: 5 is later than 4000000000").toBe(5);
  });

  test.each<[string, WireRecord[], string]>([
    ["a name outside the zone", [add("dma.example.com.", "A", "10.0.0.2")], "NOTZONE"],
    ["an addition of no type that data has", [{ ...add(dma, "A", "10.0.0.2"), type: types.ANY }], "FORMERR"],
    ["a deletion with a TTL", [{ ...deleteRRset(dma, "A"), ttl: 60 }], "FORMERR"],
    ["a deletion of an RRset with data", [{ ...add(dma, "A", "10.0.0.2", 0), class: classes.ANY }], "FORMERR"],
    ["a deletion of a record with a TTL", [{ ...deleteRecord(dma, "A", "10.0.0.1"), ttl: 60 }], "FORMERR"],
    ["a deletion of a record of every type", [{ ...deleteRecord(dma, "A", "10.0.0.1"), type: types.ANY }], "FORMERR"],
    ["a class that means nothing", [{ ...add(dma, "A", "10.0.0.2"), class: classes.CH }], "FORMERR"],
  ])("with %s makes the whole message come to nothing", async (_, flawed, rcode) => {
    const server = await serverWith({ dma: ["10.0.0.1"] });
    expect(await send(server, [add(www, "A", "10.0.0.7"), ...flawed])).toBe(rcode);
    expect(recordsOf(server)).toEqual([`${dma} 300 A 10.0.0.1`]);
  });

  test("raises the serial once a message, and only when something is different afterwards", async () => {
    const server = await serverWith({ dma: ["10.0.0.1"] });
    const steps: [number, WireRecord[]][] = [
      [1, [add(dma, "A", "10.0.0.2"), add(www, "A", "10.0.0.3")]],
      [0, [add(dma, "A", "10.0.0.2")]],
      [0, [deleteRRset(dma, "A"), add(dma, "A", "10.0.0.2"), add(dma, "A", "10.0.0.1")]],
      [0, [deleteRRset("nobody.skyline.local.", "A"), deleteRecord(dma, "A", "10.9.9.9")]],
      [1, [add(dma, "A", "10.0.0.2", 60)]],
      [1, [deleteName(dma)]],
    ];
    for (const [growth, changes] of steps) {
      const { serial } = server.zone(zone);
      expect(await send(server, changes)).toBe("NOERROR");
      expect(server.zone(zone).serial - serial).toBe(growth);
    }
  });

  test("is for a zone of this server, named by its apex", async () => {
    const server = await startServer();
    const change = [add(dma, "A", "10.0.0.1")];
    expect(await send(server, change, [], "example.com.")).toBe("NOTAUTH");
    expect(await send(server, change, [], dma)).toBe("NOTAUTH");
    const message = update(change);
    expect((await ask(server, { ...message, questions: [] }, { signer })).rcode).toBe("FORMERR");
    expect((await ask(server, { ...message, questions: [{ name: zone, type: types.A, class: classes.IN }] }, { signer })).rcode).toBe(
      "FORMERR",
    );
    expect((await ask(server, { ...message, questions: [{ name: zone, type: types.SOA, class: classes.CH }] }, { signer })).rcode).toBe(
      "NOTAUTH",
    );
  });

  test("is kept in the log in the words of nsupdate", async () => {
    const server = await startServer();
    const prerequisites = [...rrsetAbsent(dma, "CNAME"), ...nameNotInUse(dma)];
    await send(
      server,
      [deleteRRset(dma, "A"), deleteName(www), deleteRecord(www, "A", "10.0.0.2"), add(dma, "A", "10.0.0.1")],
      prerequisites,
    );
    expect(server.log.all({ opcode: "UPDATE" })).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        transport: "tcp",
        opcode: "UPDATE",
        name: zone,
        type: "SOA",
        key: "dma-key.",
        rcode: "NOERROR",
        tsigError: null,
        answered: true,
        prerequisites: [`nxrrset ${dma} CNAME`, `nxdomain ${dma}`],
        changes: [`delete ${dma} A`, `delete ${www}`, `delete ${www} A 10.0.0.2`, `add ${dma} 300 A 10.0.0.1`],
      },
    ]);
    expect([server.log.count({ key: "dma-key." }), server.log.count({ opcode: "QUERY" })]).toEqual([1, 0]);
    server.log.clear();
    expect(server.log.count()).toBe(0);
  });
});

describe("one of many who set the same RRset at the same time", () => {
  test("wins", async () => {
    const server = await serverWith({ dma: ["10.0.0.0"] });
    const rivals = Array.from({ length: 30 }, (_, index) =>
      send(server, [deleteRRset(dma, "A"), add(dma, "A", `10.0.1.${index}`)], rrsetIs(dma, "A", "10.0.0.0")),
    );
    const rcodes = await Promise.all(rivals);
    expect(rcodes.filter((rcode) => rcode === "NOERROR")).toHaveLength(1);
    expect(server.addresses(dma)).toEqual([`10.0.1.${rcodes.indexOf("NOERROR")}`]);
  });
});
