import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { encodeRdata, formatRdata } from "../../provider/dns/rdata.js";
import { claimsName, formatClaim, parseClaim } from "../../provider/records/claims.js";

/** As the name server gives it back. */
const stored = (text: string) => formatRdata(types.TXT, encodeRdata("TXT", text));

describe("a claim", () => {
  test("is a TXT record below the name that people can read", () => {
    expect(claimsName("dma.skyline.local.")).toBe("_dataminer-failover.dma.skyline.local.");
    const claim = {
      owner: "shop/prod/dma#3fa94c1b22d0",
      records: [
        { type: "AAAA", data: "fd00::1" },
        { type: "A", data: "10.10.10.1" },
      ],
    } as const;
    expect(formatClaim(claim)).toBe('"heritage=dataminer-failover,owner=shop/prod/dma#3fa94c1b22d0,A=10.10.10.1,AAAA=fd00::1"');
  });

  test("of any owner comes back from the zone as it was written, in strings of at most 255 bytes", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(text, fc.nat(20), (owner, count) => {
        const records = Array.from({ length: count }, (_, index) => ({ type: "PTR" as const, data: `host-${index + 10}.skyline.local.` }));
        const written = formatClaim({ owner, records });
        expect(stored(written)).toBe(written);
        expect(parseClaim(written)).toEqual({ owner, records });
      }),
    );
  });

  test.each([
    '"heritage=external-dns,owner=a/b/c,A=10.0.0.1"',
    '"heritage=dataminer-failover,A=10.0.0.1,owner=a/b/c"',
    '"heritage=dataminer-failover,owner=a/b/c" and more',
    'more "heritage=dataminer-failover,owner=a/b/c"',
    "heritage=dataminer-failover,owner=a/b/c",
    '"v=spf1 -all"',
    '"heritage=external-dns,external-dns/owner=a"',
    '"heritage=dataminer-failover"',
    '"a\\"b"',
    "\\# 2 beef",
  ])("is not %s", (text) => {
    expect(parseClaim(text)).toBeUndefined();
  });

  test("may have fields of a later version, which are passed over", () => {
    expect(parseClaim('"heritage=dataminer-failover,owner=a/b/c,since=2030,2A=10.0.0.2,A=,A=10.0.0.1"')).toEqual({
      owner: "a/b/c",
      records: [{ type: "A", data: "10.0.0.1" }],
    });
  });
});
