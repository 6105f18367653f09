import { afterAll, beforeAll, expect, test } from "vitest";
import { detectDrift } from "../../operations/detectDrift.js";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import type { PairControl } from "../../simulator/index.js";
import { sourceOf } from "../operations/stackSource.js";
import { eventually } from "../support/patience.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

let world: PairWorld;
let stack: Stack;
let pair: PairControl;
let declared: PairConfig;

const declare = (more?: object) =>
  stack.declare({
    agents: { main: world.connection(1), backup: world.connection(2) },
    pair: { main: "main", backup: "backup", ...world.pair({ syncInterface: 1, restartWhenGoingOffline: false }), ...more },
  });

beforeAll(async () => {
  world = await startPairWorld("52.1", { others: { 3: { name: "DMA-OTHER" } } });
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
  await declare();
  const { code, output } = await stack.up();
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  pair = world.simulator.pair();
  declared = pair.config;
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

const edits: [key: string, edit: (config: PairConfig) => Partial<PairConfig>][] = [
  ["mode", () => ({ mode: "manual" })],
  ["heartbeats", ({ heartbeats }) => ({ heartbeats: heartbeats.map((one) => ({ ...one, maxFailures: 9 })) })],
  ["heartbeats", ({ heartbeats }) => ({ heartbeats: heartbeats.slice(1) })],
  ["virtualIps", ({ virtualIps }) => ({ virtualIps: virtualIps.map((one) => ({ ...one, address: world.address(6) })) })],
  ["syncInterface", () => ({ syncInterface: 2 })],
  ["restartWhenGoingOffline", () => ({ restartWhenGoingOffline: true })],
  ["type", () => ({ type: "sharedHostname", virtualIps: [], hostname: "dma.example.com" })],
  ["main", ({ main }) => ({ main: { ...main, address: world.address(3) } })],
  ["backup", ({ backup }) => ({ backup: { ...backup, address: world.address(3) } })],
];

test.each(edits)("a changed %s behind our back is drift: exit 7, named, and gone when it is put back", async (key, edit) => {
  pair.editConfig(edit(declared));
  const found = await stack.drift();
  expect(`${found.code}\n${found.output}`).toMatch(/^7\n/);
  expect(found.output).toMatch(new RegExp(`FailoverPair pair: differs from what is declared: .*\\b${key}\\b`));
  pair.editConfig(declared);
  const after = await stack.drift();
  expect(`${after.code}\n${after.output}`).toMatch(/^0\n/);
});

test("up repairs what drifted, and what the program does not say stays as somebody set it", async () => {
  await declare({ restartWhenGoingOffline: undefined });
  expect((await stack.up()).code).toBe(0);
  pair.editConfig({ mode: "manual", restartWhenGoingOffline: true });
  const repaired = await stack.run("up", "--yes", "--skip-preview", "--refresh");
  expect(`${repaired.code}\n${repaired.output}`).toMatch(/^0\n/);
  expect(pair.config).toMatchObject({ mode: "automatic", restartWhenGoingOffline: true });
});

test("an option that the program does not declare is no drift", async () => {
  pair.editConfig({ restartWhenGoingOffline: false });
  const { code, output } = await stack.drift();
  expect(`${code}\n${output}`).toMatch(/^0\n/);
});

test("a fixed thing that changed behind our back is refused by up, with the cure", async () => {
  pair.editConfig({ type: "sharedHostname", virtualIps: [], hostname: "dma.example.com" });
  const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--refresh");
  expect(code).not.toBe(0);
  expect(output).toContain("it is of type sharedHostname, declared is virtualIp. End that pair first");
  pair.editConfig({ ...declared });
  expect((await stack.run("up", "--yes", "--skip-preview", "--refresh")).code).toBe(0);
});

test("a pair that waits for its virtual address for longer than it may is not clean, neither for Pulumi nor for a drift run of ours", async () => {
  world.simulator.setForeignHost(world.address(5), true);
  pair.startSwitch();
  const literal = `Failover Status is Acquiring Virtual IP Address ${world.address(5)} `;
  // A second of ours is half an hour of theirs, and the CLI takes longer than that.
  await eventually(() => expect(world.simulator.agent(world.address(2)).snapshot().status?.failoverStatus).toMatch(/^Acquiring/));
  const { code, output } = await stack.drift();
  expect(`${code}\n${output}`).toMatch(/^7\n/);
  expect(output).toContain("FailoverPair pair: differs from what is declared: stuck");
  expect(output).toMatch(
    new RegExp(`FailoverPair pair: backup ${world.address(2)}: ${literal}\\(for .*, longer than the 2m that it may take\\)`),
  );
  const report = await detectDrift({ stacks: [await sourceOf(stack, { [tokenEnv]: token })] });
  expect(report).toMatchObject({ exitCode: 3, errors: [] });
  expect(report.results.find(({ kind }) => kind === "pair")).toMatchObject({ classes: ["unhealthy"], differences: [] });
  expect(
    report.results
      .find(({ kind }) => kind === "pair")
      ?.problems.map(({ text }) => text)
      .join(),
  ).toContain(literal);
  world.simulator.setForeignHost(world.address(5), false);
  await pair.settled();
  const after = await stack.drift();
  expect(`${after.code}\n${after.output}`, "a switch that has ended is none").toMatch(/^0\n/);
});

test("a member that is silent keeps the pair in state, and the drift run does not call it clean", async () => {
  world.simulator.agent(world.address(2)).stop();
  const { code, output } = await stack.drift();
  expect(`${code}\n${output}`).toMatch(/^7\n/);
  expect(output).toContain("DmaAgent backup: differs from what is declared: reachable");
  world.simulator.agent(world.address(2)).start();
  await world.simulator.settled();
});

test("a pair whose members are both silent is an error, never a vanished pair", async () => {
  for (const last of [1, 2]) world.simulator.agent(world.address(last)).stop();
  const { code, output } = await stack.drift();
  expect([0, 7]).not.toContain(code);
  expect(output).toContain("neither member answers");
  for (const last of [1, 2]) world.simulator.agent(world.address(last)).start();
  await world.simulator.settled();
});
