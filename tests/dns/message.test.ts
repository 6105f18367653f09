import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { DnsFormatError } from "../../provider/dns/errors.js";
import { decodeMessage, encodeMessage, type Message } from "../../provider/dns/message.js";
import { encodeName } from "../../provider/dns/wireNames.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { header, labels, name, pointer, question, record, u16, u32 } from "./wire.js";

const [anyClass, none, inClass] = [255, 254, 1];
const empty = Buffer.alloc(0);

const plain: Message = {
  id: 0x1234,
  isResponse: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

const names = fc.array(fc.stringMatching(/^[a-z0-9_-]{1,20}$/), { minLength: 1, maxLength: 5 }).map((parts) => `${parts.join(".")}.`);
const bytes = (constraints: fc.IntArrayConstraints) => fc.uint8Array(constraints).map((array) => Buffer.from(array));
const numberOf = (bits: number) => fc.nat(2 ** bits - 1);
const wireNames = names.map(encodeName);
const rdata: [number, fc.Arbitrary<Buffer>][] = [
  [types.A, bytes({ minLength: 4, maxLength: 4 })],
  [types.AAAA, bytes({ minLength: 16, maxLength: 16 })],
  [types.PTR, wireNames],
  [types.SOA, fc.tuple(wireNames, wireNames, bytes({ minLength: 20, maxLength: 20 })).map((parts) => Buffer.concat(parts))],
  [types.MX, fc.tuple(bytes({ minLength: 2, maxLength: 2 }), wireNames).map((parts) => Buffer.concat(parts))],
  [types.SRV, fc.tuple(bytes({ minLength: 6, maxLength: 6 }), wireNames).map((parts) => Buffer.concat(parts))],
  [types.TXT, bytes({ maxLength: 60 })],
  [65_280, bytes({ maxLength: 60 })],
];
const records: fc.Arbitrary<WireRecord> = fc.oneof(
  ...rdata.map(([type, data]) =>
    fc.record({ name: names, type: fc.constant(type), class: fc.constantFrom(inClass, none), ttl: numberOf(32), rdata: data }),
  ),
  fc.record({
    name: names,
    type: fc.constantFrom(types.A, types.PTR, types.ANY),
    class: fc.constantFrom(anyClass, none),
    ttl: fc.constant(0),
    rdata: fc.constant(empty),
  }),
);
const section = fc.array(records, { maxLength: 6 });
const messages: fc.Arbitrary<Message> = fc.record({
  id: numberOf(16),
  isResponse: fc.boolean(),
  opcode: numberOf(4),
  authoritative: fc.boolean(),
  truncated: fc.boolean(),
  recursionDesired: fc.boolean(),
  rcode: numberOf(4),
  questions: fc.array(fc.record({ name: names, type: numberOf(16), class: numberOf(16) }), { maxLength: 3 }),
  answers: section,
  authorities: section,
  additionals: section,
});

describe("a message", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  test("is written bit by bit as RFC 1035 4.1 draws it", () => {
    const update: Message = {
      ...plain,
      isResponse: false,
      authoritative: false,
      opcode: 5,
      questions: [{ name: "example.com.", type: types.SOA, class: inClass }],
      answers: [{ name: "www.example.com.", type: types.CNAME, class: none, ttl: 0, rdata: empty }],
      authorities: [{ name: "www.example.com.", type: types.A, class: inClass, ttl: 300, rdata: Buffer.from([10, 0, 0, 1]) }],
    };
    expect(encodeMessage(update)).toEqual(
      Buffer.concat([
        header({ flags: 0x2800, counts: [1, 1, 1, 0] }),
        question(name("example.com"), types.SOA),
        record(name("www.example.com"), types.CNAME, none, 0, empty),
        record(name("www.example.com"), types.A, inClass, 300, Buffer.from([10, 0, 0, 1])),
      ]),
    );
  });

  test.each<[string, Partial<Message>, number]>([
    ["response", { authoritative: false }, 0x8000],
    ["AA", {}, 0x8400],
    ["TC", { truncated: true }, 0x8600],
    ["RD", { recursionDesired: true }, 0x8500],
    ["opcode", { opcode: 5 }, 0xac00],
    ["rcode", { rcode: 9 }, 0x8409],
  ])("says %s where the header has it", (_what, fields, flags) => {
    expect(encodeMessage({ ...plain, ...fields }).readUInt16BE(2)).toBe(flags);
    expect(decodeMessage(header({ flags }))).toEqual({ ...plain, ...fields });
  });

  test("has the upper bits of its rcode in the OPT record", () => {
    const opt: WireRecord = { name: ".", type: types.OPT, class: 1232, ttl: 0x8000, rdata: empty };
    const written = encodeMessage({ ...plain, rcode: 23, additionals: [opt] });
    expect(written.readUInt16BE(2)).toBe(0x8407);
    expect(decodeMessage(written)).toEqual({ ...plain, rcode: 23, additionals: [{ ...opt, ttl: 0x01008000 }] });
    expect(() => encodeMessage({ ...plain, rcode: 23 })).toThrow("rcode 23 needs an OPT record");
    const highest = { ...plain, rcode: 0xfff, additionals: [opt] };
    expect(decodeMessage(encodeMessage(highest)).rcode).toBe(0xfff);
  });

  test.each<[string, Partial<Message>]>([
    ["an id of 17 bits", { id: 0x10000 }],
    ["a negative id", { id: -1 }],
    ["an opcode of 5 bits", { opcode: 16 }],
    ["an rcode of 13 bits", { rcode: 0x1000, additionals: [{ name: ".", type: types.OPT, class: 512, ttl: 0, rdata: empty }] }],
    ["a type of 17 bits", { questions: [{ name: ".", type: 0x10000, class: 1 }] }],
    ["a TTL of 33 bits", { answers: [{ name: ".", type: 1, class: 1, ttl: 2 ** 32, rdata: empty }] }],
    ["RDATA of 65536 bytes", { answers: [{ name: ".", type: 16, class: 1, ttl: 0, rdata: Buffer.alloc(65_536) }] }],
  ])("is not written with %s", (_what, fields) => {
    expect(() => encodeMessage({ ...plain, ...fields })).toThrow(DnsFormatError);
  });

  test("has 65535 bytes at most", () => {
    const filled = (size: number) => ({ ...plain, answers: [{ name: ".", type: 16, class: 1, ttl: 0, rdata: Buffer.alloc(size) }] });
    expect(encodeMessage(filled(65_535 - 23))).toHaveLength(65_535);
    expect(() => encodeMessage(filled(65_535 - 22))).toThrow(
      "it has 65536 bytes, 65535 is the most. Split the change into several messages.",
    );
  });
});

describe("reading a message", () => {
  /** An answer as servers compress it: every name but the first is a pointer or ends in one. */
  const compressed = Buffer.concat([
    header({ counts: [1, 6, 1, 0] }),
    question(name("WWW.Example.com"), types.ANY), // www at 12, example at 16
    record(pointer(12), types.CNAME, inClass, 60, Buffer.concat([labels("a"), pointer(16)])),
    record(pointer(12), types.PTR, inClass, 60, pointer(16)),
    record(pointer(12), types.NS, inClass, 60, Buffer.concat([labels("ns"), pointer(16)])),
    record(pointer(12), types.MX, inClass, 60, Buffer.concat([u16(10), labels("mx"), pointer(16)])),
    record(pointer(12), types.SRV, inClass, 60, Buffer.concat([u16(1), u16(2), u16(3), labels("srv"), pointer(16)])),
    record(pointer(12), types.DNAME, inClass, 60, name("Other.EXAMPLE")),
    record(
      pointer(16),
      types.SOA,
      inClass,
      60,
      Buffer.concat([labels("ns"), pointer(16), labels("mail"), pointer(16), Buffer.alloc(20, 9)]),
    ),
  ]);

  test("spells out the names in RDATA, in lower case, so that equal records have equal bytes (RFC 3597 4)", () => {
    const { questions, answers, authorities } = decodeMessage(compressed);
    expect(questions).toEqual([{ name: "www.example.com.", type: types.ANY, class: inClass }]);
    expect(answers.map(({ rdata }) => rdata)).toEqual([
      name("a.example.com"),
      name("example.com"),
      name("ns.example.com"),
      Buffer.concat([u16(10), name("mx.example.com")]),
      Buffer.concat([u16(1), u16(2), u16(3), name("srv.example.com")]),
      name("other.example"),
    ]);
    expect(answers.every((answer) => answer.name === "www.example.com." && answer.ttl === 60)).toBe(true);
    expect(authorities[0]).toMatchObject({ name: "example.com.", type: types.SOA });
    expect(authorities[0]?.rdata).toEqual(Buffer.concat([name("ns.example.com"), name("mail.example.com"), Buffer.alloc(20, 9)]));
  });

  test("leaves the RDATA of other types as it is", () => {
    const rdata = Buffer.concat([u16(1), pointer(12)]);
    expect(decodeMessage(Buffer.concat([header({ counts: [0, 1] }), record(name("a"), 65_280, 1, 0, rdata)])).answers[0]?.rdata).toEqual(
      rdata,
    );
  });

  // dns-packet reads four bytes for every A record, whatever RDLENGTH says, and every later record is wrong.
  test("takes an UPDATE that a server echoes with records without RDATA (RFC 2136 3.8)", () => {
    const owner = name("dma-main.skyline.local");
    const echo = Buffer.concat([
      header({ flags: 0xa800, counts: [1, 4, 5, 0] }),
      question(name("skyline.local"), types.SOA),
      record(owner, types.A, anyClass, 0, empty),
      record(owner, types.CNAME, none, 0, empty),
      record(owner, types.ANY, none, 0, empty),
      record(owner, types.A, inClass, 0, Buffer.from([10, 10, 10, 1])),
      record(owner, types.A, anyClass, 0, empty),
      record(owner, types.PTR, anyClass, 0, empty),
      record(owner, types.SOA, anyClass, 0, empty),
      record(owner, types.A, none, 0, Buffer.from([10, 10, 10, 5])),
      record(owner, types.A, inClass, 60, Buffer.from([10, 10, 10, 1])),
    ]);
    const { opcode, answers, authorities } = decodeMessage(echo);
    expect(opcode).toBe(5);
    expect(answers.map(({ type, class: recordClass, rdata }) => [type, recordClass, rdata.length])).toEqual([
      [1, 255, 0],
      [5, 254, 0],
      [255, 254, 0],
      [1, 1, 4],
    ]);
    expect(authorities.map(({ rdata }) => rdata.length)).toEqual([0, 0, 0, 4, 4]);
    expect(authorities[4]?.rdata).toEqual(Buffer.from([10, 10, 10, 1]));
  });

  test("keeps a class with its highest bit, which is no flag here", () => {
    const found = decodeMessage(Buffer.concat([header({ counts: [0, 1] }), record(name("a"), 16, 0x8001, 0, empty)]));
    expect(found.answers[0]?.class).toBe(0x8001);
  });

  const a = (rdata: Buffer) => Buffer.concat([header({ counts: [0, 1] }), record(name("a"), types.A, inClass, 0, rdata)]);
  const root = Buffer.alloc(1);
  const tsig = record(name("key"), types.TSIG, anyClass, 0, empty);
  test.each<[string, Buffer, string]>([
    ["no header", Buffer.alloc(11), "it has 11 bytes, less than a header"],
    ["nothing at all", empty, "it has 0 bytes"],
    ["bytes after its end", Buffer.concat([compressed, Buffer.alloc(3)]), "3 bytes stand after its end"],
    ["fewer records than it counts", Buffer.concat([header({ counts: [0, 2] }), record(name("a"), 16, 1, 0, empty)]), "runs past the end"],
    ["fewer questions than it counts", header({ counts: [1] }), "runs past the end"],
    ["half a question", Buffer.concat([header({ counts: [1] }), name("a"), u16(1)]), "its question runs past the end"],
    ["half a record", Buffer.concat([header({ counts: [0, 1] }), name("a"), u16(1), u16(1), u32(0)]), "runs past the end"],
    [
      "an RDLENGTH past its end",
      Buffer.concat([header({ counts: [0, 1] }), name("a"), u16(16), u16(1), u32(0), u16(2), root]),
      "has more RDATA than the message",
    ],
    ["an A record of 3 bytes", a(Buffer.alloc(3)), "too short for its type"],
    ["an A record of 5 bytes", a(Buffer.alloc(5)), "too long for its type"],
    ["an A record of class IN without RDATA", a(empty), "too short for its type"],
    [
      "a name longer than its RDLENGTH",
      Buffer.concat([header({ counts: [0, 1] }), name("a"), u16(12), u16(1), u32(0), u16(2), name("bc")]),
      "too short for its type",
    ],
    ["a name shorter than its RDLENGTH", Buffer.concat([header({ counts: [0, 1] }), record(root, 12, 1, 0, Buffer.alloc(2))]), "too long"],
    [
      "an SOA without its numbers",
      Buffer.concat([header({ counts: [0, 1] }), record(root, 6, 1, 0, Buffer.concat([name("a"), name("b"), Buffer.alloc(19)]))]),
      "too short",
    ],
    [
      "RDATA whose name points at itself",
      Buffer.concat([header({ counts: [0, 1] }), record(root, 12, 1, 0, pointer(23))]),
      "bad compression pointer",
    ],
    [
      "two OPT records",
      Buffer.concat([header({ counts: [0, 0, 0, 2] }), record(root, 41, 512, 0, empty), record(root, 41, 512, 0, empty)]),
      "it has several OPT records",
    ],
    [
      "an OPT record with a name",
      Buffer.concat([header({ counts: [0, 0, 0, 1] }), record(name("a"), 41, 512, 0, empty)]),
      "OPT record has a name",
    ],
    [
      "an OPT record among the answers",
      Buffer.concat([header({ counts: [0, 1] }), record(root, 41, 512, 0, empty)]),
      "in the wrong section",
    ],
    ["a TSIG record among the answers", Buffer.concat([header({ counts: [0, 1] }), tsig]), "in the wrong section"],
    [
      "a TSIG record before another",
      Buffer.concat([header({ counts: [0, 0, 0, 2] }), tsig, record(root, 41, 512, 0, empty)]),
      "a TSIG record is not the last one",
    ],
  ])("refuses %s", (_what, wire, problem) => {
    expect(() => decodeMessage(wire)).toThrow(DnsFormatError);
    expect(() => decodeMessage(wire)).toThrow(problem);
  });

  test("says in a fact what is wrong, for errors that quote it", () => {
    expect(() => decodeMessage(empty)).toThrow(
      expect.objectContaining({ code: "DNS_FORMAT", facts: { problem: "it has 0 bytes, less than a header" } }),
    );
  });

  test("refuses every message that is cut short", () => {
    for (let size = 0; size < compressed.length; size++) {
      expect(() => decodeMessage(compressed.subarray(0, size)), `${size} bytes`).toThrow(DnsFormatError);
    }
  });

  test("gives a message that can be written and read again, or a DnsFormatError, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }), (noise, counts) => {
        const wire = Buffer.concat([header({ counts }), Buffer.from(noise)]);
        let read: Message;
        try {
          read = decodeMessage(wire);
        } catch (error) {
          expect(error).toBeInstanceOf(DnsFormatError);
          return;
        }
        expect(decodeMessage(encodeMessage(read))).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });
});
