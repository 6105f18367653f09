import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { DnsError, DnsFormatError, DnsNameError } from "../../provider/dns/errors.js";
import { decodeMessage, encodeMessage } from "../../provider/dns/message.js";
import { type Change, type Prerequisite, type Update, updateMessage } from "../../provider/dns/update.js";
import { name } from "./wire.js";

const zone = "skyline.local.";
const owner = "dma-main.skyline.local.";
const [inClass, none, any] = [1, 254, 255];
const empty = Buffer.alloc(0);
const address = (last: number) => Buffer.from([10, 10, 10, last]);

const compose = (parts: Partial<Update>) => updateMessage({ zone, prerequisites: [], changes: [], ...parts }, 7);
const prerequisite = (given: Prerequisite) => compose({ prerequisites: [given] }).answers;
const change = (given: Change) => compose({ changes: [given] }).authorities;

describe("an update", () => {
  test("names its zone, and is a request of opcode UPDATE (RFC 2136 2.2, 2.3)", () => {
    expect(compose({ zone: "Skyline.LOCAL" })).toMatchObject({
      id: 7,
      isResponse: false,
      opcode: 5,
      rcode: 0,
      recursionDesired: false,
      questions: [{ name: zone, type: types.SOA, class: inClass }],
      answers: [],
      authorities: [],
      additionals: [],
    });
  });

  test.each<[Prerequisite, number, number]>([
    [{ kind: "rrsetExists", name: owner, type: "A" }, types.A, any],
    [{ kind: "rrsetAbsent", name: owner, type: "CNAME" }, types.CNAME, none],
    [{ kind: "nameInUse", name: owner }, types.ANY, any],
    [{ kind: "nameNotInUse", name: owner }, types.ANY, none],
  ])("asks %j with type %i and class %i, without TTL and RDATA (RFC 2136 2.4)", (given, type, recordClass) => {
    expect(prerequisite(given)).toEqual([{ name: owner, type, class: recordClass, ttl: 0, rdata: empty }]);
  });

  test("asks for an exact RRset record by record, TTL 0 (RFC 2136 2.4.2)", () => {
    expect(prerequisite({ kind: "rrsetIs", name: owner, type: "A", data: ["10.10.10.1", "10.10.10.5"] })).toEqual([
      { name: owner, type: types.A, class: inClass, ttl: 0, rdata: address(1) },
      { name: owner, type: types.A, class: inClass, ttl: 0, rdata: address(5) },
    ]);
  });

  test("asks for a record once, however often and in whichever spelling it is given", () => {
    expect(prerequisite({ kind: "rrsetIs", name: owner, type: "AAAA", data: ["fd00::1", "FD00:0::1"] })).toHaveLength(1);
  });

  test("never takes an exact RRset without records: it would ask for nothing", () => {
    expect(() => prerequisite({ kind: "rrsetIs", name: owner, type: "A", data: [] })).toThrow(DnsFormatError);
    expect(() => prerequisite({ kind: "rrsetIs", name: owner, type: "A", data: [] })).toThrow("Expect it to be absent instead.");
  });

  test.each<[Change, { type: number; class: number; ttl: number; rdata: Buffer }]>([
    [
      { kind: "add", name: owner, type: "A", ttl: 300, data: "10.10.10.1" },
      { type: types.A, class: inClass, ttl: 300, rdata: address(1) },
    ],
    [
      { kind: "deleteRecord", name: owner, type: "A", data: "10.10.10.5" },
      { type: types.A, class: none, ttl: 0, rdata: address(5) },
    ],
    [
      { kind: "deleteRRset", name: owner, type: "A" },
      { type: types.A, class: any, ttl: 0, rdata: empty },
    ],
    [
      { kind: "add", name: owner, type: "PTR", ttl: 0, data: "DMA-Virtual.skyline.local" },
      { type: types.PTR, class: inClass, ttl: 0, rdata: name("dma-virtual.skyline.local") },
    ],
  ])("writes %j as RFC 2136 2.5 says", (given, written) => {
    expect(change(given)).toEqual([{ name: owner, ...written }]);
  });

  test("deletes before it adds, whatever the order it is given in, and keeps either order otherwise", () => {
    const adds = [1, 2].map((last): Change => ({ kind: "add", name: owner, type: "A", ttl: 60, data: `10.10.10.${last}` }));
    const deletes: Change[] = [
      { kind: "deleteRRset", name: owner, type: "A" },
      { kind: "deleteRecord", name: owner, type: "AAAA", data: "::1" },
    ];
    const written = compose({ changes: [adds[0]!, deletes[0]!, adds[1]!, deletes[1]!] }).authorities;
    expect(written.map((record) => [record.class, record.rdata.at(-1)])).toEqual([
      [any, undefined],
      [none, 1],
      [inClass, 1],
      [inClass, 2],
    ]);
  });

  test.each(["www.example.com.", "fooskyline.local", "local.", "skyline.local.example.", "."])(
    "refuses %s, which is outside its zone",
    (outside) => {
      const inPrerequisite = () => prerequisite({ kind: "nameInUse", name: outside });
      const inChange = () => change({ kind: "deleteRRset", name: outside, type: "A" });
      for (const attempt of [inPrerequisite, inChange]) {
        expect(attempt).toThrow(DnsError);
        expect(attempt).toThrow(expect.objectContaining({ code: "DNS_NOTZONE" }));
        expect(attempt).toThrow("it lies outside the zone skyline.local.");
      }
    },
  );

  test("may change the zone's own name and names far below it", () => {
    for (const inside of [zone, "a.b.c.skyline.local", owner]) {
      expect(change({ kind: "deleteRRset", name: inside, type: "A" })).toHaveLength(1);
    }
  });

  test.each([-1, 1.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d as a TTL (RFC 2181 8)", (ttl) => {
    expect(() => change({ kind: "add", name: owner, type: "A", ttl, data: "10.10.10.1" })).toThrow("is no TTL. Give whole seconds");
  });

  test("refuses names and data that other encoders send as something else", () => {
    expect(() => compose({ zone: "a..b" })).toThrow(DnsNameError);
    expect(() => change({ kind: "deleteRRset", name: "a..skyline.local.", type: "A" })).toThrow(DnsNameError);
    expect(() => change({ kind: "add", name: owner, type: "A", ttl: 60, data: "999.1.1.1" })).toThrow(DnsFormatError);
    expect(() => change({ kind: "deleteRecord", name: owner, type: "A", data: "" })).toThrow(DnsFormatError);
  });

  test("with 1000 records is one message, and with too many is refused", () => {
    const adding = (count: number) =>
      encodeMessage(
        compose({
          changes: Array.from({ length: count }, (_, index): Change => {
            return { kind: "add", name: `h${index}.${zone}`, type: "A", ttl: 60, data: `10.1.${index >> 8}.${index & 255}` };
          }),
        }),
      );
    expect(decodeMessage(adding(1_000)).authorities).toHaveLength(1_000);
    expect(() => adding(3_000)).toThrow(/it has \d+ bytes, 65535 is the most\. Split the change into several messages\./);
  });

  test("comes out of the wire as it was composed", () => {
    const below = fc.stringMatching(/^[a-z0-9_-]{1,30}$/).map((text) => `${text}.${zone}`);
    const ips = fc.ipV4();
    const prerequisites = fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constant("rrsetIs" as const),
          name: below,
          type: fc.constant("A" as const),
          data: fc.array(ips, { minLength: 1, maxLength: 4 }),
        }),
        fc.record({
          kind: fc.constantFrom("rrsetExists" as const, "rrsetAbsent" as const),
          name: below,
          type: fc.constant("CNAME" as const),
        }),
        fc.record({ kind: fc.constantFrom("nameInUse" as const, "nameNotInUse" as const), name: below }),
      ),
      { maxLength: 5 },
    );
    const changes = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("add" as const), name: below, type: fc.constant("A" as const), ttl: fc.nat(2 ** 31 - 1), data: ips }),
        fc.record({ kind: fc.constant("deleteRecord" as const), name: below, type: fc.constant("A" as const), data: ips }),
        fc.record({ kind: fc.constant("deleteRRset" as const), name: below, type: fc.constantFrom("A" as const, "TXT" as const) }),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(prerequisites, changes, (asked, changed) => {
        const message = compose({ prerequisites: asked, changes: changed });
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });
});
