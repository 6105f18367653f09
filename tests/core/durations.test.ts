import { describe, expect, test } from "vitest";
import { formatMilliseconds, parseDuration } from "../../provider/core/durations.js";
import { Duration, Timeouts } from "../../provider/core/fields.js";

describe("a duration", () => {
  test.each([
    ["1s", 1_000],
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["4h", 14_400_000],
    ["596h", 2_145_600_000],
  ] as const)("%s is %i milliseconds", (text, milliseconds) => {
    expect(Duration.parse(text)).toBe(text);
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    "",
    "30",
    "m",
    "0s",
    "-5m",
    "1.5h",
    "1e3s",
    "+5m",
    "05m",
    " 5m",
    "5m ",
    "5 m",
    "5d",
    "5M",
    "5ms",
    "5m\n",
    "1h30m",
    "99999999s",
    30,
    null,
  ])("%j is none, and the message shows how to write one", (text) => {
    const { error } = Duration.safeParse(text);
    expect(error?.issues[0]?.message).toMatch(/^expected a duration such as "90s", "30m" or "4h"/);
  });

  test.each(["597h", "2147484s", "9999999h"])("%s is longer than a timer can hold, and would end at once", (text) => {
    const { error } = Duration.safeParse(text);
    expect(error?.issues[0]?.message).toContain("of at most 596h");
  });

  test("is parsed only when it is one", () => {
    expect(() => parseDuration("soon" as Duration)).toThrow(new TypeError("Not a duration: soon"));
  });

  test("stands in timeouts under the acts that have one, and under nothing else", () => {
    expect(Timeouts.parse({ create: "4h", delete: "90s" })).toEqual({ create: "4h", delete: "90s" });
    expect(Timeouts.safeParse({ read: "90s" }).error?.issues[0]).toMatchObject({ code: "unrecognized_keys", keys: ["read"] });
  });
});

describe("milliseconds for people", () => {
  test.each([
    [0, "0s"],
    [-5_000, "0s"],
    [499, "0s"],
    [500, "1s"],
    [59_600, "1m"],
    [95_000, "1m 35s"],
    [3_599_600, "1h"],
    [3_600_000, "1h"],
    [3_661_000, "1h 1m 1s"],
    [360_000_000, "100h"],
  ])("%i are %s", (milliseconds, text) => {
    expect(formatMilliseconds(milliseconds)).toBe(text);
  });
});
