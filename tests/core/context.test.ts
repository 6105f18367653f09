import { describe, expect, test } from "vitest";
import { VerbContext } from "../../provider/core/context.js";
import { ownersOf } from "../../provider/core/state.js";
import { watchForSecrets } from "../support/secrecy.js";
import { created, lampIn, throwing, World } from "./lamp.js";

const watch = watchForSecrets();
const defaults = { create: 3_600_000, update: 60_000, delete: 1_000 };
const contextOf = (label: string) => new VerbContext("create", label, undefined, defaults);

describe("the time of a verb", () => {
  test("keeps no process alive", () => {
    const before = process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    contextOf("Lamp desk");
    expect(process.getActiveResourcesInfo().filter((resource) => resource === "Timeout")).toHaveLength(before);
  });

  test("may be another verb's, as for an update that finishes what create began", () => {
    const context = new VerbContext("update", "Lamp desk", { create: "2h", update: "5m" }, defaults, "create");
    expect(context).toMatchObject({ verb: "update", timeoutMilliseconds: 7_200_000 });
  });

  test("is create's for an update of something unfinished, or in a state that must not stay", async () => {
    const world = new World();
    const lamp = lampIn(world);
    const { id, outs, inputs } = await created(lamp);
    for (const [state, milliseconds] of [
      [outs, 50_000],
      [{ ...outs, __unfinished: true }, 60_000],
      [{ ...outs, power: "broken" }, 60_000],
    ] as const) {
      await lamp.update(id, state, { ...inputs, brightness: 9 });
      expect(world.context).toMatchObject({ verb: "update", timeoutMilliseconds: milliseconds });
    }
  });
});

describe("a warning", () => {
  test("that check and create both have is said once, and kept by each", () => {
    const [check, create] = [contextOf("Lamp hall"), contextOf("Lamp hall")];
    for (const context of [check, create]) context.warn("it is very bright.");
    expect(watch.lines).toEqual(["Lamp hall: warning: it is very bright."]);
    expect([check.warnings, create.warnings]).toEqual([["it is very bright."], ["it is very bright."]]);
  });

  test("of another resource is said too", () => {
    contextOf("Lamp attic").warn("it is very bright.");
    contextOf("Lamp cellar").warn("it is very bright.");
    expect(watch.lines).toHaveLength(2);
  });

  test("of the version, which all resources have, is said once, and kept by each", () => {
    const [one, other] = [contextOf("Lamp attic"), contextOf("Lamp cellar")];
    for (const context of [one, other]) context.warn("lamps of this make get hot.", "standing");
    expect(watch.lines).toEqual(["Lamp attic: warning: lamps of this make get hot."]);
    expect([one.warnings, other.warnings]).toEqual([["lamps of this make get hot."], ["lamps of this make get hot."]]);
  });
});

describe("what was known before a write", () => {
  test("stands in the state of a create that fails after it", async () => {
    const context = contextOf("Lamp desk");
    await context.write(async () => "done", { serial: 111 });
    expect(context.facts).toEqual({ serial: 111 });
  });

  test("stands there too when the answer was lost", async () => {
    const context = contextOf("Lamp desk");
    await watch.failureOf(context.write(throwing(new Error("cut")), { serial: 111 }));
    expect(context).toMatchObject({ begun: true, facts: { serial: 111 } });
  });
});

describe("the owners that a state may stand for", () => {
  test.each([
    ["the one that was applied", { __declared: { __owner: "p/s/old" } }, ["p/s/old"]],
    [
      "first the one that an unfinished update was to set, then the one before it",
      { __declared: { __owner: "p/s/old" }, __attempted: { __owner: "p/s/new" } },
      ["p/s/new", "p/s/old"],
    ],
    ["nobody", { __declared: {}, __attempted: null }, []],
  ])("are %s", (_who, state, owners) => {
    expect(ownersOf(state)).toEqual(owners);
  });
});
