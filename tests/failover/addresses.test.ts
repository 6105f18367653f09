import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressFamily, canonicalAddress, inSubnet, sameAddress } from "../../provider/core/addresses.js";

describe("canonicalAddress", () => {
  test.each([
    ["10.10.10.1", "10.10.10.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["::FFFF:10.10.10.1", "::ffff:10.10.10.1"],
    ["::ffff:a0a:a01", "::ffff:10.10.10.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ])("spells %s as %s", (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  test.each([
    "",
    "dma-main",
    "10.10.10",
    "10.10.10.1.1",
    "010.10.10.1",
    "10.10.10.256",
    "10.10.10.1 ",
    "10.10.10.-1",
    "0x0a.1.1.1",
    "10.10.10.1/24",
    "[::1]",
    "fe80::1%eth0",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7",
    "1::2:3:4:5:6:7:8",
    "12345::",
    "::g",
    "::10.10.10.256",
    "10.10.10.1::",
    "1:10.10.10.1:2::",
    ":1:2:3:4:5:6:7",
  ])("takes %j for no IP address", (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
    expect(addressFamily(text)).toBeUndefined();
  });

  test("spells every IPv6 address in one way, whatever way it was written", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const canonical = canonicalAddress(text);
        expect(canonical).toBeDefined();
        expect(canonicalAddress(canonical ?? "")).toBe(canonical);
        expect(canonicalAddress((canonical ?? "").toUpperCase())).toBe(canonical);
      }),
    );
  });

  test("leaves every IPv4 address as it is", () => {
    fc.assert(fc.property(fc.ipV4(), (text) => canonicalAddress(text) === text));
  });
});

describe("sameAddress", () => {
  test("sees one address behind two spellings", () => {
    expect(sameAddress("2001:db8::1", "2001:0DB8:0:0::0001")).toBe(true);
  });

  test("tells two addresses apart", () => {
    expect(sameAddress("10.10.10.1", "10.10.10.2")).toBe(false);
  });

  test("does not compare text that is no address", () => {
    expect(sameAddress("dma-main", "dma-main")).toBe(false);
  });
});

describe("inSubnet", () => {
  test.each([
    ["10.10.10.5", "10.10.10.1", 24, true],
    ["10.10.11.5", "10.10.10.1", 24, false],
    ["10.10.11.5", "10.10.10.1", 23, true],
    ["10.10.10.127", "10.10.10.1", 25, true],
    ["10.10.10.128", "10.10.10.1", 25, false],
    ["10.10.10.1", "10.10.10.1", 32, true],
    ["10.10.10.2", "10.10.10.1", 32, false],
    ["192.0.2.1", "10.0.0.0", 0, true],
    ["2001:db8::5", "2001:db8::1", 64, true],
    ["2001:db8:0:1::5", "2001:db8::1", 64, false],
    ["2001:db8:0:1::5", "2001:db8::1", 63, true],
    ["::1", "10.0.0.0", 0, false],
    ["10.10.10.5", "10.10.10.1", 33, false],
    ["10.10.10.5", "10.10.10.1", -1, false],
    ["10.10.10.5", "10.10.10.1", 24.5, false],
    ["dma-main", "10.10.10.1", 24, false],
  ])("%s in %s/%d: %s", (address, network, prefixLength, expected) => {
    expect(inSubnet(address, { address: network, prefixLength })).toBe(expected);
  });
});
