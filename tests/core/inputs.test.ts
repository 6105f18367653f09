import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Connection } from "../../provider/agent/connection.js";
import { Timeouts } from "../../provider/core/fields.js";
import { checkInputs } from "../../provider/core/inputs.js";
import type { JsonObject } from "../../provider/core/values.js";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownList = "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2";
const unknownObject = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";

const Target = z.union([z.strictObject({ agent: z.enum(["main", "backup"]) }), z.strictObject({ address: z.string().min(3) })]);

const Inputs = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .overwrite((text) => text.toLowerCase()),
    size: z.int().min(1),
    lit: z.boolean(),
    tags: z.array(z.string().min(2)).overwrite((list) => [...list].sort()),
    lamp: z.strictObject({ volts: z.int().max(400), plug: z.string().optional() }).optional(),
    target: Target.optional(),
    shape: z.discriminatedUnion("kind", [z.strictObject({ kind: z.literal("round"), radius: z.int() })]).optional(),
    mode: z.enum(["on", "off"]).default("on"),
    timeouts: Timeouts.optional(),
    connection: Connection.optional(),
  })
  .superRefine((inputs, context) => {
    if (inputs.lit && inputs.mode === "off") context.addIssue({ code: "custom", path: ["mode"], message: "expected on when lit." });
  });

const good: JsonObject = { name: "desk", size: 2, lit: true, tags: ["ab", "cd"] };
const judge = (changes: JsonObject) => checkInputs(Inputs, { ...good, ...changes });
const properties = (changes: JsonObject) => judge(changes).failures.map(({ property }) => property);

describe("inputs that are all known", () => {
  test("come back in their one spelling, with defaults", () => {
    expect(judge({ name: "DESK", tags: ["zz", "aa"] })).toEqual({
      inputs: { name: "desk", size: 2, lit: true, tags: ["aa", "zz"], mode: "on" },
      failures: [],
    });
  });

  test("may be null where they may be left out, at any depth", () => {
    const { inputs, failures } = judge({ lamp: { volts: 12, plug: null }, target: null, mode: null });
    expect(failures).toEqual([]);
    expect(inputs).toStrictEqual({ ...good, lamp: { volts: 12 }, mode: "on" });
  });

  test("fail one by one, each under its own name", () => {
    expect(properties({ name: "", size: 0.5, tags: ["x"], lamp: { volts: 500 } })).toEqual(["name", "size", "tags.0", "lamp.volts"]);
  });

  test("fail where something is missing or null", () => {
    expect(properties({ name: undefined, size: null })).toEqual(["name", "size"]);
  });

  test("may hold no stray key, and a nested one is named with its path", () => {
    expect(judge({ colour: "red" }).failures).toEqual([{ property: "colour", reason: '"colour" is no input here.' }]);
    expect(judge({ lamp: { volts: 12, watts: 5, lumen: 9 } }).failures).toEqual([
      { property: "lamp.watts", reason: '"watts", "lumen" is no input here.' },
    ]);
    expect(properties({ toString: 1, constructor: 2 })).toEqual(["toString"]);
  });

  test("of a union fail with what each of its members expects", () => {
    const [failure] = judge({ target: { agent: "middle" } }).failures;
    expect(failure?.property).toBe("target");
    expect(failure?.reason).toMatch(/"main".*"backup".*; or: /);
  });

  test("are held to rules between them", () => {
    expect(judge({ mode: "off" }).failures).toEqual([{ property: "mode", reason: "expected on when lit." }]);
  });

  test("come back as they were given when one of them is wrong", () => {
    expect(judge({ name: "DESK", size: 0 }).inputs).toMatchObject({ name: "DESK", size: 0 });
  });
});

describe("an unknown", () => {
  test.each(["name", "size", "lit", "tags", "lamp", "target", "shape", "mode", "timeouts", "connection"])(
    "may stand in place of %s and is passed on",
    (key) => {
      for (const sentinel of [unknown, unknownList, unknownObject]) {
        expect(judge({ [key]: sentinel })).toMatchObject({ inputs: { [key]: sentinel }, failures: [] });
      }
    },
  );

  test.each([
    ["in a list", { tags: ["ab", unknown] }],
    ["in an object", { lamp: { volts: unknown } }],
    ["as an optional field", { lamp: { volts: 12, plug: unknown } }],
    ["in a member of a union", { target: { agent: unknown } }],
    ["as what tells the members of a union apart", { shape: { kind: unknown, radius: 2 } }],
    ["in a duration", { timeouts: { create: unknown } }],
  ])("is let through %s, and the value is passed on as it is", (_where, changes) => {
    expect(judge(changes)).toMatchObject({ inputs: changes, failures: [] });
  });

  test("does not hide what else is wrong, beside it and around it", () => {
    expect(properties({ name: unknown, size: 0 })).toEqual(["size"]);
    expect(properties({ tags: [unknown, "x"] })).toEqual(["tags.1"]);
    expect(properties({ lamp: { volts: 500, plug: unknown } })).toEqual(["lamp.volts"]);
    expect(properties({ lamp: { plug: unknown } })).toEqual(["lamp.volts"]);
    expect(properties({ name: unknown, size: undefined })).toEqual(["size"]);
    expect(properties({ timeouts: { create: unknown, update: "soon" } })).toEqual(["timeouts.update"]);
  });

  test("does not hide a stray key, at the top or nested", () => {
    expect(judge({ name: unknown, colour: "red" }).failures).toEqual([
      { property: "colour", reason: '"colour" is no input of this resource.' },
    ]);
    expect(judge({ name: unknown, colour: unknown }).failures.map(({ property }) => property)).toEqual(["colour"]);
    expect(properties({ lamp: { volts: unknown, watts: 5 } })).toEqual(["lamp.watts"]);
    expect(properties({ name: unknown, constructor: 1 })).toEqual(["constructor"]);
  });

  test("leaves the other inputs in their one spelling, with defaults", () => {
    expect(judge({ size: unknown, name: "DESK", tags: ["zz", "aa"], target: null })).toStrictEqual({
      inputs: { name: "desk", size: unknown, lit: true, tags: ["aa", "zz"], mode: "on" },
      failures: [],
    });
  });

  test("anywhere keeps rules between inputs from being judged", () => {
    expect(judge({ size: unknown, lit: true, mode: "off" }).failures).toEqual([]);
  });
});

describe("a connection of which something is unknown", () => {
  const known = { host: "10.0.0.1", tokenEnv: "TOKEN" };

  test.each([
    ["its host", { ...known, host: unknown }],
    ["its address", { host: "agent.example.com", address: unknown, tokenEnv: "TOKEN" }],
    ["its token", { host: "10.0.0.1", token: unknown }],
    ["its host, while address is left out", { host: unknown, token: unknown }],
  ])("is not held to its rules yet: %s", (_what, connection) => {
    expect(judge({ connection }).failures).toEqual([]);
  });

  test("is held to them when the unknown is in another input", () => {
    expect(judge({ size: unknown, connection: { host: "agent.example.com", tokenEnv: "TOKEN" } }).failures).toEqual([
      { property: "connection.address", reason: expect.stringContaining("corporate IP address") },
    ]);
    expect(properties({ size: unknown, connection: { host: "10.0.0.1" } })).toEqual(["connection.tokenEnv"]);
  });

  test("still has each of its known fields judged", () => {
    expect(properties({ connection: { host: unknown, tokenEnv: "TOKEN", port: 0, address: "nowhere" } })).toEqual([
      "connection.address",
      "connection.port",
    ]);
  });
});
