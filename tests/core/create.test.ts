import { describe, expect, test } from "vitest";
import { schemaVersion } from "../../provider/core/state.js";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, throwing, World, WriteRefused } from "./lamp.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const watch = watchForSecrets();

/** What the engine is told when a verb fails after something was written. */
interface Partially extends Error {
  id?: string;
  properties?: Record<string, unknown>;
  reasons?: string[];
}

describe("check", () => {
  test("answers canonical inputs with defaults and what follows from them, without __provider, which the process adds", async () => {
    const { inputs, failures } = await lampIn(new World()).check({}, { ...declared, brightness: null });
    expect(failures).toEqual([]);
    const { __provider: _, ...rest } = declared;
    expect(inputs).toStrictEqual({ ...rest, name: "desk", title: "desk", brightness: 5 });
  });

  test("lets unknowns through, looks at nothing, and judges the rest", async () => {
    const world = new World();
    expect(await lampIn(world).check({}, { ...declared, socket: unknown, beam: { width: unknown } })).toMatchObject({
      inputs: { socket: unknown, beam: { width: unknown }, name: "desk" },
      failures: [],
    });
    expect((await lampIn(world).check({}, { ...declared, socket: unknown, brightness: 0 })).failures).toMatchObject([
      { property: "brightness" },
    ]);
    expect(world.log).toEqual([]);
  });

  test("holds a first declaration against the world, and answers what is wrong there", async () => {
    const world = new World();
    world.previewed = [{ property: "socket", reason: "no power there." }];
    expect((await lampIn(world).check({}, declared)).failures).toEqual(world.previewed);
  });

  test("does not look again once the resource exists, and not at inputs that are wrong anyway", async () => {
    const world = new World();
    const lamp = lampIn(world);
    const { inputs } = await created(lamp);
    await lamp.check(inputs, declared);
    await lamp.check({}, { ...declared, brightness: 0 });
    expect(world.log.filter((line) => line === "preview")).toHaveLength(1);
  });

  test("refuses a change of what cannot be changed, and says what to do", async () => {
    const lamp = lampIn(new World());
    const { inputs } = await created(lamp);
    expect((await lamp.check(inputs, { ...declared, name: "floor" })).failures).toEqual([
      { property: "name", reason: "desk is engraved. Take another lamp." },
    ]);
    expect((await lamp.check(inputs, { ...declared, name: "DESK" })).failures).toEqual([]);
  });
});

describe("create", () => {
  test("makes the thing and answers id and every output", async () => {
    const world = new World();
    const { id, outs } = await created(lampIn(world));
    expect(id).toBe("wall/desk");
    expect(world.lamps.get("wall")).toMatchObject({ brightness: 7, owner: "project/stack/desk" });
    expect(outs).toStrictEqual({
      socket: "wall",
      name: "desk",
      title: "desk",
      brightness: 7,
      colour: null,
      beam: null,
      host: "10.0.0.1",
      token: null,
      timeouts: null,
      __owner: "project/stack/desk",
      power: "on",
      hours: null,
      warnings: [],
      __declared: { name: "desk", title: "desk", brightness: 7, __owner: "project/stack/desk" },
      __generation: expect.stringMatching(/^[0-9a-f]{12}$/),
      __unfinished: false,
      schemaVersion,
    });
  });

  test("after a killed run finds its own thing, and writes only what is missing", async () => {
    const world = new World();
    const lamp = lampIn(world);
    const first = await created(lamp);
    const again = await created(lamp);
    expect(again).toEqual({ ...first, outs: { ...first.outs, __generation: again.outs.__generation } });
    expect(again.outs.__generation).not.toBe(first.outs.__generation);
    expect(world.log.filter((line) => line.startsWith("write"))).toHaveLength(1);
    const brighter = await created(lamp, { brightness: 9 });
    expect(brighter.outs).toMatchObject({ brightness: 9, __unfinished: false });
  });

  test("refuses a stranger's thing and leaves it as it is", async () => {
    const world = new World();
    const foreign = { name: "desk", brightness: 1, owner: "other/stack/desk", power: "on" };
    world.lamps.set("wall", { ...foreign });
    const error = await watch.failureOf<Partially>(created(lampIn(world)));
    expect(error).toMatchObject({ name: "RefusedError", code: "FOREIGN_PAIR" });
    expect(error.message).toBe("Creating lamp desk: it belongs to other/stack/desk. Take another socket. Runbook: FOREIGN_PAIR.");
    expect(error).not.toHaveProperty("id");
    expect(world.lamps.get("wall")).toEqual(foreign);
  });

  test("records warnings, each once, and shows them", async () => {
    const { outs } = await created(lampIn(new World()), { brightness: 120 });
    expect(outs.warnings).toEqual(["brightness 120 is very bright."]);
    expect(watch.lines).toContain("Lamp desk: warning: brightness 120 is very bright.");
    expect(watch.lines).toContain("Lamp desk: turning it");
  });
});

describe("create that fails", () => {
  test("before anything was written records nothing", async () => {
    const world = new World();
    world.faults.observe = throwing(new Error("no answer"));
    const error = await watch.failureOf<Partially>(created(lampIn(world)));
    expect(error.message).toBe("no answer");
    expect(error).not.toHaveProperty("id");
    expect(error).not.toHaveProperty("properties");
  });

  test("because the write was refused records nothing", async () => {
    const world = new World();
    world.faults.write = throwing(new WriteRefused("Writing lamp: 409, busy."));
    const error = await watch.failureOf<Partially>(created(lampIn(world)));
    expect(error.message).toBe("Writing lamp: 409, busy.");
    expect(error).not.toHaveProperty("id");
    expect(world.lamps.size).toBe(0);
  });

  test("while its write's answer was lost records what may exist", async () => {
    const world = new World();
    world.faults.write = throwing(new Error("the connection was cut"));
    expect(await watch.failureOf<Partially>(created(lampIn(world)))).toMatchObject({ id: "wall/desk", properties: { __unfinished: true } });
  });

  test("after a write tells the engine id, everything it knows, and why", async () => {
    const world = new World();
    world.faults.wait = throwing(new Error("Lighting lamp: not done within 1m."));
    const error = await watch.failureOf<Partially>(created(lampIn(world), { brightness: 120, token: "0123456789" }));
    expect(error).toMatchObject({ id: "wall/desk", reasons: ["Lighting lamp: not done within 1m."] });
    expect(error.properties).toStrictEqual({
      __provider: declared.__provider, // the process does not add it here; without it the resource could never be read again
      socket: "wall",
      name: "desk",
      title: "desk",
      brightness: 120,
      colour: null,
      beam: null,
      host: "10.0.0.1",
      token: "0123456789",
      timeouts: null,
      __owner: "project/stack/desk",
      power: null,
      hours: null,
      warnings: ["brightness 120 is very bright."],
      __declared: { name: "desk", title: "desk", brightness: 120, __owner: "project/stack/desk" },
      __generation: expect.stringMatching(/^[0-9a-f]{12}$/),
      __unfinished: true,
      schemaVersion,
    });
  });

  test("in the wait of a second try, with nothing left to write, is recorded all the same: the thing is ours and exists", async () => {
    const world = new World();
    const lamp = lampIn(world);
    await created(lamp);
    world.faults.wait = throwing(new Error("not yet"));
    expect(await watch.failureOf<Partially>(created(lamp))).toMatchObject({ id: "wall/desk" });
    delete world.faults.wait;
    expect((await created(lamp)).outs).toMatchObject({ __unfinished: false });
  });
});
