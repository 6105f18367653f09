import { expect, test } from "vitest";
import { z } from "zod";
import { defineResource } from "../../provider/core/lifecycle.js";
import { differingKeys, type Keys, refreshedState, stateOf } from "../../provider/core/state.js";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, World } from "./lamp.js";

watchForSecrets();

interface Box {
  label: string;
  width: number;
}

/** A resource whose identity is configuration, and whose first wait fails after it was made. */
function boxes(stored: Map<string, number>) {
  const look = ({ label }: Box) => {
    const width = stored.get(label);
    return width === undefined ? undefined : { label, width };
  };
  const BoxInputs = z.strictObject({ label: z.string(), width: z.int() });
  return defineResource<typeof BoxInputs, Box>({
    drift: { kind: "box" },
    type: "Box",
    inputs: BoxInputs,
    outputs: z.object({}),
    recorded: [],
    replaces: (recorded, { label }) => (label !== undefined && label !== recorded.label ? ["label"] : []),
    timeouts: { create: 1_000, update: 1_000, delete: 1_000 },
    id: ({ label }) => label,
    observe: async (box) => look(box),
    converge: async (box, observed, context) => {
      await context.write(async () => stored.set(box.label, box.width));
      if (!observed) throw new Error("slow");
      return box;
    },
    remove: async ({ label }) => void stored.delete(label),
  });
}

async function partlyMade() {
  const stored = new Map<string, number>();
  const box = boxes(stored);
  const failure = await box.create({ label: "a", width: 1 }).catch((error: unknown) => error);
  const { id, properties } = failure as { id: string; properties: Record<string, unknown> };
  return { stored, box, id, properties };
}

test("what was made and never seen is found by read, by what was declared", async () => {
  const { box, id, properties } = await partlyMade();
  expect((await box.read(id, properties)).id).toBe(id);
});

test("what was made and never seen is removed by delete", async () => {
  const { stored, box, id, properties } = await partlyMade();
  await box.delete(id, properties);
  expect(stored.size).toBe(0);
});

test("what was made and never seen is finished, not replaced", async () => {
  const { box, id, properties } = await partlyMade();
  expect(await box.diff(id, properties, { label: "a", width: 1 })).toMatchObject({ changes: true, replaces: [] });
});

test("ceasing to declare what is absent by now is a change", () => {
  const keys: Keys = { inputs: ["a", "b"], recorded: [], outputs: [] };
  const state = refreshedState(keys, stateOf(keys, { a: 1, b: 2 }, { a: 1, b: 2 }, [], null), { a: 1 });
  expect(differingKeys(keys, state, { a: 1 })).toEqual(["b"]);
});

test("a fixed input that is not known yet passes check: it may turn out to be what it was", async () => {
  const lamp = lampIn(new World());
  const { inputs } = await created(lamp);
  const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  expect((await lamp.check(inputs, { ...declared, name: unknown })).failures).toEqual([]);
});
