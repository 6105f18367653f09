import { describe, expect, test } from "vitest";
import type { RRset } from "../../provider/dns/rrset.js";
import { formatClaim, NameClaims, type NamedRecord, type Ownership } from "../../provider/records/claims.js";

const a = (data: string): NamedRecord => ({ type: "A", data });
const [one, two, three] = [a("10.0.0.1"), a("10.0.0.2"), a("10.0.0.3")];
const [ours, later, theirs] = ["room/test/dma#0123456789ab", "room/test/dma#ba9876543210", "other/prod/dma#ba9876543210"];
const claim = (owner: string, ...records: NamedRecord[]) => formatClaim({ owner, records });
const strange = '"v=spf1 -all"';

function at(data: string[], more: Partial<Ownership> = {}): NameClaims {
  const set: RRset | undefined =
    data.length === 0 ? undefined : { name: "_dataminer-failover.dma.skyline.local.", type: "TXT", ttl: 77, data };
  return new NameClaims(set, { kept: "zone", owner: ours, before: [], isReplacing: false, ...more });
}

describe("whose a record is", () => {
  const seen = () => at([claim(ours, one), claim(later, two), claim(theirs, one, three), strange]);

  test("is ours in whichever creation of this resource, and nobody's that only stands there", () => {
    const claims = seen();
    expect([one, two, three].map((record) => claims.isClaimed(record))).toEqual([true, true, false]);
    expect(claims.isClaimed({ type: "AAAA", data: one.data })).toBe(false);
    expect(claims.claimed).toEqual([one]);
  });

  test("is told with the names of all other owners, and of the other creations apart", () => {
    const claims = seen();
    expect([one, two, three].map((record) => claims.foreignOwnersOf(record))).toEqual([[theirs], [], [theirs]]);
    expect([one, two, three].map((record) => claims.otherCreationsOf(record))).toEqual([[], [later], []]);
  });

  test("is ours under the owner that the state has, too", () => {
    const renamed = at([claim("room/test/old#0123456789ab", one)], { before: ["room/test/old#0123456789ab"] });
    expect([renamed.isClaimed(one), renamed.claimed]).toEqual([true, [one]]);
    expect(renamed.foreignOwnersOf(one)).toEqual([]);
  });

  test("is nobody's of ours where no owner is known", () => {
    const unknown = at([claim(ours, one)], { owner: undefined });
    expect([unknown.isClaimed(one), unknown.foreignOwnersOf(one)]).toEqual([false, [ours]]);
  });
});

describe("a later creation that has taken over", () => {
  const superseder = (data: string[], records = [one], before = [ours]) => at(data, { owner: undefined, before }).findSuperseder(records);

  test("is found by what it claims of ours, under one of the owners that the state has", () => {
    expect(superseder([claim(later, one)], [one], ["room/test/old#0123456789ab", ours])).toBe(later);
    expect(superseder([claim(later, one)])).toBe(later);
    expect(superseder([claim(later, one), claim(ours, two)])).toBe(later);
  });

  test.each<[string, string[]]>([
    ["claims other records", [claim(later, two)]],
    ["claims what this one still claims", [claim(later, one), claim(ours, one)]],
    ["is another resource", [claim(theirs, one)]],
    ["has no generation", [claim("room/test/dma", one)]],
  ])("is none that %s", (_, data) => {
    expect(superseder(data)).toBeUndefined();
  });

  test("is none where nothing was ours", () => {
    expect(superseder([claim(later, one)], [])).toBeUndefined();
    expect(superseder([claim(later, one)], [one], [])).toBeUndefined();
  });
});

describe("the claims after a change", () => {
  test("name what is ours, where owners stand in the zone and one is known", () => {
    expect(at([]).after([one], [])).toEqual({ ttl: 300, data: [claim(ours, one)] });
    expect(at([], { kept: "state" }).after([one], [])).toBe("keep");
    expect(at([], { owner: undefined }).after([one], [])).toBe("keep");
  });

  test("are left where they say it already", () => {
    expect(at([claim(ours, one)]).after([one], [])).toBe("keep");
    expect(at([strange, claim(ours, one)]).after([one], [two])).toBe("keep");
  });

  test("leave what is another's, or no claim at all, with its TTL", () => {
    expect(at([claim(theirs, one), strange, claim(ours, one)]).after([one, two], [])).toEqual({
      ttl: 77,
      data: [claim(theirs, one), strange, claim(ours, one, two)],
    });
    expect(at([claim(theirs, one), claim(ours, one)]).after([], [one])).toEqual({ ttl: 77, data: [claim(theirs, one)] });
  });

  test("are gone with the last of ours", () => {
    expect(at([claim(ours, one)]).after([], [one])).toBeNull();
    expect(at([claim(ours, one)], { kept: "state" }).after([one], [])).toBeNull();
    expect(at([]).after([], [])).toBe("keep");
  });

  test("leave to another creation of this resource what this one does not settle", () => {
    expect(at([claim(later, one, two)]).after([one], [])).toEqual({ ttl: 77, data: [claim(later, two), claim(ours, one)] });
    expect(at([claim(later, one, two)]).after([one], [two])).toEqual({ ttl: 77, data: [claim(ours, one)] });
    expect(at([claim(later, one)]).after([], [])).toBe("keep");
    expect(at([claim(later, one)]).after([one], [])).toEqual({ ttl: 77, data: [claim(ours, one)] });
  });

  test("take what the owner before had under the name of now", () => {
    const old = "room/test/old#0123456789ab";
    expect(at([claim(old, one)], { before: [old] }).after([one], [])).toEqual({ ttl: 77, data: [claim(ours, one)] });
  });
});
