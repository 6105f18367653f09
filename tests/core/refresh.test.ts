import { describe, expect, test } from "vitest";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, throwing, World } from "./lamp.js";

const watch = watchForSecrets();

async function aLamp(changes: object = {}) {
  const world = new World();
  const lamp = lampIn(world);
  const { id, outs, inputs } = await created(lamp, changes);
  const real = world.lamps.get("wall");
  if (!real) throw new Error("There is no lamp in the wall.");
  /** What `preview --refresh` does: read, check against what read returned, diff. */
  const refresh = async (program: object = {}) => {
    const { props = {}, inputs: seen = {} } = await lamp.read(id, outs);
    const { inputs: news, failures } = await lamp.check(seen, { ...declared, ...changes, ...program });
    return { props, seen, news, failures, ...(await lamp.diff(id, props, news)) };
  };
  return { world, lamp, id, outs, inputs, real, refresh };
}

describe("read", () => {
  test("of an unchanged thing answers state and inputs as they were", async () => {
    const { lamp, id, outs, inputs, refresh } = await aLamp({ token: "0123456789" });
    expect(await lamp.read(id, outs)).toStrictEqual({ id, props: outs, inputs });
    expect(await refresh()).toMatchObject({ changes: false, failures: [] });
  });

  test("shows a managed key that was changed behind our back as drift, and update puts it back", async () => {
    const { lamp, id, real, refresh, world } = await aLamp();
    real.brightness = 1;
    const { props, seen, news, changes } = await refresh();
    expect(changes).toBe(true);
    expect(seen).toMatchObject({ brightness: 1 });
    expect(watch.lines.at(-1)).toBe("Lamp desk: differs from what is declared: brightness");
    await lamp.update(id, props, news);
    expect(world.lamps.get("wall")?.brightness).toBe(7);
  });

  test("shows a managed key that vanished as drift", async () => {
    const { real, refresh } = await aLamp({ colour: "warm" });
    delete real.colour;
    const { props, seen, changes } = await refresh();
    expect(changes).toBe(true);
    expect(props.colour).toBeNull();
    expect(seen).not.toHaveProperty("colour");
  });

  test("never takes an unmanaged key for drift", async () => {
    const { real, refresh } = await aLamp();
    real.colour = "cold";
    real.beam = { width: 3 };
    const { props, seen, changes } = await refresh();
    expect(changes).toBe(false);
    expect(props).toMatchObject({ colour: null, beam: null });
    expect(seen).not.toHaveProperty("colour");
  });

  test("never takes an output for drift", async () => {
    const { real, refresh } = await aLamp();
    real.power = "off";
    real.hours = 12;
    const { props, changes } = await refresh();
    expect(changes).toBe(false);
    expect(props).toMatchObject({ power: "off", hours: 12 });
  });

  test("shows a fixed key that changed behind our back as drift, without taking it for the program's change", async () => {
    const { lamp, id, real, refresh, world } = await aLamp();
    real.name = "stolen";
    const { props, seen, news, changes, failures } = await refresh();
    expect(props).toMatchObject({ name: "stolen" });
    expect(seen).toMatchObject({ name: "desk" });
    expect(failures).toEqual([]);
    expect(changes).toBe(true);
    const error = await watch.failureOf(lamp.update(id, props, news));
    expect(error.message).toBe("Updating Lamp: name: stolen is engraved. Take another lamp. Runbook: FIXED_INPUT.");
    expect(world.lamps.get("wall")?.name).toBe("stolen");
  });

  test("still lets check refuse the program's own change of a fixed key", async () => {
    const { real, refresh } = await aLamp();
    real.name = "stolen";
    expect((await refresh({ name: "floor" })).failures).toMatchObject([{ property: "name" }]);
  });

  test("of a vanished thing answers nothing, so that the engine drops it", async () => {
    const { world, lamp, id, outs } = await aLamp();
    world.lamps.clear();
    expect(await lamp.read(id, outs)).toStrictEqual({});
  });

  test("that cannot tell fails, and never answers that the thing is gone", async () => {
    const { world, lamp, id, outs } = await aLamp();
    world.faults.observe = throwing(new Error("no answer"));
    expect((await watch.failureOf(lamp.read(id, outs))).message).toBe("no answer");
  });

  test("of a resource that was only named by its id fails in words", async () => {
    const { lamp } = await aLamp();
    const error = await watch.failureOf(lamp.read("wall/desk", { ...declared }));
    expect(error).toMatchObject({ name: "StateError", code: "NOT_OUR_STATE" });
  });

  test("keeps warnings, and what is recorded", async () => {
    const { lamp, id, outs } = await aLamp({ brightness: 120, timeouts: { create: "5m" } });
    expect((await lamp.read(id, outs)).props).toMatchObject({
      warnings: ["brightness 120 is very bright."],
      host: "10.0.0.1",
      timeouts: { create: "5m" },
    });
  });
});

describe("delete", () => {
  test("removes what stands in state, and may be called again", async () => {
    const { world, lamp, id, outs } = await aLamp();
    await lamp.delete(id, outs);
    expect(world.lamps.size).toBe(0);
    await lamp.delete(id, outs);
    expect(world.log.slice(-2)).toEqual(["remove desk at 10.0.0.1", "remove desk at 10.0.0.1"]);
  });

  test("that fails says why, and the resource stays", async () => {
    const { world, lamp, id, outs } = await aLamp();
    world.faults.remove = throwing(new Error("Ending lamp: it is still hot."));
    expect((await watch.failureOf(lamp.delete(id, outs))).message).toBe("Ending lamp: it is still hot.");
  });

  test("refuses state that a newer version wrote", async () => {
    const { world, lamp, id, outs } = await aLamp();
    expect(await watch.failureOf(lamp.delete(id, { ...outs, schemaVersion: 99 }))).toMatchObject({ code: "STATE_TOO_NEW" });
    expect(world.lamps.size).toBe(1);
  });
});
