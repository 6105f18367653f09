import { expect, test } from "vitest";
import { differingKeys, refreshedState, stateOf } from "/work/main/provider/core/state.js";
import { defineResource } from "/work/main/provider/core/lifecycle.js";
import { created, declared, lampIn, throwing, World } from "/work/main/tests/core/lamp.js";
import { z } from "zod";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
test("1 check lets a fixed key that is unknown through", async () => {
  const lamp = lampIn(new World());
  const { inputs } = await created(lamp);
  expect((await lamp.check(inputs, { ...declared, name: unknown })).failures).toEqual([]);
});
function box(things: Map<string,{width:number}>, wait: ()=>void) {
  return defineResource({
    type: "Box", inputs: z.strictObject({ label: z.string(), width: z.int() }), outputs: [], recorded: [], replaces: ["label"],
    timeouts: {create:1000,update:1000,delete:1000}, id: (i:any)=>i.label,
    observe: async (i:any) => { const t = things.get(i.label); return t && { label: i.label, ...t }; },
    converge: async (i:any,_o:any,c:any) => { await c.write(async()=>things.set(i.label,{width:i.width})); wait(); return { label: i.label, ...things.get(i.label)! } as any; },
    remove: async (r:any) => { things.delete(r.label); },
  } as any);
}
test("2 read after a partial create finds the thing", async () => {
  const things = new Map(); const b = box(things, throwing(new Error("slow")) as any);
  const e: any = await b.create({ label: "a", width: 1 }).catch((x) => x);
  expect(await b.read(e.id, e.properties)).not.toEqual({});
});
test("3 delete after a partial create removes the thing", async () => {
  const things = new Map(); const b = box(things, throwing(new Error("slow")) as any);
  const e: any = await b.create({ label: "a", width: 1 }).catch((x) => x);
  await b.delete(e.id, e.properties);
  expect(things.size).toBe(0);
});
test("4 ceasing to manage a key whose live value is absent is a change", async () => {
  const keys = { inputs: ["a", "b"], recorded: [], outputs: [] };
  const s = refreshedState(keys, stateOf(keys, { a: 1, b: 2 }, { a: 1, b: 2 }, false, []), { a: 1 });
  expect(differingKeys(keys, s, { a: 1 })).toEqual(["b"]);
});
test("5 a diff whose replaces-key has drifted does not replace", async () => {
  const things = new Map(); const b = box(things, () => {});
  const { outs } = await b.create({ label: "a", width: 1 });
  // after partial failure: label null in state
  const e: any = await box(new Map(), throwing(new Error("slow")) as any).create({ label: "a", width: 1 }).catch((x) => x);
  expect(await b.diff("a", e.properties, { label: "a", width: 1 })).toMatchObject({ replaces: [] });
});
