import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { detectDrift } from "../../operations/detectDrift.js";
import { DriftReport } from "../../operations/driftReport.js";
import { parseInventory } from "../../operations/inventory.js";
import { readStatus } from "../../operations/readStatus.js";
import type { OpenedStack } from "../../operations/stack/openStack.js";
import { readStackPairs } from "../../operations/stackPairs.js";
import { forgetSnapshots } from "../../provider/agent/snapshots.js";
import { configOn, type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";
import { beacon, shining } from "./beacon.js";

// The registry with one line more: nothing else is told of the toy.
vi.mock("../../provider/index.js", async (original) => {
  const provider = await original<typeof import("../../provider/index.js")>();
  const { beacon } = await import("./beacon.js");
  return { ...provider, resources: { ...provider.resources, beacon } };
});

/** What the Automation API would give; the engine's own events are those of a refresh preview. */
let stack: OpenedStack;
vi.mock("../../operations/stack/openStack.js", async (original) => ({
  ...(await original<typeof import("../../operations/stack/openStack.js")>()),
  openStack: async () => stack,
}));

const source = { workDir: "/project", stack: "dev" };
const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic/dataminer:Beacon::north";
const type = "pulumi-nodejs:dynamic/dataminer:Beacon";
let world: PairWorld;
let declared: Record<string, unknown>;

beforeAll(async () => {
  process.env[tokenEnv] = token;
  world = await startPairWorld("82.21", { pairs: [{ config: configOn("82.21") }] });
  declared = { title: "north", left: world.connection(1), right: world.connection(2), colour: "green" };
});
afterAll(() => world.close());
beforeEach(() => {
  shining.set("north", { colour: "green", broken: false });
  forgetSnapshots();
});

const parse = (...beacons: object[]) => parseInventory(JSON.stringify({ schemaVersion: 1, beacons }), "beacons.json");

describe("a resource that only the registry knows, in an inventory", () => {
  test("has a list of its own, which its own rules judge", async () => {
    const inventory = await parse({ name: "one", expectedOnline: "main", ...declared });
    expect(inventory.entries).toMatchObject([{ resource: beacon, name: "one", declared: { colour: "green" }, expectedOnline: "main" }]);
    await expect(parse({ name: "one", ...declared, colour: "blue" })).rejects.toThrow(
      "beacons.json:1: beacons[0].colour: expected red or green.",
    );
    await expect(parse({ name: "one", ...declared }, { name: "two", ...declared })).rejects.toThrow(
      "beacons[1].title: north shines at one already.",
    );
    await expect(parseInventory('{"schemaVersion":1,"lamps":[]}', "a")).rejects.toThrow(
      "expected one of schemaVersion, pairs, virtualIps, sharedHostnameRecords, beacons",
    );
  });

  test("is found in drift, with how the Agents behind it are", async () => {
    const inventory = await parse({ name: "one", expectedOnline: "main", ...declared });
    const clean = await detectDrift({ inventory });
    expect(DriftReport.parse(clean).results).toMatchObject([{ kind: "beacon", name: "one", classes: ["clean"], online: "main" }]);

    shining.set("north", { colour: "red", broken: true });
    const { results } = await detectDrift({ inventory });
    expect(results).toMatchObject([
      {
        classes: ["drift"],
        differences: [
          { property: "colour", declared: "green", live: "red" },
          { property: "glass", at: "lens 1", declared: "whole", live: "broken" },
        ],
      },
    ]);

    shining.clear();
    expect((await detectDrift({ inventory })).results).toMatchObject([
      { differences: [{ property: "exists", declared: true, live: false }] },
    ]);
  });
});

describe("a resource that only the registry knows, in a stack", () => {
  const state = (colour: string) => ({ ...declared, title: "north", colour, broken: false });
  beforeEach(() => {
    const side = (colour: string, inputs = { ...declared, colour }) => ({ urn, type, inputs, outputs: state(colour) });
    const preview = async ({ onEvent }: { onEvent: (event: unknown) => void }) => {
      const live = shining.get("north")?.colour ?? "";
      onEvent({ resourcePreEvent: { metadata: { op: "refresh", urn, type, old: side("green") } } });
      onEvent({ resOutputsEvent: { metadata: { op: "refresh", urn, type, old: side("green"), new: side(live) } } });
      const op = live === "green" ? "same" : "update";
      onEvent({ resourcePreEvent: { metadata: { op, urn, type, old: side(live), new: side("green") } } });
    };
    stack = {
      label: "project/dev",
      folder: "/project",
      automation: { preview } as never,
      resources: [{ urn, type, name: "north", inputs: { ...declared, __provider: "" }, outputs: state("green") }],
    };
  });

  test("is found in drift by its type token", async () => {
    const clean = await detectDrift({ stacks: [source] });
    expect(DriftReport.parse(clean)).toMatchObject({ exitCode: 0, errors: [] });
    expect(clean.results).toMatchObject([{ kind: "beacon", name: "north", urn, classes: ["clean"], online: "main" }]);
    shining.set("north", { colour: "red", broken: false });
    expect((await detectDrift({ stacks: [source] })).results).toMatchObject([
      { kind: "beacon", classes: ["drift"], differences: [{ property: "colour", declared: "green", live: "red" }] },
    ]);
  });

  test("is a target of the status, and its declaration goes along", async () => {
    const [pair] = await readStackPairs(source);
    expect(pair).toMatchObject({ name: "north", urn, declared: { title: "north", colour: "green" } });
    expect(pair?.declared).not.toHaveProperty("__provider");
    const inventory = await parse({ name: "one", ...declared });
    for (const target of [pair, ...inventory.pairs]) {
      expect(target && (await readStatus(target))).toMatchObject({ name: target?.name, online: "main", state: "active", problems: [] });
    }
  });
});
