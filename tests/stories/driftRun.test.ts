import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { detectDrift } from "../../operations/detectDrift.js";
import { DriftReport, type DriftResult } from "../../operations/driftReport.js";
import type { StackSource } from "../../operations/stack/openStack.js";
import { endPair } from "../../provider/agent/client.js";
import { Connection } from "../../provider/agent/connection.js";
import { junitProblem, readMetrics } from "../cli/reportChecks.js";
import { names, type SixPairs, startSixPairs } from "../operations/sixPairs.js";
import { sourceOf } from "../operations/stackSource.js";
import { type Ran, runCommand } from "../support/commandLine.js";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const sixPairsProgram = `
const { DmaAgent, FailoverPair } = require("pulumi-dataminer-failover");
for (const [name, { main, backup, ...pair }] of Object.entries(require("./declaration.json"))) {
  const members = { main: new DmaAgent(name + "-main", main), backup: new DmaAgent(name + "-backup", backup) };
  new FailoverPair(name, { ...pair, ...members });
}
`;

describe("one drift run over a stack of six pairs", () => {
  let six: SixPairs;
  let stack: Stack;
  let folder: string;
  let before: string;
  let ran: Ran;
  const environment = { ...process.env };

  beforeAll(async () => {
    six = await startSixPairs(83, (name) => `story/test/${name}`);
    stack = await Stack.create({ program: sixPairsProgram, environment: { [tokenEnv]: token } });
    await stack.declare(Object.fromEntries(names.map((name) => [name, six.declared(name)])));
    succeeded(await stack.up());
    await six.disturb();
    before = (await stack.exported()).text;
    await stack.succeed("stack", "init", "other"); // which selects it
    six.simulator.requests.clear();
    folder = await mkdtemp(join(tmpdir(), "drift-"));
    Object.assign(process.env, (await sourceOf(stack, { [tokenEnv]: token })).environment);
    const files = ["text", "json", "junit", "prometheus"].flatMap((kind) => [`--${kind}-file`, join(folder, kind)]);
    ran = await runCommand(["drift", "--stack", "test", "--cwd", stack.folder, ...files]);
  });
  afterAll(async () => {
    process.env = environment;
    await six.close();
    await stack.remove();
    await rm(folder, { recursive: true });
  });

  const read = (kind: string) => readFile(join(folder, kind), "utf8");

  test("tells what became of each pair, although one of them cannot be read at all", async () => {
    expect(ran.err).toBe("");
    const report = DriftReport.parse(JSON.parse(await read("json")));
    const pairs = report.results.filter(({ kind }) => kind === "pair");
    expect(Object.fromEntries(pairs.map(({ name, classes }) => [name, classes]))).toEqual({
      clean: ["clean"],
      heartbeat: ["drift"],
      role: ["roleChange"],
      database: ["unhealthy"],
      half: ["unreachable", "unhealthy"],
      dead: ["unreachable"],
    });
    expect(pairs.find(({ name }) => name === "heartbeat")?.differences).toEqual([
      { property: "heartbeats[1].maxFailures", declared: 3, live: 9 },
    ]);
    expect(pairs.find(({ name }) => name === "role")).toMatchObject({ online: "backup", expectedOnline: "main" });
    const agents = report.results.filter(({ kind, class: worst }) => kind === "agent" && worst !== "clean");
    expect(agents.map(({ name, class: worst }) => [name, worst])).toEqual([
      ["dead-backup", "unreachable"],
      ["dead-main", "unreachable"],
      ["half-backup", "unreachable"],
    ]);
    expect(report).toMatchObject({ exitCode: 3, errors: [] });
    expect(ran.exitCode).toBe(3);
  });

  test("writes the same as text, JUnit and metrics", async () => {
    const text = await read("text");
    expect(text).toMatch(/^unreachable +pair +dead +story\/test +nobody online$/m);
    expect(text).toMatch(/^ {2}heartbeats\[1\]\.maxFailures: declared 3, live 9$/m);
    expect(text).toMatch(/^ {2}online: main before, backup now$/m);
    expect(text).toMatch(/18 compared at .*: 5 unreachable, 1 unhealthy, 1 drift, 1 role change, 10 clean\.$/m);
    expect(ran.out).toBe(text);
    expect(await junitProblem(join(folder, "junit"))).toBeUndefined();
    expect(await read("junit")).toContain('<testsuite name="story/test" package="dma-failover.drift" id="0"');
    expect(await readMetrics(join(folder, "prometheus"))).toContain(
      "dma_failover_drift_class [('class', 'unhealthy'), ('kind', 'pair'), ('name', 'half'), ('source', 'story/test')] 1.0",
    );
  });

  test("changes nothing: not the Agents, not the state, not which stack is selected", async () => {
    expect(new Set(six.simulator.requests.all().map(({ method }) => method))).toEqual(new Set(["GET"]));
    const stacks = JSON.parse(await stack.succeed("stack", "ls", "--json")) as { name: string; current: boolean }[];
    expect(stacks.filter(({ current }) => current).map(({ name }) => name)).toEqual(["other"]);
    await stack.succeed("stack", "select", "test");
    expect((await stack.exported()).text).toBe(before);
  });
});

describe("a drift run over a stack", () => {
  let world: PairWorld;
  let stack: Stack;
  let source: StackSource;
  /** The same token, but known to the program as a secret only. */
  const literal = token;

  const declare = (more: object = {}, pair: object = {}) =>
    stack.declare({
      agents: { main: world.connection(1, { tokenEnv: undefined, token: literal }), backup: world.connection(2) },
      pair: { main: "main", backup: "backup", ...world.pair(pair) },
      ...more,
    });
  const run = async () => {
    const report = await detectDrift({ stacks: [source] });
    expect(JSON.stringify(report)).not.toContain(token);
    return report;
  };
  const pairIn = ({ results }: DriftReport): DriftResult => results.find(({ kind }) => kind === "pair")!;
  const program = `
    const pulumi = require("@pulumi/pulumi");
    const { DmaAgent, FailoverPair } = require("pulumi-dataminer-failover");
    const { agents, pair, extra, broken } = require("./declaration.json");
    const { token, ...rest } = agents?.main ?? {};
    if (broken) throw new Error("the program is broken");
    if (pair) {
      const main = new DmaAgent("main", { ...rest, token: pulumi.secret(token) });
      const backup = new DmaAgent("backup", agents.backup);
      new FailoverPair("the-pair", { ...pair, main, backup });
    }
    const echo = { create: async (inputs) => ({ id: "1", outs: inputs }), update: async (id, olds, outs) => ({ outs }) };
    class Echo extends pulumi.dynamic.Resource { constructor(value) { super(echo, "echo", { value }); } }
    if (pair) new Echo(extra ?? "as it was");
  `;

  beforeAll(async () => {
    world = await startPairWorld("84.1");
    stack = await Stack.create({ program, environment: { [tokenEnv]: token } });
    source = await sourceOf(stack, { [tokenEnv]: token });
    delete process.env[tokenEnv];
  });
  afterAll(async () => {
    await world.close();
    await stack.remove();
  });

  test("that is empty, or is not there, is an error and not clean", async () => {
    const empty = await run();
    expect(empty).toMatchObject({ exitCode: 1, results: [], errors: [{ source: "story/test", code: "NOTHING_TO_COMPARE" }] });
    const { errors, exitCode } = await detectDrift({
      stacks: [
        { ...source, stack: "other" },
        { ...source, workDir: join(stack.folder, "home") },
      ],
    });
    expect(exitCode).toBe(1);
    expect(errors.map(({ code }) => code)).toEqual(["STACK_UNREADABLE", "STACK_UNREADABLE"]);
    expect(errors[0]?.message).toMatch(/^Reading stack other in .*: no stack named 'other' found\. Check the folder, the name,/);
  });

  test("is clean right after up, with the token of the state and that of the environment", async () => {
    await declare();
    succeeded(await stack.up());
    const report = await run();
    expect(report).toMatchObject({ exitCode: 0, errors: [] });
    expect(report.results.map(({ kind, name, class: worst }) => [kind, name, worst])).toEqual([
      ["pair", "the-pair", "clean"],
      ["agent", "backup", "clean"],
      ["agent", "main", "clean"],
    ]);
  });

  test("tells what the program says now, and what something else in it does", async () => {
    await declare({ extra: "otherwise" }, { mode: "manual", syncInterface: 1 });
    const { results, exitCode } = await run();
    expect(exitCode).toBe(2);
    expect(results.find(({ kind }) => kind === "pair")?.differences).toEqual([
      { property: "mode", declared: "manual", live: "automatic" },
      { property: "syncInterface", declared: 1, live: null },
    ]);
    expect(results.find(({ kind }) => kind === "resource")).toMatchObject({
      name: "echo",
      class: "drift",
      differences: [{ property: "value", declared: "otherwise", live: "as it was" }],
    });
  });

  test("still tells what changed behind its back when the program is broken, and is an error", async () => {
    await declare({ broken: true });
    world.simulator.pair().editConfig({ mode: "manual" });
    const report = await run();
    expect(report).toMatchObject({ exitCode: 1, errors: [{ source: "story/test", code: "PREVIEW_FAILED" }] });
    expect(report.errors[0]?.message).toContain("the program is broken");
    expect(pairIn(report)).toMatchObject({ class: "drift", differences: [{ property: "mode", declared: "automatic", live: "manual" }] });
    world.simulator.pair().editConfig({ mode: "automatic" });
  });

  test("tells a rotated secret from no difference, although both look alike", async () => {
    await declare({ agents: { main: world.connection(1, { tokenEnv: undefined, token: ` ${token}` }), backup: world.connection(2) } });
    const { differences } = pairIn(await run());
    expect(differences).toEqual([{ property: "main.token", declared: "[secret]", live: "[secret]" }]);
  });

  test("calls nothing clean whose declaration is refused, and compares the rest", async () => {
    await declare({}, { heartbeats: [] });
    const { results, errors, exitCode } = await run();
    expect(exitCode).toBe(1);
    expect(errors).toEqual([{ source: "story/test", code: "PREVIEW_FAILED", message: expect.stringContaining("heartbeats") }]);
    expect(results.map(({ name, class: worst }) => [name, worst])).toEqual([
      ["the-pair", "unreachable"],
      ["backup", "clean"],
      ["main", "clean"],
    ]);
  });

  test("finds a resource that the program has given up", async () => {
    await declare({ pair: null, agents: undefined });
    const { results } = await run();
    expect(new Set(results.map(({ differences }) => JSON.stringify(differences)))).toEqual(
      new Set([JSON.stringify([{ property: "exists", declared: false, live: true }])]),
    );
  });

  test("leaves out what cannot be read, and compares the rest: a pair that was ended by hand, its backup reset", async () => {
    await declare();
    const main = Connection.parse(world.connection(1));
    process.env[tokenEnv] = token;
    const { revision, pair } = world.simulator.agent(world.address(1)).snapshot();
    const end = { mode: "delete" as const, keep: world.address(1), reset: world.address(2), offlineUnavailable: false };
    const signal = AbortSignal.timeout(10_000);
    await endPair(main, 111, { ...end, requestId: randomUUID(), revision, owner: pair?.owner ?? "" }, { signal });
    delete process.env[tokenEnv];
    await world.simulator.settled();
    const { results, errors, exitCode } = await run();
    expect(errors).toEqual([]);
    expect(exitCode).toBe(3);
    expect(results.map(({ name, classes }) => [name, classes])).toEqual([
      ["the-pair", ["unreachable", "unhealthy", "drift"]],
      ["backup", ["unreachable"]],
      ["main", ["clean"]],
    ]);
    expect(results[0]?.differences).toEqual([{ property: "exists", declared: true, live: false }]);
    expect(results[1]?.problems.map(({ text }) => text).join()).toMatch(/401/);
  });
});
