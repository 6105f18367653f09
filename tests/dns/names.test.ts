import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsFormatError, DnsNameError } from "../../provider/dns/errors.js";
import { canonicalName, findCanonicalName, isAtOrBelow, parentOf } from "../../provider/dns/names.js";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { decodeName, encodeName, skipName } from "../../provider/dns/wireNames.js";
import { header, labels, name, pointer } from "./wire.js";

const label = fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/);
const strictNames = fc.array(label, { minLength: 1, maxLength: 12 }).map((parts) => parts.join("."));
/** 255 bytes on the wire: four labels with their lengths, and the root. */
const longest = [63, 63, 63, 61].map((length) => "a".repeat(length)).join(".");

describe("a name", () => {
  test.each([
    ["DMA-Main.Skyline.Local", "dma-main.skyline.local."],
    ["dma-main.skyline.local.", "dma-main.skyline.local."],
    ["_ldap._tcp.example.com", "_ldap._tcp.example.com."],
    ["com", "com."],
    [".", "."],
    ["1.0.0.127.in-addr.arpa", "1.0.0.127.in-addr.arpa."],
    [`${"A".repeat(63)}.example`, `${"a".repeat(63)}.example.`],
    [longest, `${longest}.`],
    [`${longest}.`, `${longest}.`],
  ])("%s is spelled %s", (text, canonical) => {
    expect(canonicalName(text)).toBe(canonical);
  });

  test.each([
    ["", "it is empty. Write a name such as www.example.com."],
    ["a..b", "one of its labels is empty. Take out the dot that is too many."],
    [".a", "one of its labels is empty."],
    ["a..", "one of its labels is empty."],
    ["..", "one of its labels is empty."],
    [`${"a".repeat(64)}.example`, "one of its labels is longer than 63 characters. Shorten it."],
    [`${"a".repeat(192)}.example`, "one of its labels is longer than 63 characters."],
    [`a${longest.slice(62)}.${"b".repeat(62)}`, "it is longer than 255 bytes. Shorten it."],
    ["a b.example", 'it has the character " ".'],
    ["www.example.com/24", 'it has the character "/". Use letters, digits, hyphens and underscores.'],
    ["*.example.com", 'it has the character "*". Write the name itself, not a wildcard.'],
    ["@", 'it has the character "@". Write out the name of the zone.'],
    ["a\\.b.example", 'it has the character "\\".'],
    ["müller.example", 'it has the character "ü". Write an international name in its xn-- form, xn--mller-kva.example.'],
    ["\u212aelvin.example", "xn-- form"],
    ["a.example\n", "Use letters"],
    ["\0.example", "Use letters"],
  ])("is never %j", (text, problem) => {
    expect(findCanonicalName(text)).toBeUndefined();
    expect(() => canonicalName(text)).toThrow(DnsNameError);
    expect(() => canonicalName(text)).toThrow(problem);
  });

  test("has the code that programs compare, and is not shown at full length", () => {
    const thrown = (() => {
      try {
        return canonicalName("x".repeat(70_000));
      } catch (error) {
        return error as DnsNameError;
      }
    })();
    expect(thrown).toMatchObject({ code: "DNS_NAME_INVALID" });
    expect((thrown as DnsNameError).message.length).toBeLessThan(200);
  });

  test("has one spelling only: neither case nor a trailing dot makes another name", () => {
    fc.assert(
      fc.property(strictNames, (text) => {
        const canonical = findCanonicalName(text);
        expect(findCanonicalName(text.toUpperCase())).toBe(canonical);
        expect(findCanonicalName(`${text}.`)).toBe(canonical);
        if (canonical !== undefined) expect(findCanonicalName(canonical)).toBe(canonical);
        expect(canonical === undefined).toBe(text.length > 253);
      }),
    );
  });
});

describe("the tree of names", () => {
  test.each([
    ["www.example.com.", "example.com.", true],
    ["example.com.", "example.com.", true],
    ["fooexample.com.", "example.com.", false],
    ["com.", "example.com.", false],
    ["www.example.com.", ".", true],
    [".", "example.com.", false],
    ["www.example.com.", "ww.example.com.", false],
    ["a\\.example.com.", "example.com.", false],
    ["a\\\\.example.com.", "example.com.", true],
  ])("has %s at or below %s: %s", (below, zone, expected) => {
    expect(isAtOrBelow(below, zone)).toBe(expected);
  });

  test.each([
    ["www.example.com.", "example.com."],
    ["com.", "."],
    [".", undefined],
    ["a\\.b.com.", "com."],
    ["a\\046b.com.", "com."],
  ])("has above %s: %s", (below, above) => {
    expect(parentOf(below)).toBe(above);
  });

  test("is climbed from every name to the root in as many steps as it has labels", () => {
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (parts) => {
        fc.pre(parts.join(".").length <= 253);
        let at: string | undefined = canonicalName(parts.join("."));
        for (let left = parts.length; left > 0; left--) {
          expect(isAtOrBelow(canonicalName(parts.join(".")), at ?? "")).toBe(true);
          at = parentOf(at ?? "");
        }
        expect(at).toBe(".");
      }),
    );
  });

  test.each([
    ["10.11.5.52", "52.5.11.10.in-addr.arpa."],
    ["fd00::1", `1.${"0.".repeat(29)}d.f.ip6.arpa.`],
    ["::ffff:10.0.0.1", `1.0.0.0.0.0.a.0.f.f.f.f.${"0.".repeat(20)}ip6.arpa.`],
    ["2001:DB8::", `${"0.".repeat(24)}8.b.d.0.1.0.0.2.ip6.arpa.`],
  ])("has %s reversed as %s", (address, reversed) => {
    expect(reverseNameOf(address)).toBe(reversed);
  });

  test.each(["10.0.0", "10.0.0.1/24", "fe80::1%eth0", "www.example.com", "010.0.0.1", ""])("reverses no %j", (text) => {
    expect(() => reverseNameOf(text)).toThrow(DnsNameError);
  });
});

describe("a name on the wire", () => {
  const read = (...parts: Buffer[]) => decodeName(Buffer.concat([header({}), ...parts]), 12);

  test("is what was written, in lower case, whatever its labels hold", () => {
    const anyLabel = fc.uint8Array({ minLength: 1, maxLength: 63 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(anyLabel, { maxLength: 4 }), (parts) => {
        fc.pre(parts.reduce((sum, part) => sum + part.length + 1, 1) <= 255);
        const wire = Buffer.concat([...parts.flatMap((part) => [Buffer.from([part.length]), part]), Buffer.alloc(1)]);
        const { name: text, next } = decodeName(wire, 0);
        expect(next).toBe(wire.length);
        const lowered = parts.map((part) => part.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)));
        const expected = Buffer.concat([...lowered.flatMap((part) => [Buffer.from([part.length]), part]), Buffer.alloc(1)]);
        expect(encodeName(text)).toEqual(expected);
        expect(skipName(wire, 0)).toBe(wire.length);
      }),
    );
  });

  test("is the canonical name again", () => {
    fc.assert(
      fc.property(strictNames, (text) => {
        const canonical = findCanonicalName(text);
        fc.pre(canonical !== undefined);
        expect(encodeName(canonical ?? "")).toEqual(name(text.toLowerCase()));
        expect(decodeName(encodeName(canonical ?? ""), 0).name).toBe(canonical);
      }),
    );
  });

  test("tells a dot inside a label from the end of a label", () => {
    expect(read(labels("x"), Buffer.from("\x03a.b\x00", "latin1")).name).toBe("x.a\\.b.");
    expect(encodeName("x.a\\.b.")).toEqual(encodeName("x.a\\046b."));
  });

  test.each([
    ["Aa zZ", "aa\\032zz."],
    ["\\", "\\\\."],
    ["a;b@c", "a\\;b\\@c."],
    ["\xff\0", "\\255\\000."],
    ["0/25", "0/25."],
    ["*", "*."],
  ])("shows the label %j as %s", (text, shown) => {
    expect(decodeName(Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1"), Buffer.alloc(1)]), 0).name).toBe(shown);
  });

  test("has 255 bytes at most", () => {
    expect(encodeName(`${longest}.`)).toHaveLength(255);
    expect(read(name(longest))).toEqual({ name: `${longest}.`, next: 267 });
    expect(() => encodeName(`a.${longest}.`)).toThrow(DnsNameError);
    expect(() => read(name(`a.${longest}`))).toThrow("the name at byte 12 is longer than 255 bytes");
  });

  test("is refused for writing unless it is canonical", () => {
    for (const text of ["a..b.", "a", "", "..", ".a.", `${"a".repeat(64)}.`, "ü.", "a\\", "a\\."]) {
      expect(() => encodeName(text), text).toThrow(DnsNameError);
    }
  });

  test("may continue at a prior name, and again from there", () => {
    const bytes = Buffer.concat([header({}), name("example.com"), labels("www"), pointer(12), labels("a"), pointer(25)]);
    expect(decodeName(bytes, 25)).toEqual({ name: "www.example.com.", next: 31 });
    expect(decodeName(bytes, 31)).toEqual({ name: "a.www.example.com.", next: 35 });
    expect(skipName(bytes, 31)).toBe(35);
  });

  test.each([
    ["points at itself", [pointer(12)]],
    ["points forward", [pointer(14), name("a")]],
    ["points into its own labels", [labels("a"), pointer(12)]],
    ["points into a header", [labels("abc"), pointer(4)]],
    ["points past the end", [pointer(0x3fff)]],
  ])("that %s is refused", (_problem, parts) => {
    expect(() => read(...parts)).toThrow("the name at byte 12 has a bad compression pointer");
  });

  test("is refused when two of its pointers lead to each other", () => {
    const bytes = Buffer.concat([header({}), labels("a"), pointer(16), labels("b"), pointer(12)]);
    expect(() => decodeName(bytes, 12)).toThrow("bad compression pointer");
    expect(() => decodeName(bytes, 16)).toThrow("bad compression pointer");
  });

  test("is refused when a pointer follows a pointer more often than a name has labels", () => {
    const chain = Array.from({ length: 200 }, (_, index) => pointer(index === 0 ? 12 : 13 + 2 * (index - 1)));
    const bytes = Buffer.concat([header({}), Buffer.alloc(1), ...chain]);
    expect(decodeName(bytes, 13 + 2 * 100).name).toBe(".");
    expect(() => decodeName(bytes, 13 + 2 * 199)).toThrow("bad compression pointer");
  });

  test.each([
    ["ends in a label", [Buffer.from([5, 97])], "runs past the end"],
    ["has no end", [labels("a")], "runs past the end"],
    ["ends in a pointer", [Buffer.from([0xc0])], "runs past the end"],
    ["has a label type of 01", [Buffer.from([0x41, 97, 0])], "has a label of unknown kind"],
    ["has a label type of 10", [Buffer.from([0x81, 97, 0])], "has a label of unknown kind"],
  ])("that %s is refused", (_problem, parts, said) => {
    expect(() => read(...parts)).toThrow(DnsFormatError);
    expect(() => read(...parts)).toThrow(said);
  });

  test("ends every reading: whatever the bytes, there is a name of at most 255 bytes or a DnsFormatError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 13, maxLength: 600 }), fc.nat(599), (bytes, at) => {
        try {
          expect(encodeName(decodeName(Buffer.from(bytes), at).name).length).toBeLessThanOrEqual(255);
        } catch (error) {
          expect(error).toBeInstanceOf(DnsFormatError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
