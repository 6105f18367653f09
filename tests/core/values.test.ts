import { describe, expect, test } from "vitest";
import { containsUnknown, isJsonObject, isUnknown, sameValue, toJson, withoutAbsent } from "../../provider/core/values.js";

/** pkg/resource/plugin/rpc.go: bool, number, string, array, asset, archive, object. */
const sentinels = [
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

describe("a value that is not known yet", () => {
  test.each(sentinels)("is recognised by %s, alone and at any depth", (sentinel) => {
    expect(isUnknown(sentinel)).toBe(true);
    expect(containsUnknown(sentinel)).toBe(true);
    expect(containsUnknown([sentinel])).toBe(true);
    expect(containsUnknown({ a: 1, b: { c: [{ d: [null, sentinel] }] } })).toBe(true);
  });

  test("is a whole text, no part of one and no key", () => {
    expect(isUnknown(`${sentinels[2]}.example.com`)).toBe(false);
    expect(containsUnknown({ [`${sentinels[2]}`]: "x" })).toBe(false);
  });

  test.each([undefined, null, 0, "", "x", true, [], {}, { a: undefined, b: [null] }])("is not %j", (value) => {
    expect(containsUnknown(value)).toBe(false);
  });
});

describe("what is absent", () => {
  test("is left out of objects at any depth, and left where it is in lists", () => {
    expect(withoutAbsent({ a: null, b: undefined, c: { d: null, e: [{ f: null, g: 0 }, null] }, h: "", i: false })).toEqual({
      c: { e: [{ g: 0 }, null] },
      h: "",
      i: false,
    });
  });

  test.each([null, undefined, 0, "", "x"])("stays what it is on its own: %j", (value) => {
    expect(withoutAbsent(value)).toBe(value);
  });
});

describe("plain JSON", () => {
  test("is all that the engine gets: no undefined, NaN, Date or function", () => {
    const date = new Date("2026-01-01T00:00:00Z");
    const value = { a: undefined, b: Number.NaN, c: date, d: () => 1, e: [undefined, Number.POSITIVE_INFINITY], f: { g: undefined } };
    expect(toJson(value)).toStrictEqual({ b: null, c: "2026-01-01T00:00:00.000Z", e: [null, null], f: {} });
  });

  test("keeps null, which stands for an absent output", () => {
    expect(toJson({ a: null, b: [null] })).toStrictEqual({ a: null, b: [null] });
  });

  test("is another object, so that nobody changes what was given", () => {
    const given = { list: [1] };
    const made = toJson(given);
    (made.list as number[]).push(2);
    expect(given).toEqual({ list: [1] });
  });
});

describe("two values", () => {
  test.each([
    [undefined, null],
    [{ a: null }, {}],
    [{ a: { b: undefined, c: 1 } }, { a: { c: 1 } }],
    [[{ a: null }], [{}]],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ])("are the same to a person: %j and %j", (one, other) => {
    expect(sameValue(one, other)).toBe(true);
    expect(sameValue(other, one)).toBe(true);
  });

  test.each([
    [0, null],
    ["", undefined],
    [false, null],
    [[], null],
    [{}, null],
    [1, "1"],
    [
      [1, 2],
      [2, 1],
    ],
    [[null], []],
    [{ a: [] }, {}],
  ])("differ: %j and %j", (one, other) => {
    expect(sameValue(one, other)).toBe(false);
    expect(sameValue(other, one)).toBe(false);
  });
});

test("a JSON object is no list, no null and no text", () => {
  expect([{}, [], null, "x", undefined].map(isJsonObject)).toEqual([true, false, false, false, false]);
});
