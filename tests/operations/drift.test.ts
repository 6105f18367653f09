import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { detectDrift } from "../../operations/detectDrift.js";
import { DriftReport, type DriftResult } from "../../operations/driftReport.js";
import { type Inventory, parseInventory } from "../../operations/inventory.js";
import { configOn, startPairWorld, token, tokenEnv } from "../support/world.js";
import { names, type SixPairs, startSixPairs } from "./sixPairs.js";

beforeAll(() => {
  process.env[tokenEnv] = token;
});

const parse = (lists: object): Promise<Inventory> => parseInventory(stringify({ schemaVersion: 1, ...lists }), "pairs.yaml");

/** The only result of an inventory with one entry. */
async function driftOf(lists: object): Promise<DriftResult> {
  const { results, errors } = await detectDrift({ inventory: await parse(lists) });
  expect(errors).toEqual([]);
  expect(results).toHaveLength(1);
  return results[0] as DriftResult;
}

describe("one run over six pairs of an inventory", () => {
  let six: SixPairs;
  let report: DriftReport;

  beforeAll(async () => {
    six = await startSixPairs(82);
    const inventory = await parse({ pairs: names.map((name) => ({ name, expectedOnline: "main", ...six.declared(name) })) });
    await six.disturb();
    six.simulator.requests.clear();
    report = await detectDrift({ inventory });
  });
  afterAll(() => six.close());

  test("tells what became of each, the worst class first", () => {
    expect(Object.fromEntries(report.results.map(({ name, classes }) => [name, classes]))).toEqual({
      clean: ["clean"],
      heartbeat: ["drift"],
      role: ["roleChange"],
      database: ["unhealthy"],
      half: ["unreachable", "unhealthy"],
      dead: ["unreachable"],
    });
    expect(report.results.map((result) => result.class)).toEqual(report.results.map(({ classes }) => classes[0]));
    expect(report).toMatchObject({
      exitCode: 3,
      errors: [],
      counts: { clean: 1, roleChange: 1, drift: 1, unhealthy: 1, unreachable: 2 },
    });
    expect(DriftReport.parse(report)).toEqual(report);
  });

  test("names the property with both values, the role that moved, and each problem", () => {
    const { heartbeat, role, database, half, dead } = Object.fromEntries(report.results.map((result) => [result.name, result]));
    expect(heartbeat?.differences).toEqual([{ property: "heartbeats[1].maxFailures", declared: 3, live: 9 }]);
    expect(role).toMatchObject({ online: "backup", expectedOnline: "main", differences: [], problems: [] });
    expect(database?.problems).toEqual([
      expect.objectContaining({ kind: "row", key: "database", member: { position: "backup", address: "127.82.4.2" } }),
    ]);
    expect(half?.problems[0]).toMatchObject({
      kind: "unreachable",
      runbook: "AGENT_UNREACHABLE",
      text: expect.stringMatching(/^backup 127\.82\.5\.2: .* Runbook: AGENT_UNREACHABLE\.$/),
    });
    expect(half?.members).toMatchObject({ main: { reachable: true }, backup: { reachable: false, led: "red" } });
    expect(dead?.problems.map(({ kind, member }) => [kind, member?.address])).toEqual([
      ["unreachable", "127.82.6.1"],
      ["unreachable", "127.82.6.2"],
    ]);
  });

  test("asks each Agent once", () => {
    const asked = six.simulator.agents.filter(({ isRunning }) => isRunning);
    expect(asked.map(({ address }) => six.simulator.requests.count({ addressed: address }))).toEqual(asked.map(() => 1));
  });
});

describe("an inventory run", () => {
  test("finds a pair that was ended, an option that was changed and a type that is another one", async () => {
    const world = await startPairWorld("82.11", {
      others: { 3: { name: "ALONE" }, 4: { name: "ALSO-ALONE" } },
      pairs: [{ config: configOn("82.11", { mode: "manual" }) }],
    });
    try {
      const pair = { name: "one", main: world.connection(1), backup: world.connection(2), ...world.pair() };
      expect(await driftOf({ pairs: [pair] })).toMatchObject({
        class: "drift",
        differences: [{ property: "mode", declared: "automatic", live: "manual" }],
      });
      const alone = { name: "two", main: world.connection(3), backup: world.connection(4), ...world.pair() };
      expect(await driftOf({ pairs: [alone] })).toMatchObject({
        classes: ["drift"],
        differences: [{ property: "exists", declared: true, live: false }],
      });
      const { virtualIps: _, ...rest } = pair as Record<string, unknown>;
      const { differences } = await driftOf({ pairs: [{ ...rest, hostname: "dma.example.com" }] });
      expect(differences).toContainEqual({ property: "type", declared: "sharedHostname", live: "virtualIp" });
    } finally {
      await world.close();
    }
  });

  test("compares lists of another length as a whole, and leaves alone what is not declared", async () => {
    const { heartbeats } = configOn("82.12");
    const world = await startPairWorld("82.12", {
      pairs: [{ config: configOn("82.12", { heartbeats: heartbeats.slice(0, 2), syncInterface: 1 }) }],
    });
    try {
      const { differences } = await driftOf({
        pairs: [{ name: "one", main: world.connection(1), backup: world.connection(2), ...world.pair() }],
      });
      expect(
        differences.map(({ property, declared, live }) => [property, (declared as unknown[]).length, (live as unknown[]).length]),
      ).toEqual([["heartbeats", 4, 2]]);
    } finally {
      await world.close();
    }
  });

  test("finds a pair with two online members unhealthy, never clean and never a mere change of role", async () => {
    const world = await startPairWorld("82.13", { pairs: [{ config: configOn("82.13") }] });
    try {
      const pair = world.simulator.pair();
      pair.breakPath();
      await world.simulator.until(() => pair.online === "both");
      const result = await driftOf({
        pairs: [{ name: "one", expectedOnline: "main", main: world.connection(1), backup: world.connection(2), ...world.pair() }],
      });
      expect(result).toMatchObject({ class: "unhealthy", online: "both" });
      expect(result.classes).not.toContain("roleChange");
      expect(result.problems).toContainEqual(expect.objectContaining({ kind: "bothOnline" }));
    } finally {
      await world.close();
    }
  });

  test.each([
    [
      "a token that is not accepted",
      async (world: World) => world.connection(2, { tokenEnv: "STORY_OTHER_TOKEN" }),
      /401.*Runbook: AGENT_REFUSED\./,
    ],
    [
      "a token that is not there",
      async (world: World) => world.connection(2, { tokenEnv: "STORY_NO_TOKEN" }),
      /STORY_NO_TOKEN is not set.*Runbook: TOKEN_MISSING\./,
    ],
    ["another protocol", async (world: World) => world.connection(2, { protocol: "https" }), /does not speak https/],
  ])("takes %s for unreachable, with the reason", async (_, backup, reason) => {
    process.env.STORY_OTHER_TOKEN = "another-token-that-nobody-knows-of";
    const world = await startPairWorld("82.14", { pairs: [{ config: configOn("82.14") }] });
    try {
      const result = await driftOf({ pairs: [{ name: "one", main: world.connection(1), backup: await backup(world), ...world.pair() }] });
      expect(result.class).toBe("unreachable");
      expect(result.problems[0]?.text).toMatch(reason);
      expect(JSON.stringify(result)).not.toContain("another-token-that-nobody-knows-of");
    } finally {
      await world.close();
    }
  });

  test("tells of records and virtual addresses by name, and asks an Agent once that several entries name", async () => {
    const world = await startPairWorld("82.15", {
      pairs: [{ config: configOn("82.15") }],
      dns: { zone: "skyline.local" },
      main: { registersInDns: false },
    });
    try {
      await world.simulator.registered();
      const { server, key } = world.simulator.dns!;
      const dns = {
        server: `${server.host}:${server.port}`,
        zone: "skyline.local",
        key: { name: key!.name, secretEnv: "STORY_DNS_SECRET" },
      };
      process.env.STORY_DNS_SECRET = key!.secret;
      const agents = [world.connection(1), world.connection(2)];
      const lists = {
        pairs: [{ name: "one", main: agents[0], backup: agents[1], ...world.pair() }],
        virtualIps: [{ name: "virtual", agents, address: world.address(5), prefixLength: 24, network: "corporate" }],
        sharedHostnameRecords: [{ name: "portal", hostname: "portal.skyline.local", addresses: [world.address(1), world.address(2)], dns }],
      };
      world.simulator.requests.clear();
      const { results, exitCode } = await detectDrift({ inventory: await parse(lists), concurrency: 1 });
      expect(results.map(({ kind, name, class: worst }) => [kind, name, worst])).toEqual([
        ["pair", "one", "clean"],
        ["virtualIp", "virtual", "drift"],
        ["record", "portal", "drift"],
      ]);
      expect(exitCode).toBe(2);
      expect(results[1]?.differences).toEqual([
        { property: "registersInDns", at: "interface 1 of backup 127.82.15.2", declared: false, live: true },
      ]);
      expect(results[2]?.differences).toContainEqual({ property: "addresses", declared: ["127.82.15.1", "127.82.15.2"], live: [] });
      expect([1, 2].map((last) => world.simulator.requests.count({ addressed: world.address(last) }))).toEqual([1, 1]);

      world.simulator.agent(world.address(2)).stop();
      await world.simulator.nameServer.stop();
      const after = await detectDrift({ inventory: await parse(lists) });
      expect(after.results.map(({ class: worst, differences }) => [worst, differences])).toEqual([
        ["unreachable", []],
        ["unreachable", []],
        ["unreachable", []],
      ]);
    } finally {
      await world.close();
    }
  });

  test("tells how far it is, and ends at once when it is aborted", async () => {
    const world = await startPairWorld("82.16", { pairs: [{ config: configOn("82.16") }] });
    try {
      const inventory = await parse({ pairs: [{ name: "one", main: world.connection(1), backup: world.connection(2), ...world.pair() }] });
      const steps: unknown[] = [];
      await detectDrift({ inventory, onProgress: (step) => steps.push(step) });
      expect(steps).toEqual([{ done: 1, total: 1, name: "one" }]);
      for (const last of [1, 2]) world.simulator.agent(world.address(last)).cutOff();
      const controller = new AbortController();
      const run = detectDrift({ inventory, signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(run).rejects.toThrow("enough");
    } finally {
      await world.close();
    }
  });

  test("needs something to compare", async () => {
    await expect(detectDrift({})).rejects.toMatchObject({ code: "NOTHING_TO_COMPARE" });
  });
});

type World = Awaited<ReturnType<typeof startPairWorld>>;
