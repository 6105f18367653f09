import { describe, expect, test } from "vitest";
import { RefusedError } from "../../provider/core/errors.js";
import { formatClaim, NameClaims, type Ownership } from "../../provider/records/claims.js";
import type { OwnedRecord } from "../../provider/records/ownedRecords.js";
import type { PlacedRule } from "../../provider/records/recordRules.js";
import { judge } from "../../provider/records/recordVerdict.js";

const [name, zone] = ["dma.skyline.local.", "skyline.local."];
const [ours, theirs] = ["room/test/dma#0123456789ab", "other/prod/dma#ba9876543210"];
const [one, two, stray] = ["10.0.0.1", "10.0.0.2", "10.9.9.9"];

/** The name is to have these addresses, and no others. */
const alone = (present: string[], more: Partial<PlacedRule> = {}): PlacedRule => ({
  ...{ subject: "addresses", name, type: "A", zone, present, others: "none", absent: [], former: [], overwrite: false, claimed: false },
  ...more,
});
/** The name is to have these among others. */
const among = (present: string[], more: Partial<PlacedRule> = {}): PlacedRule => alone(present, { others: "stay", ...more });

interface Standing {
  /** What stands at the name; nothing at all when it is undefined. */
  data?: string[];
  ttl?: number;
  /** Who claims which addresses. */
  claims?: Record<string, string[]>;
  /** Addresses that the state has as ours. */
  owned?: string[];
  written?: string[];
  ttlSeconds?: number;
  ownership?: Partial<Ownership>;
}

function verdict(rule: PlacedRule, { data, ttl = 60, claims = {}, owned = [], written, ttlSeconds, ownership: more }: Standing = {}) {
  const ownership: Ownership = { kept: "zone", owner: ours, before: [], isReplacing: false, ...more };
  const texts = Object.entries(claims).map(([owner, all]) =>
    formatClaim({ owner, records: all.map((each) => ({ type: "A", data: each })) }),
  );
  const claimed = texts.length > 0 ? ({ name: `_dataminer-failover.${name}`, type: "TXT", ttl: 300, data: texts } as const) : undefined;
  const found = data && { name, type: "A" as const, ttl, data };
  const known: OwnedRecord[] = owned.map((each) => ({ zone, name, type: "A", data: each }));
  return judge(rule, { found, claims: new NameClaims(claimed, ownership), written }, { ttlSeconds, owned: known, ownership });
}

function refusal(...question: Parameters<typeof verdict>): RefusedError {
  try {
    verdict(...question);
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
  throw new Error("It is not refused.");
}

describe("a name without records", () => {
  test("gets what is declared, which is ours then", () => {
    expect(verdict(alone([one, two]))).toEqual({ edit: { ttl: 300, data: [one, two] }, owned: [one, two], gone: [] });
    expect(verdict(among([one]), { ttlSeconds: 30 })).toMatchObject({ edit: { ttl: 30, data: [one] } });
  });

  test("is left alone where nothing is declared", () => {
    expect(verdict(alone([]))).toEqual({ edit: "keep", owned: [], gone: [] });
  });
});

describe("what stands there already", () => {
  test("and is equal is used, and stays whose it is", () => {
    expect(verdict(alone([one]), { data: [one] })).toEqual({ edit: "keep", owned: [], gone: [] });
  });

  test.each<[string, Standing]>([
    ["claims it", { claims: { [ours]: [one] } }],
    ["has it in its state", { owned: [one] }],
    ["has put it there in an earlier try", { written: [one] }],
    ["is created in place of itself, with its state alone", { ownership: { kept: "state", isReplacing: true } }],
  ])("is ours when this resource %s", (_, standing) => {
    expect(verdict(alone([one]), { data: [one], ...standing })).toEqual({ edit: "keep", owned: [one], gone: [] });
  });

  test("is not ours by our state where another resource claims it", () => {
    expect(verdict(among([]), { data: [one], owned: [one], claims: { [theirs]: [one] } }).owned).toEqual([]);
  });

  test("and is another's is shared where owners stand in the zone, and only there", () => {
    const shared = { data: [one], claims: { [theirs]: [one] } };
    expect(verdict(among([one]), shared).owned).toEqual([one]);
    expect(verdict(among([one]), { ...shared, ownership: { kept: "state" } }).owned).toEqual([]);
  });

  test("beside what is declared stays where others may, with its TTL", () => {
    expect(verdict(among([one]), { data: [stray], ttlSeconds: 30 })).toEqual({
      edit: { ttl: 60, data: [stray, one] },
      owned: [one],
      gone: [],
    });
  });
});

describe("what is not ours and should not stand there", () => {
  test("is refused, with whose it is and what to do", () => {
    const error = refusal(alone([one]), { data: [stray], ttl: 77 });
    expect(error.code).toBe("RECORD_EXISTS");
    expect(error.message).toBe(
      `Writing A ${name} (addresses): ${stray} stands there already with TTL 77, declared is ${one} alone. ` +
        "Check whose it is and remove it, or set overwrite.",
    );
    expect(refusal(alone([]), { data: [stray] }).message).toContain("declared is nothing.");
    expect(refusal(alone([one]), { data: [stray], claims: { [theirs]: [stray] } }).message).toContain(
      "and is owned by other/prod/dma, declared",
    );
  });

  test("goes where the program overwrites, and then the whole RRset is ours", () => {
    expect(verdict(alone([one, two], { overwrite: true }), { data: [stray, one] })).toEqual({
      edit: { ttl: 60, data: [one, two] },
      owned: [one, two],
      gone: [stray],
    });
    expect(verdict(alone([one], { overwrite: true }), { data: [stray], claims: { [theirs]: [stray] } }).gone).toEqual([stray]);
    expect(verdict(alone([one], { overwrite: true }), { data: [one] }).owned).toEqual([]);
  });

  test("goes where the name was ours alone before, unless another resource owns it", () => {
    expect(verdict(alone([one], { claimed: true }), { data: [one, stray], owned: [one] })).toEqual({
      edit: { ttl: 60, data: [one] },
      owned: [one],
      gone: [stray],
    });
    expect(refusal(alone([one], { claimed: true }), { data: [one, stray], claims: { [theirs]: [stray] } }).code).toBe("RECORD_EXISTS");
  });

  test("is told with the other name of a resource of our own stack", () => {
    const renamed = "room/test/old#ba9876543210";
    const told = (owner: string | undefined) =>
      refusal(alone([one]), { data: [stray], claims: { [renamed]: [stray] }, ownership: { owner } }).message;
    expect(told(ours)).toContain('give it aliases: [{ name: "old" }]; else let one of the two go.');
    expect(told(undefined)).toContain("or set overwrite");
    expect(told("hall/test/dma")).toContain("or set overwrite");
  });
});

describe("what has to go", () => {
  test("goes whoever put it there, and what is declared is no reason to take more", () => {
    expect(verdict(among([one], { absent: [stray] }), { data: [stray, two] })).toEqual({
      edit: { ttl: 60, data: [two, one] },
      owned: [one],
      gone: [stray],
    });
  });

  test("is refused where another resource owns it", () => {
    expect(refusal(among([one], { absent: [stray] }), { data: [stray], claims: { [theirs]: [stray] } }).message).toContain(
      "other/prod/dma",
    );
    expect(refusal(among([], { absent: [one] }), { data: [one], claims: { [ours]: [one], [theirs]: [one] } }).message).toContain(
      "other/prod/dma",
    );
  });

  test("is what we declared before, unless others own it too", () => {
    const former = among([], { former: [one] });
    expect(verdict(former, { data: [one], owned: [one] })).toEqual({ edit: null, owned: [], gone: [one] });
    expect(verdict(former, { data: [one, two], owned: [one] }).edit).toEqual({ ttl: 60, data: [two] });
    expect(verdict(former, { data: [one], owned: [one], claims: { [ours]: [one], [theirs]: [one] } })).toEqual({
      edit: "keep",
      owned: [],
      gone: [],
    });
    expect(verdict(among([one], { former: [one] }), { data: [one], owned: [one] })).toEqual({ edit: "keep", owned: [one], gone: [] });
  });
});

describe("a TTL that is declared", () => {
  test("is set on what is ours", () => {
    expect(verdict(alone([one]), { data: [one], ttl: 60, ttlSeconds: 30, owned: [one] })).toEqual({
      edit: { ttl: 30, data: [one] },
      owned: [one],
      gone: [],
    });
    expect(verdict(alone([one]), { data: [one], ttl: 30, ttlSeconds: 30, owned: [one] }).edit).toBe("keep");
  });

  test("is not set on what is not ours, which is refused; with overwrite it is", () => {
    const other = { data: [one], ttl: 60, ttlSeconds: 30 };
    expect(refusal(alone([one]), other).code).toBe("RECORD_EXISTS");
    expect(verdict(alone([one], { overwrite: true }), other).edit).toEqual({ ttl: 30, data: [one] });
    expect(verdict(alone([one]), { ...other, claims: { [ours]: [one], [theirs]: [one] } }).edit).toEqual({ ttl: 30, data: [one] });
  });

  test("is left where others may stand, and where none is declared", () => {
    expect(verdict(among([one]), { data: [one], ttl: 60, ttlSeconds: 30, owned: [one] }).edit).toBe("keep");
    expect(verdict(alone([one, two]), { data: [one], ttl: 77, owned: [one] }).edit).toEqual({ ttl: 77, data: [one, two] });
  });
});
