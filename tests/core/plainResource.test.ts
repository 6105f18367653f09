import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineResource } from "../../provider/core/lifecycle.js";
import { watchForSecrets } from "../support/secrecy.js";
import { declared as aLamp, lampIn, World } from "./lamp.js";

const watch = watchForSecrets();
const declared = { name: "shelf", boards: 2 };

/** A resource that has nothing but what each must have. */
function shelfIn(shelves: Map<string, { boards: number }>, more: { createsBeforeReplacing?: boolean } = {}) {
  const inputs = z.strictObject({ name: z.string(), boards: z.int(), __owner: z.string().optional() });
  return defineResource<typeof inputs, { boards: number }>({
    type: "Shelf",
    drift: { kind: "shelf" },
    inputs,
    outputs: z.object({}),
    recorded: ["name"],
    timeouts: { create: 1_000, update: 1_000, delete: 1_000 },
    id: ({ name }) => name,
    observe: async ({ name }) => shelves.get(name),
    converge: async ({ name, boards }) => {
      shelves.set(name, { boards });
      return { boards };
    },
    remove: async ({ name }) => void shelves.delete(name),
    ...(more.createsBeforeReplacing === undefined
      ? {}
      : { replaces: (before, after) => (before.name === after.name ? [] : ["name" as const]), ...more }),
  });
}

describe("a resource without any rule of its own", () => {
  test("lives a whole life: created, changed, refreshed, deleted, and deleted again", async () => {
    const shelves = new Map<string, { boards: number }>();
    const shelf = shelfIn(shelves);
    const { inputs, failures } = await shelf.check({}, declared);
    expect(failures).toEqual([]);
    const { id, outs } = await shelf.create(inputs);
    expect(await shelf.diff(id, outs, inputs)).toEqual({ changes: false, replaces: [], deleteBeforeReplace: false });
    const wider = (await shelf.check(inputs, { ...declared, boards: 3 })).inputs;
    expect((await shelf.diff(id, outs, wider)).changes).toBe(true);
    const changed = await shelf.update(id, outs, wider);
    expect(shelves.get("shelf")).toEqual({ boards: 3 });
    shelves.set("shelf", { boards: 9 });
    expect((await shelf.read(id, changed.outs)).inputs).toMatchObject({ name: "shelf", boards: 9 });
    for (let times = 0; times < 2; times++) await shelf.delete(id, changed.outs);
    expect(await shelf.read(id, changed.outs)).toEqual({});
  });

  test("writes what its program says, not what another run knew: nothing is left that no plan names", async () => {
    const shelves = new Map<string, { boards: number }>();
    const shelf = shelfIn(shelves);
    const { id, outs } = await shelf.create(declared);
    shelves.set("shelf", { boards: 9 });
    await shelf.update(id, outs, { ...declared, name: "rack", boards: 2, __owner: "room/test/shelf" });
    expect(shelves.get("rack")).toEqual({ boards: 2 });
  });

  test("has a change of what is only recorded recorded, with no warning that nobody gave", async () => {
    const shelf = shelfIn(new Map());
    const { id, outs } = await shelf.create(declared);
    const { warnings: _, ...withoutWarnings } = outs;
    for (const before of [outs, withoutWarnings]) {
      expect((await shelf.update(id, before, { ...declared, name: "rack" })).outs).toMatchObject({ name: "rack", warnings: [] });
    }
  });

  test("is called by its type where it has no name", async () => {
    const shelf = shelfIn(new Map());
    const { id, outs } = await shelf.create(declared);
    await shelf.diff(id, outs, { ...declared, boards: 5 });
    expect(watch.lines.at(-1)).toBe("Shelf: differs from what is declared: boards");
  });

  test.each([
    [false, true],
    [true, false],
  ])("that creates before it replaces (%s) has the old one go first: %s", async (createsBeforeReplacing, deleteBeforeReplace) => {
    const shelf = shelfIn(new Map(), { createsBeforeReplacing });
    const { id, outs } = await shelf.create(declared);
    expect(await shelf.diff(id, outs, { ...declared, name: "rack" })).toMatchObject({ replaces: ["name"], deleteBeforeReplace });
    expect(await shelf.diff(id, outs, declared)).toMatchObject({ replaces: [], deleteBeforeReplace: false });
  });
});

describe("a declaration by itself", () => {
  const { __provider: _, ...lampArgs } = aLamp;

  test("is judged without asking anybody: canonical, or everything that is wrong", () => {
    const world = new World();
    expect(lampIn(world).judge({ ...lampArgs, brightness: undefined })).toEqual({
      inputs: { ...lampArgs, name: "desk", title: "desk", brightness: 5 },
      failures: [],
    });
    const { inputs, failures } = lampIn(world).judge({ ...lampArgs, brightness: 0, colour: 3 });
    expect(inputs).toBeUndefined();
    expect(failures.map(({ property }) => property)).toEqual(["brightness", "colour"]);
    expect(shelfIn(new Map()).judge(declared)).toEqual({ inputs: declared, failures: [] });
    expect(world.log).toEqual([]);
  });

  test("is held to the live thing, and nobody is told at a console", async () => {
    const world = new World();
    const lamp = lampIn(world);
    const before = watch.lines.length;
    expect(await lamp.inspect({ ...lampArgs, brightness: 0 })).toMatchObject({
      failures: [{ property: "brightness" }],
      exists: false,
      live: {},
      differences: [],
    });
    expect(await lamp.inspect(lampArgs)).toEqual({
      failures: [],
      exists: false,
      inputs: { ...lampArgs, name: "desk", title: "desk" },
      live: {},
      differences: [],
    });
    const real = { name: "desk", title: "desk", brightness: 9, owner: declaredOwner, power: "broken", hours: 3 };
    world.lamps.set("wall", real);
    expect(await lamp.inspect(lampArgs)).toMatchObject({
      failures: [],
      exists: true,
      inputs: { brightness: 7 },
      live: { brightness: 9, power: "broken", hours: 3, warnings: [] },
      differences: [
        { property: "brightness", declared: 7, live: 9 },
        { property: "power", declared: "on", live: "broken" },
      ],
    });
    world.lamps.set("wall", { ...real, brightness: 7, power: "on" });
    expect((await lamp.inspect(lampArgs)).differences).toEqual([]);
    expect(watch.lines.slice(before)).toEqual([]);
  });
});

const declaredOwner = aLamp.__owner;
