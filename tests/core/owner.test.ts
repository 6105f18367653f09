import { describe, expect, test } from "vitest";
import { Declarations } from "../../provider/core/declarations.js";
import {
  aliasCure,
  formatOwner,
  isSameOwner,
  isSameStack,
  isSuperseded,
  newGeneration,
  parseOwner,
  resourceOf,
  takenOver,
} from "../../provider/core/owner.js";

const [first, second] = ["room/test/pair#0123456789ab", "room/test/pair#ba9876543210"];

describe("an owner", () => {
  test("is read back as it was written, with a generation and without one", () => {
    const generation = newGeneration();
    for (const name of ["room/test/pair", "room/test/a#b/c", "acme@room/test/my:index:Site$my:index:Room::pair"]) {
      expect(parseOwner(formatOwner(name, generation) ?? "")).toEqual({ name, generation });
      expect(parseOwner(formatOwner(name, null) ?? "")).toEqual({ name, generation: undefined });
    }
    expect(formatOwner(undefined, generation)).toBeUndefined();
    expect(newGeneration()).not.toBe(generation);
  });

  test.each(["room/test/pair#0123456789abc", "room/test/pair#0123456789a", "room/test/pair#0123456789AB", "#0123456789ab"])(
    "has no generation where what follows is none: %s",
    (text) => {
      expect(parseOwner(text)).toEqual({ name: text, generation: undefined });
    },
  );

  test("is the same resource in whichever generation", () => {
    expect(isSameOwner(first, second)).toBe(true);
    expect(isSameOwner("room/test/pair", second)).toBe(true);
    expect(isSameOwner("room/test/other", second)).toBe(false);
  });

  test.each([
    [first, second, true],
    ["room/test/pair", second, true],
    [first, first, false],
    [first, "room/test/pair", false],
    [first, "room/test/other#ba9876543210", false],
    [first, null, false],
    [first, undefined, false],
  ])("%s is superseded by %s: %s", (ours, stored, expected) => {
    expect(isSuperseded(ours, stored)).toBe(expected);
  });

  test("tells what the program calls the resource and where it stands", () => {
    expect(resourceOf(first)).toEqual({ name: "pair", parents: undefined });
    expect(resourceOf("room/test/a/b::c")).toEqual({ name: "a/b::c", parents: undefined });
    expect(resourceOf("acme@room/test/my:index/site:Site$x::Room::pair#0123456789ab")).toEqual({
      name: "Room::pair",
      parents: "my:index/site:Site$x",
    });
  });

  test.each([
    ["room/test/pair", "room/test/other#0123456789ab", true],
    ["room/test/pair", "room/tests/pair", false],
    ["acme@room/test/pair", "room/test/pair", true],
    ["room/test/pair", "acme@room/test/pair", true],
    ["acme@room/test/pair", "acme@room/test/other", true],
    ["acme@room/test/pair", "other@room/test/pair", false],
    ["room/test/pair", "hall/test/pair", false],
    ["acme@room/test/pair", "acme@hall/test/pair", false],
  ])("%s and %s are of one stack: %s", (one, other, expected) => {
    expect(isSameStack(one, other)).toBe(expected);
  });
});

describe("the cure for a resource that stands under another name", () => {
  const site = "room/test/my:index:Site$my:index:Room::pair";

  test.each([
    ["its name", "room/test/old", "room/test/new", '[{ name: "old" }]'],
    ["where it stood, at the top", "room/test/pair", site, "[{ parent: pulumi.rootStackResource }]"],
    ["where it stood, inside a component", site, "room/test/pair", "[{ parent: <the my:index:Room that it was in> }]"],
    ["both", "room/test/old", site, '[{ name: "old", parent: pulumi.rootStackResource }]'],
  ])("names %s", (_, stored, declared, aliases) => {
    expect(aliasCure(stored, declared)).toContain(`set aliases: ${aliases} in its options`);
  });
});

test("a delete that leaves something says what to do, unless this run replaces it by itself", () => {
  expect(takenOver({ isReplacement: true })).toBe("a later creation of this resource has taken it over.");
  expect(takenOver({ isReplacement: false })).toMatch(/^a later creation .* over\. If its run was killed, .*`pulumi destroy` again\.$/);
});

describe("what the program of a run declares", () => {
  const [id, owner] = ["10.0.0.1+10.0.0.2", "room/test/pair"];

  test("tells a replacement from a first creation, also when that is checked twice", () => {
    const declarations = new Declarations();
    for (let times = 0; times < 2; times++) declarations.add(id, owner, true);
    expect(declarations.isReplacement(id, owner)).toBe(false);
    declarations.addExisting(id, owner);
    declarations.add(id, owner, false);
    declarations.add(id, owner, true);
    expect(declarations.isReplacement(id, owner)).toBe(true);
    expect(declarations.isMadeAnew(id, owner, "0123456789ab")).toBe(true);
  });

  test("says of a delete whether it was made anew: what was created last is deleted for good", () => {
    const declarations = new Declarations();
    declarations.add(id, owner, true);
    declarations.addCreated(id, owner, "0123456789ab");
    expect(declarations.isMadeAnew(id, owner, "0123456789ab")).toBe(false);
    declarations.addCreated(id, owner, "ba9876543210");
    for (const generation of ["0123456789ab", null]) expect(declarations.isMadeAnew(id, owner, generation)).toBe(true);
    expect(declarations.isMadeAnew(id, owner, "ba9876543210")).toBe(false);
    expect(new Declarations().isMadeAnew(id, owner, "0123456789ab")).toBe(false);
  });

  test("is no replacement of one thing by another", () => {
    const declarations = new Declarations();
    declarations.addExisting(id, owner);
    declarations.add("10.0.0.1+10.0.0.3", owner, true);
    declarations.addCreated("10.0.0.1+10.0.0.3", owner, "ba9876543210");
    expect(declarations.isReplacement("10.0.0.1+10.0.0.3", owner)).toBe(false);
    expect(declarations.isMadeAnew(id, owner, "0123456789ab")).toBe(false);
  });

  test("says when another resource of the same stack stands for the same thing", () => {
    const declarations = new Declarations();
    declarations.add(id, "room/other/pair", true);
    expect(declarations.isDeclaredElsewhere(id, owner)).toBe(false);
    declarations.add(id, "room/test/renamed", true);
    expect(declarations.isDeclaredElsewhere(id, owner)).toBe(true);
    expect(declarations.isDeclaredElsewhere(id, "room/test/renamed")).toBe(false);
  });

  test("is no replacement where the program has it as before", () => {
    const declarations = new Declarations();
    declarations.addExisting(id, owner);
    declarations.add(id, owner, false);
    expect(declarations.isReplacement(id, owner)).toBe(false);
  });

  test("says nothing of a resource without an owner, which may be any", () => {
    const declarations = new Declarations();
    declarations.addExisting(id, undefined);
    declarations.add(id, undefined, true);
    declarations.addCreated(id, undefined, "ba9876543210");
    expect(declarations.isReplacement(id, undefined)).toBe(false);
    expect(declarations.isMadeAnew(id, undefined, "0123456789ab")).toBe(false);
    expect(declarations.isDeclaredElsewhere(id, owner)).toBe(false);
    declarations.add(id, owner, true);
    expect(declarations.isDeclaredElsewhere(id, undefined)).toBe(false);
  });
});
