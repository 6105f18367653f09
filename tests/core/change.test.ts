import { describe, expect, test } from "vitest";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, throwing, World, WriteRefused } from "./lamp.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const watch = watchForSecrets();

/** A lamp that was created, with what the engine keeps of it. */
async function aLamp(changes: object = {}) {
  const world = new World();
  const lamp = lampIn(world);
  const { id, outs, inputs } = await created(lamp, changes);
  world.log.length = 0;
  const real = world.lamps.get("wall");
  if (!real) throw new Error("There is no lamp in the wall.");
  return { world, lamp, id, outs, inputs, real };
}

describe("diff", () => {
  test("finds nothing to do after create, and says nothing", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    expect(await lamp.diff(id, outs, inputs)).toStrictEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
    expect(watch.lines.filter((line) => line.includes("differs"))).toEqual([]);
  });

  test("finds what the program changed, and names in the log what stands there otherwise", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    expect(await lamp.diff(id, outs, { ...inputs, brightness: 9, host: "10.0.0.2" })).toMatchObject({ changes: true, replaces: [] });
    expect(watch.lines.at(-1)).toBe("Lamp desk: differs from what is declared: brightness");
  });

  test("says nothing of what is only recorded, and of what is not known yet: nothing stands otherwise", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    const before = watch.lines.length;
    for (const change of [{ host: "10.0.0.2" }, { timeouts: { update: "2m" } }, { brightness: unknown }]) {
      expect(await lamp.diff(id, outs, { ...inputs, ...change })).toMatchObject({ changes: true });
    }
    expect(watch.lines.slice(before)).toEqual([]);
  });

  test("has no name in the log that no person wrote", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    await lamp.diff(id, { ...outs, __unfinished: true, __superseded: true }, { ...inputs, __owner: "room/test/wall/desk" });
    expect(watch.lines.slice(-2).map((line) => line.replace(/^[^:]*: /, ""))).toEqual([
      "differs from what is declared: owner",
      "an earlier change is not finished; `pulumi up` carries on",
    ]);
  });

  test("replaces another socket's lamp, the old one first", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    expect(await lamp.diff(id, outs, { ...inputs, socket: "floor" })).toStrictEqual({
      changes: true,
      replaces: ["socket"],
      deleteBeforeReplace: true,
    });
  });

  test("takes an unknown for a change, never for a replacement", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    for (const change of [{ socket: unknown }, { brightness: unknown }, { beam: { width: unknown } }, { timeouts: unknown }]) {
      expect(await lamp.diff(id, outs, { ...inputs, ...change })).toMatchObject({ changes: true, replaces: [] });
    }
  });

  test("finds a key that is no longer declared, and one that now is", async () => {
    const { lamp, id, outs, inputs } = await aLamp({ colour: "warm" });
    const { colour: _, ...without } = inputs;
    expect(await lamp.diff(id, outs, without)).toMatchObject({ changes: true });
    const plain = await aLamp();
    expect(await plain.lamp.diff(id, plain.outs, { ...plain.inputs, colour: "warm" })).toMatchObject({ changes: true });
  });

  test("finds a difference that is no input", async () => {
    const { lamp, id, outs, inputs } = await aLamp();
    expect(await lamp.diff(id, { ...outs, power: "broken" }, inputs)).toMatchObject({ changes: true, replaces: [] });
    expect(watch.lines.at(-1)).toContain(": power");
  });

  test("asks nobody", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    await lamp.diff(id, outs, { ...inputs, brightness: 9 });
    expect(world.log).toEqual([]);
  });

  test("of what is no state of ours says that import is not supported", async () => {
    const { lamp, id, inputs } = await aLamp();
    expect(await watch.failureOf(lamp.diff(id, { name: "desk" }, inputs))).toMatchObject({ code: "NOT_OUR_STATE" });
  });
});

describe("update", () => {
  test("changes the difference and reads it back", async () => {
    const { world, lamp, id, outs, inputs, real } = await aLamp();
    const { outs: after } = await lamp.update(id, outs, { ...inputs, brightness: 9 });
    expect(world.lamps.get("wall")).toMatchObject({ brightness: 9, name: real.name });
    expect(after).toMatchObject({ brightness: 9, __declared: { brightness: 9 }, __unfinished: false });
    expect(world.log).toEqual(["observe at 10.0.0.1", 'write {"brightness":9}', "wait"]);
    expect(await lamp.diff(id, after, { ...inputs, brightness: 9 })).toMatchObject({ changes: false });
  });

  test("of inputs that are only recorded touches nothing, and holds them to what they must reach", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp({ brightness: 120, token: "0123456789" });
    const { outs: after } = await lamp.update(id, outs, { ...inputs, host: "10.0.0.2", token: "abcdefghij", timeouts: { update: "5m" } });
    expect(world.log).toEqual(["verify at 10.0.0.2"]);
    expect(after).toStrictEqual({ ...outs, host: "10.0.0.2", token: "abcdefghij", timeouts: { update: "5m" } });
  });

  test("of recorded inputs that cannot reach it fails, and the old ones stay", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    world.faults.verify = throwing(new Error("another lamp answers there"));
    const error = await watch.failureOf(lamp.update(id, outs, { ...inputs, host: "10.0.0.2" }));
    expect(error.message).toBe("another lamp answers there");
    expect(error).not.toHaveProperty("id");
  });

  test("of a recorded input together with configuration converges", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    await lamp.update(id, outs, { ...inputs, host: "10.0.0.2", brightness: 9 });
    expect(world.log).toEqual(["verify at 10.0.0.2", "observe at 10.0.0.2", 'write {"brightness":9}', "wait"]);
  });

  test("of a renamed resource converges, for the owner is live configuration", async () => {
    const { lamp, id, outs, inputs, world } = await aLamp();
    await lamp.update(id, outs, { ...inputs, __owner: "project/stack/bed" });
    expect(world.lamps.get("wall")?.owner).toBe("project/stack/bed");
  });

  test("that fails after a write tells the engine what is there, and the next one finishes it", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    const news = { ...inputs, brightness: 9, __provider: declared.__provider };
    world.faults.wait = throwing(new Error("not done within 50s"));
    const error = await watch.failureOf<Error & { properties: Record<string, unknown> }>(lamp.update(id, outs, news));
    expect(error).toMatchObject({ id, reasons: ["not done within 50s"] });
    expect(error.properties).toMatchObject({
      __provider: declared.__provider,
      brightness: 7,
      __declared: { brightness: 7 },
      __attempted: { brightness: 9 },
      __unfinished: true,
    });
    expect(await lamp.diff(id, error.properties, news)).toMatchObject({ changes: true });

    delete world.faults.wait;
    const { outs: after } = await lamp.update(id, error.properties, news);
    expect(after).toMatchObject({ brightness: 9, __unfinished: false });
    expect(await lamp.diff(id, after, news)).toMatchObject({ changes: false });
  });

  test("finishes what create began, though nothing differs but that", async () => {
    const world = new World();
    const lamp = lampIn(world);
    world.faults.wait = throwing(new Error("not done within 1m"));
    const { properties } = await watch.failureOf<Error & { properties: Record<string, unknown> }>(created(lamp));
    delete world.faults.wait;
    const { inputs } = await lamp.check({}, declared);
    // A refresh in between sees the thing as it now is, and must not take it for finished.
    const { props } = await lamp.read("wall/desk", properties);
    expect(props).toMatchObject({ brightness: 7, __unfinished: true });
    expect(await lamp.diff("wall/desk", props ?? {}, inputs)).toMatchObject({ changes: true });
    expect(watch.lines.at(-1)).toBe("Lamp desk: an earlier change is not finished; `pulumi up` carries on");
    world.log.length = 0;
    const { outs } = await lamp.update("wall/desk", props ?? {}, inputs);
    expect(world.log).toEqual(["observe at 10.0.0.1", "wait"]);
    expect(await lamp.diff("wall/desk", outs, inputs)).toMatchObject({ changes: false });
  });

  test("of recorded inputs alone does not pass over what create left unfinished", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    await lamp.update(id, { ...outs, __unfinished: true }, { ...inputs, host: "10.0.0.2" });
    expect(world.log).toEqual(["verify at 10.0.0.2", "observe at 10.0.0.2", "wait"]);
    world.log.length = 0;
    await lamp.update(id, { ...outs, power: "broken" }, { ...inputs, host: "10.0.0.2" });
    expect(world.log).toEqual(["verify at 10.0.0.2", "observe at 10.0.0.2", "wait"]);
  });

  test("that is refused leaves state as it was", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    world.faults.write = throwing(new WriteRefused("Writing lamp: 409, busy."));
    const error = await watch.failureOf(lamp.update(id, outs, { ...inputs, brightness: 9 }));
    expect(error.message).toBe("Writing lamp: 409, busy.");
    expect(error).not.toHaveProperty("properties");
  });

  test("makes the thing again when it vanished meanwhile", async () => {
    const { world, lamp, id, outs, inputs } = await aLamp();
    world.lamps.clear();
    const { outs: after } = await lamp.update(id, outs, inputs);
    expect(world.lamps.has("wall")).toBe(true);
    expect(after).toMatchObject({ brightness: 7 });
  });

  test("refuses what cannot be changed before it writes anything", async () => {
    const { world, lamp, id, outs, inputs, real } = await aLamp();
    real.name = "stolen";
    const error = await watch.failureOf(lamp.update(id, outs, { ...inputs, brightness: 9 }));
    expect(error).toMatchObject({ code: "FIXED_INPUT" });
    expect(error.message).toBe("Updating Lamp: name: stolen is engraved. Take another lamp. Runbook: FIXED_INPUT.");
    expect(world.log).toEqual(["observe at 10.0.0.1"]);
  });
});
