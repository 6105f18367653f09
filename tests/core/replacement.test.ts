import { describe, expect, test } from "vitest";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, World } from "./lamp.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const watch = watchForSecrets();

/** A lamp that is in state, seen from a later run. */
async function nextRun() {
  const world = new World();
  const { id, outs, inputs } = await created(lampIn(world));
  return { world, lamp: lampIn(world), id, outs, inputs };
}

describe("a run that replaces a resource", () => {
  test("says so to preview and create: the program declares anew what is in state", async () => {
    const { world, lamp, inputs } = await nextRun();
    await lamp.check(inputs, declared);
    await lamp.check({}, declared);
    expect(world.context?.isReplacement).toBe(true);
    await lamp.create(inputs);
    expect(world.context?.isReplacement).toBe(true);
  });

  test("is none when it creates what is in no state, though it checks it twice", async () => {
    const { world, lamp, inputs } = await nextRun();
    for (let times = 0; times < 2; times++) await lamp.check({}, declared);
    expect(world.context?.isReplacement).toBe(false);
    await lamp.create(inputs);
    expect(world.context?.isReplacement).toBe(false);
  });

  test("is none when it only checks what is in state", async () => {
    const { world, lamp, inputs } = await nextRun();
    await lamp.check(inputs, declared);
    await lamp.create(inputs);
    expect(world.context?.isReplacement).toBe(false);
  });

  test.each<[string, object]>([
    ["of which something is not known", { socket: unknown }],
    ["of which something was never checked", { brightness: 0 }],
  ])("takes no inputs for those of something in state %s", async (_, wrong) => {
    const { world, lamp, inputs } = await nextRun();
    await lamp.check({ ...inputs, ...wrong }, { ...declared, ...wrong, brightness: 7 });
    await lamp.check({}, declared);
    await lamp.create(inputs);
    expect(world.context?.isReplacement).toBe(false);
  });

  test("takes nothing for declared of which the name is not known yet", async () => {
    const { world, lamp, id, inputs, outs } = await nextRun();
    await lamp.check({}, { ...declared, host: unknown });
    await lamp.check(inputs, { ...declared, host: unknown });
    await lamp.delete(id, outs);
    expect(world.context).toMatchObject({ isReplacement: false, isReplaced: false });
  });
});

describe("a delete", () => {
  test("of what this run has made anew is one of a replacement", async () => {
    const { world, lamp, id, inputs, outs } = await nextRun();
    await lamp.create(inputs);
    await lamp.delete(id, outs);
    expect(world.context).toMatchObject({ isReplacement: true, isReplaced: true });
  });

  test("of what another resource of the stack stands for now is none, but what stands is that one's", async () => {
    const { world, lamp, id, outs } = await nextRun();
    await lamp.check({}, { ...declared, __owner: "project/stack/renamed" });
    await lamp.delete(id, outs);
    expect(world.context).toMatchObject({ isReplacement: false, isReplaced: true });
  });

  test("of what nobody declares any more is neither", async () => {
    const { world, lamp, id, outs } = await nextRun();
    await lamp.check({}, { ...declared, socket: "floor", __owner: "project/stack/renamed" });
    await lamp.delete(id, outs);
    expect(world.context).toMatchObject({ isReplacement: false, isReplaced: false });
  });
});

describe("a state whose thing a later creation has taken over", () => {
  test("differs in its owner, and in nothing else", async () => {
    const { lamp, id, outs, inputs } = await nextRun();
    expect((await lamp.diff(id, { ...outs, __superseded: true }, inputs)).changes).toBe(true);
    expect(watch.lines.at(-1)).toBe("Lamp desk: differs from what is declared: owner");
    expect((await lamp.diff(id, { ...outs, __superseded: false }, inputs)).changes).toBe(false);
  });

  test("is converged, also when only what is recorded has changed: the thing is looked at", async () => {
    const { world, lamp, id, outs, inputs } = await nextRun();
    const moved = { ...inputs, host: "10.0.0.2" };
    world.log.length = 0;
    await lamp.update(id, { ...outs, __superseded: true }, moved);
    expect(world.log).toContain("observe at 10.0.0.2");
    world.log.length = 0;
    await lamp.update(id, outs, moved);
    expect(world.log).toEqual(["verify at 10.0.0.2"]);
  });
});
