import { describe, expect, test } from "vitest";
import { gates } from "../../provider/failover/gates.js";
import { gate, inRanges, parseVersion, sameVersion, satisfies, versionRange } from "../../provider/failover/version.js";

const parsed = (text: string) => {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return version;
};

describe("reading a version", () => {
  test.each([
    ["10.5.4.0-15588", { major: 10, minor: 5, release: 4, track: "FR", cumulativeUpdate: 0, build: 15588, unknown: [] }],
    ["10.2.0.0-11897-CU4", { major: 10, minor: 2, release: 0, track: "MR", cumulativeUpdate: 4, build: 11897, unknown: [] }],
    ["10.5.7.0-16098-CU1", { major: 10, minor: 5, release: 7, track: "FR", cumulativeUpdate: 1, build: 16098 }],
    ["10.0.13.0-9999", { release: 13, track: "FR" }],
    ["10.2.0 [CU9]", { release: 0, track: "MR", cumulativeUpdate: 9, build: undefined, unknown: ["which build it is"] }],
    ["10.6.2617.1490", { major: 10, minor: 6, release: undefined, track: undefined, build: undefined }],
  ])("reads %s", (text, expected) => {
    expect(parseVersion(text)).toMatchObject(expected);
  });

  test("says what a text of another form leaves open", () => {
    expect(parsed("10.6.2617.1490").unknown).toEqual(["which release it is", "which build it is"]);
  });

  test.each(["", "ten", "10", "10.x.0", "<unknown>"])("does not make a version of %j", (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  test("takes two versions for the same only with the same build and cumulative update", () => {
    expect(sameVersion("10.5.4.0-15588", " 10.5.4.0-15588")).toBe(true);
    expect(sameVersion("10.5.4.0-15588", "10.5.4.0-15589")).toBe(false);
    expect(sameVersion("10.2.0.0-11897-CU4", "10.2.0.0-11897")).toBe(false);
  });
});

describe("passing a gate", () => {
  test.each([
    // A Feature Release looks at the lowest Feature Release item.
    ["10.3.11.0-1", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "no"],
    ["10.3.12.0-1", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "yes"],
    ["10.4.1.0-1", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "yes"],
    ["10.2.5.0-1", "10.2.12/10.2.0 [CU9]", "no"],
    ["10.5.7.0-1", "10.5.7 [CU1]/10.5.0 [CU6]", "no"],
    ["10.5.7.0-1-CU1", "10.5.7 [CU1]/10.5.0 [CU6]", "yes"],
    ["10.5.8.0-1", "10.5.7 [CU1]/10.5.0 [CU6]", "yes"],
    // A Main Release looks at its own line.
    ["10.2.0.0-1-CU20", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "no"],
    ["10.2.0.0-1-CU21", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "yes"],
    ["10.3.0.0-1-CU8", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "no"],
    ["10.3.0.0-1-CU9", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "yes"],
    ["10.4.0.0-1", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "yes"],
    ["10.2.0.0-1", "10.2.2/10.2.0", "yes"],
    // Without an item of its line, only a line newer than the newest item passes.
    ["10.1.0.0-1-CU30", "10.3.12/10.3.0 [CU9]/10.2.0 [CU21]", "no"],
    ["10.4.0.0-1-CU30", "10.5.3/10.5.0/10.3.0 [CU20]", "no"],
    // Newer in time is not newer in features.
    ["10.2.0.0-1-CU9", "10.2.5/10.3.0", "no"],
    // A gate that does not speak of the track is never derived.
    ["10.4.0.0-1", "10.3.9", "unknown"],
    ["10.4.1.0-1", "10.3.0", "unknown"],
    // A text that leaves the release open is judged through everything it can mean.
    ["10.6.2617.1490", "10.5.7/10.6.0", "yes"],
    ["10.6.2617.1490", "10.6.8/10.7.0", "unknown"],
    ["10.6.2617.1490", "10.7.1/10.7.0", "no"],
  ])("%s with gate %s: %s", (version, wanted, expected) => {
    expect(satisfies(parsed(version), gate(wanted))).toBe(expected);
  });

  test("refuses a gate that nobody could read", () => {
    expect(() => gate("10.3")).toThrow('"10.3" is no version of a gate.');
  });

  test("has no gate that speaks of one track only", () => {
    const oneSided = Object.values(gates).filter(({ items }) => new Set(items.map(({ release }) => release === 0)).size < 2);
    expect(oneSided).toEqual([]);
  });
});

describe("lying in a range of versions", () => {
  test.each([
    ["10.4.0.0-1-CU7", "10.4.0 [CU8]…10.4.0 [CU11]", "no"],
    ["10.4.0.0-1-CU8", "10.4.0 [CU8]…10.4.0 [CU11]", "yes"],
    ["10.4.0.0-1-CU12", "10.4.0 [CU8]…10.4.0 [CU11]", "no"],
    ["10.4.12.0-1", "10.4.11…10.5.2", "yes"],
    ["10.5.0.0-1", "10.4.11…10.5.2", "no"],
    ["10.5.0.0-1-CU17", "10.5.0 [CU4]…10.6.0 [CU4]", "yes"],
    ["10.5.7.0-1-CU1", "10.5.7 [CU0]", "no"],
    ["10.5.0.0-16238-CU4", "10.5.0 [CU4]…10.5.0 [CU4] b16238", "yes"],
    ["10.5.0.0-16239-CU4", "10.5.0 [CU4]…10.5.0 [CU4] b16238", "no"],
    ["10.5.0 [CU4]", "10.5.0 [CU4]…10.5.0 [CU4] b16238", "unknown"],
    ["10.5.0 [CU3]", "10.5.0 [CU4]…10.5.0 [CU4] b16238", "no"],
    ["10.6.2617.1490", "10.5.7…10.6.7", "unknown"],
    ["10.8.2617.1490", "10.5.7…10.6.7", "no"],
  ])("%s in %s: %s", (version, range, expected) => {
    expect(inRanges(parsed(version), [versionRange(range)])).toBe(expected);
  });

  test("refuses a range across both tracks", () => {
    expect(() => versionRange("10.4.0…10.4.5")).toThrow("mixes Main and Feature Releases");
  });
});
