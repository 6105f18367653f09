import { describe, expect, test } from "vitest";
import { StateError } from "../../provider/core/errors.js";
import {
  differingKeys,
  inputsOf,
  type Keys,
  openState,
  refreshedState,
  schemaVersion,
  stateOf,
  unfinishedState,
} from "../../provider/core/state.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const keys: Keys = { inputs: ["name", "brightness", "colour", "host", "token"], recorded: ["host", "token"], outputs: ["power", "hours"] };
const declared = { name: "desk", brightness: 5, host: "10.0.0.1", token: "t0ken-secret" };
const live = { name: "desk", brightness: 5, colour: "warm", power: "on", hours: 3 };
const generation = "0123456789ab";
const state = stateOf(keys, declared, live, [], generation);

describe("stored state", () => {
  test("of this version is taken as it is", () => {
    expect(openState("Lamp", state)).toBe(state);
  });

  test.each([undefined, null])("without a version (%j) is not ours, and import is answered in words", (version) => {
    const open = () => openState("Lamp", { name: "desk", schemaVersion: version });
    expect(open).toThrow(StateError);
    expect(open).toThrow(/^Reading Lamp: this is no state of a Lamp resource\. Lamp\.get and import are not supported/);
  });

  test.each([schemaVersion + 1, 99, 0, -1, "1", 0.5])("of version %j is refused with what this package knows", (version) => {
    const open = () => openState("Lamp", { ...state, schemaVersion: version });
    expect(open).toThrow(expect.objectContaining({ code: "STATE_TOO_NEW" }));
    expect(open).toThrow(`schema version ${version}, this package knows up to ${schemaVersion}`);
  });
});

describe("state of the version before", () => {
  test("is one without a generation", () => {
    const { __generation: _, ...old } = state;
    expect(openState("Lamp", { ...old, schemaVersion: 1 })).toMatchObject({ ...old, schemaVersion: 1, __generation: null });
  });
});

describe("state after a write", () => {
  test("holds every input and output, null where it is absent", () => {
    expect(state).toStrictEqual({
      name: "desk",
      brightness: 5,
      colour: null,
      host: "10.0.0.1",
      token: "t0ken-secret",
      power: "on",
      hours: 3,
      warnings: [],
      __declared: { name: "desk", brightness: 5 },
      __generation: generation,
      __unfinished: false,
      schemaVersion,
    });
    expect(unfinishedState(keys, { name: "desk" }, {}, undefined, ["careful"], generation)).toStrictEqual({
      name: "desk",
      brightness: null,
      colour: null,
      host: null,
      token: null,
      power: null,
      hours: null,
      warnings: ["careful"],
      __declared: { name: "desk" },
      __generation: generation,
      __unfinished: true,
      schemaVersion,
    });
  });

  test("of an update that was not finished keeps what was applied before it beside what it was to apply", () => {
    const unfinished = unfinishedState(keys, { ...declared, brightness: 9 }, live, state, [], generation);
    expect(unfinished).toMatchObject({ __declared: { brightness: 5 }, __attempted: { brightness: 9 }, __unfinished: true });
  });

  test("shows configuration as it is live, and recorded inputs as they were declared", () => {
    const drifted = stateOf(keys, declared, { ...live, brightness: 9, host: "elsewhere" }, [], generation);
    expect(drifted).toMatchObject({ brightness: 9, host: "10.0.0.1", __declared: { brightness: 5 } });
  });

  test("has no token beside the one under its own name, which the engine encrypts", () => {
    const { token: _, ...rest } = state;
    expect(JSON.stringify(rest)).not.toContain("t0ken-secret");
  });

  test("is plain JSON, whatever the resource returned", () => {
    const odd = stateOf(keys, declared, { ...live, power: new Date(0), hours: Number.NaN, brightness: undefined }, [], generation);
    expect(odd).toMatchObject({ power: "1970-01-01T00:00:00.000Z", hours: null, brightness: null });
    expect(JSON.parse(JSON.stringify(odd))).toStrictEqual(odd);
  });
});

describe("state after a read", () => {
  test("takes live values, and carries over what only a write may change", () => {
    const before = { ...state, __attempted: { brightness: 7 }, __unfinished: true, warnings: ["careful"] };
    const after = refreshedState(keys, before, { ...live, brightness: 9, power: "off" });
    expect(after).toStrictEqual({ ...before, brightness: 9, power: "off" });
  });

  test("knows when a later creation of the same resource has taken over what stands there", () => {
    const owned = { ...state, __declared: { ...declared, __owner: "room/test/desk" } };
    const isTakenOver = (stored: string | null) => refreshedState(keys, owned, { ...live, storedOwner: stored }).__superseded;
    expect(isTakenOver("room/test/desk#ba9876543210")).toBe(true);
    for (const stored of [`room/test/desk#${generation}`, "room/test/desk", "room/test/other#ba9876543210", null]) {
      expect(isTakenOver(stored)).toBeUndefined();
    }
  });

  test("knows when the thing says itself that it is another's, whatever is stored", () => {
    expect(refreshedState(keys, state, { ...live, isDisowned: true }).__superseded).toBe(true);
    expect(refreshedState(keys, state, { ...live, isDisowned: false }).__superseded).toBeUndefined();
  });

  test("of what is finished says nothing of an attempt", () => {
    expect(refreshedState(keys, { ...state, __unfinished: false, __attempted: { brightness: 9 } }, live)).not.toHaveProperty("__attempted");
  });

  test("keeps an unmanaged key unmanaged", () => {
    expect(refreshedState(keys, state, { ...live, colour: "cold" })).toMatchObject({ colour: null, __declared: state.__declared });
  });

  test("shows a managed key that is gone as null, and stands behind what is left", () => {
    const after = refreshedState(keys, state, { name: "desk" });
    expect(after.brightness).toBeNull();
    expect(inputsOf(keys, after)).toEqual({ name: "desk", host: "10.0.0.1", token: "t0ken-secret" });
  });
});

describe("the keys that differ", () => {
  const differing = (news: Record<string, unknown>, from = state) => differingKeys(keys, from, news);

  test("are none when live equals declared, also when null stands for left out", () => {
    expect(differing(declared)).toEqual([]);
    expect(differing({ ...declared, colour: null })).toEqual([]);
  });

  test("are those that the program changed", () => {
    expect(differing({ ...declared, brightness: 6 })).toEqual(["brightness"]);
    expect(differing({ ...declared, host: "10.0.0.2", token: "another" })).toEqual(["host", "token"]);
  });

  test("are those that were changed behind our back, when they are managed", () => {
    expect(differing(declared, refreshedState(keys, state, { ...live, brightness: 9, colour: "cold" }))).toEqual(["brightness"]);
  });

  test("are those that the program begins or ceases to manage", () => {
    expect(differing({ ...declared, colour: "warm" })).toEqual(["colour"]);
    expect(differing({ ...declared, brightness: undefined })).toEqual(["brightness"]);
  });

  test("are those that are not known yet, whole or in part", () => {
    expect(differing({ ...declared, name: unknown, brightness: { of: [unknown] } })).toEqual(["name", "brightness"]);
  });

  test("are never outputs and never what stands in state for ourselves", () => {
    expect(differing({ ...declared, power: "off", warnings: ["x"], __provider: "exports.handler=…" })).toEqual([]);
  });
});
