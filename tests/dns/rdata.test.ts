import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rcodeName, typeName, typeNumber, types } from "../../provider/dns/constants.js";
import { DnsFormatError, DnsNameError } from "../../provider/dns/errors.js";
import { encodeRdata, formatRdata, type RecordType } from "../../provider/dns/rdata.js";
import { name } from "./wire.js";

describe("the text of a record", () => {
  test.each<[RecordType, string, Buffer, string]>([
    ["A", "10.10.10.1", Buffer.from([10, 10, 10, 1]), "10.10.10.1"],
    ["AAAA", "fd00:0::A", Buffer.from(`fd00${"0".repeat(27)}a`, "hex"), "fd00::a"],
    ["AAAA", "1:0:0:2::3", Buffer.from("00010000000000020000000000000003", "hex"), "1:0:0:2::3"],
    ["AAAA", "::ffff:10.0.0.1", Buffer.from("00000000000000000000ffff0a000001", "hex"), "::ffff:10.0.0.1"],
    ["AAAA", "::", Buffer.alloc(16), "::"],
    ["PTR", "DMA-Main.skyline.local", name("dma-main.skyline.local"), "dma-main.skyline.local."],
    ["CNAME", "www.example.com.", name("www.example.com"), "www.example.com."],
    ["NS", "ns1.example.com", name("ns1.example.com"), "ns1.example.com."],
    ["PTR", "*.example.com", name("*.example.com"), "*.example.com."],
    ["PTR", "a\\046b.1/25.example", Buffer.from("\x03a.b\x041/25\x07example\0"), "a\\.b.1/25.example."],
    ["TXT", "word", Buffer.from("\x04word"), '"word"'],
    ["TXT", '"v=spf1 -all"', Buffer.from("\x0bv=spf1 -all"), '"v=spf1 -all"'],
    ["TXT", '"a" "b"', Buffer.from("\x01a\x01b"), '"a" "b"'],
    ["TXT", '""', Buffer.from("\0"), '""'],
    ["TXT", '"\\"\\\\\\255\\;"', Buffer.from('\x04"\\\xff;', "latin1"), '"\\"\\\\\\255;"'],
  ])("%s %s is written and read", (type, text, rdata, canonical) => {
    expect(encodeRdata(type, text)).toEqual(rdata);
    expect(formatRdata(types[type], rdata)).toBe(canonical);
    expect(encodeRdata(type, canonical)).toEqual(rdata);
  });

  // dns-packet writes all of these as some other address or nothing (its A and AAAA check nothing).
  test.each<[RecordType, string]>([
    ["A", "999.1.1.1"],
    ["A", "hello"],
    ["A", "fd00::1"],
    ["A", "10.0.0.1/24"],
    ["A", "10.0.0.01"],
    ["A", " 10.0.0.1"],
    ["A", ""],
    ["AAAA", "1.2.3.4"],
    ["AAAA", "fe80::1%eth0"],
    ["AAAA", "[::1]"],
    ["AAAA", "1:2:3:4:5:6:7:8:9"],
  ])("is never %s %j", (type, text) => {
    expect(() => encodeRdata(type, text)).toThrow(DnsFormatError);
  });

  test.each<[RecordType, string]>([
    ["PTR", "a..b"],
    ["CNAME", ""],
    ["NS", "a b.example.com"],
    ["PTR", "a\\300.example"],
  ])("is never %s %j either", (type, text) => {
    expect(() => encodeRdata(type, text)).toThrow(DnsNameError);
  });

  test.each([
    ["two words", "is no list of strings"],
    ["", "is no list of strings"],
    ['"open', "is no list of strings"],
    ['"a""b"', "is no list of strings"],
    ['"a" b', "is no list of strings"],
    ['"a" ', "is no list of strings"],
    ['"\\256"', "is no list of strings"],
    ['"\\25"', "is no list of strings"],
    ['"é"', "is no list of strings"],
    ["é", "is no list of strings"],
    ['"a\nb"', "is no list of strings"],
    [`"${"a".repeat(256)}"`, "a string is longer than 255 bytes"],
    ["a".repeat(256), "a string is longer than 255 bytes"],
  ])("is never TXT %j", (text, problem) => {
    expect(() => encodeRdata("TXT", text)).toThrow(DnsFormatError);
    expect(() => encodeRdata("TXT", text)).toThrow(problem);
  });

  test("is the same after every trip over the wire, whatever a TXT record holds", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 255 }), { minLength: 1, maxLength: 4 }), (strings) => {
        const rdata = Buffer.concat(strings.flatMap((string) => [Buffer.from([string.length]), Buffer.from(string)]));
        expect(encodeRdata("TXT", formatRdata(types.TXT, rdata))).toEqual(rdata);
      }),
    );
  });

  test("has one spelling for each IPv6 address", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const rdata = encodeRdata("AAAA", address);
        expect(rdata).toHaveLength(16);
        expect(encodeRdata("AAAA", formatRdata(types.AAAA, rdata))).toEqual(rdata);
      }),
    );
  });

  test.each([
    [65280, Buffer.from("beef", "hex"), "\\# 2 beef"],
    [types.MX, Buffer.alloc(0), "\\# 0"],
    [types.A, Buffer.from([10, 0, 0]), "\\# 3 0a0000"],
    [types.AAAA, Buffer.from([10, 0, 0, 1]), "\\# 4 0a000001"],
    [types.PTR, Buffer.from([5, 97]), "\\# 2 0561"],
    [types.PTR, Buffer.from([0, 0]), "\\# 2 0000"],
    [types.TXT, Buffer.from([5, 97]), "\\# 2 0561"],
    [types.TXT, Buffer.alloc(0), "\\# 0"],
  ])("of type %i that this package cannot read is shown as bytes", (type, rdata, text) => {
    expect(formatRdata(type, rdata)).toBe(text);
  });

  test("is found for every type and any bytes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(types)), fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
        expect(formatRdata(type, Buffer.from(bytes))).toMatch(/^[ -~]+$/);
      }),
    );
  });
});

describe("a type", () => {
  test.each([
    ["A", 1],
    ["AAAA", 28],
    ["TSIG", 250],
    ["TYPE65280", 65280],
    ["TYPE0", 0],
  ])("%s has the number %i", (text, number) => {
    expect(typeNumber(text)).toBe(number);
    expect(typeName(number)).toBe(text);
  });

  // dns-packet writes type 0 for these.
  test.each(["AAAAA", "a", "", "TYPE65536", "TYPE01", "constructor"])("is not %j", (text) => {
    expect(() => typeNumber(text)).toThrow(DnsFormatError);
  });
});

test.each([
  [0, "NOERROR"],
  [8, "NXRRSET"],
  [9, "NOTAUTH"],
  [16, "BADSIG"],
  [17, "BADKEY"],
  [18, "BADTIME"],
  [22, "BADTRUNC"],
  [11, "RCODE11"],
])("rcode %i is called %s", (rcode, called) => {
  expect(rcodeName(rcode)).toBe(called);
});
