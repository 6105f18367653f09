import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DriftReport } from "../../operations/driftReport.js";
import { parseInventory } from "../../operations/inventory.js";
import { junitProblem, readMetrics } from "../cli/reportChecks.js";
import { type Fate, type SixPairs, startSixPairs } from "../operations/sixPairs.js";
import { sourceOf } from "../operations/stackSource.js";
import type { Ran } from "../support/commandLine.js";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { token, tokenEnv } from "../support/world.js";

const example = resolve(__dirname, "../../examples/drift-watch");
/** What `npx dma-failover` is where the package is installed. */
const command = resolve(__dirname, "../../cli/bin/dma-failover.js");

let six: SixPairs;
let stack: Stack;
let environment: Record<string, string>;
let webhook: Server;
const told: string[] = [];

beforeAll(async () => {
  six = await startSixPairs(82, (name) => (name === "clean" ? "story/production/pair" : null));
  stack = await Stack.create({ stack: "production", environment: { [tokenEnv]: token } });
  const { main, backup, ...pair } = six.declared("clean");
  await stack.declare({ agents: { main, backup }, pair: { ...pair, main: "main", backup: "backup" } });
  succeeded(await stack.up());
  const entries = (["heartbeat", "role"] as Fate[]).map((name) => ({ name, expectedOnline: "main", ...six.declared(name) }));
  await stack.write("pairs.yaml", JSON.stringify({ schemaVersion: 1, pairs: entries }));
  webhook = createServer((request, response) => {
    let body = "";
    request.on("data", (text: Buffer) => (body += text.toString()));
    request.on("end", () => {
      told.push((JSON.parse(body) as { text: string }).text);
      response.end();
    });
  });
  await new Promise<void>((done) => webhook.listen(0, "127.0.0.1", done));
  environment = await shell();
});
afterAll(async () => {
  await new Promise((done) => webhook.close(done));
  await six.close();
  await stack.remove();
});

/** The variables of a pipeline, and an `npx` that runs this package's command. */
async function shell(): Promise<Record<string, string>> {
  const bin = join(stack.folder, "shell");
  await mkdir(bin);
  await writeFile(join(bin, "npx"), `#!/bin/sh\n[ "$1" = dma-failover ] && shift && exec node "${command}" "$@"\n`);
  await writeFile(join(bin, "npm"), "#!/bin/sh\n");
  for (const name of ["npx", "npm"]) await chmod(join(bin, name), 0o755);
  const { environment: variables = {} } = await sourceOf(stack, { [tokenEnv]: token });
  return { ...variables, PATH: `${bin}:${variables.PATH}` };
}

function run(program: string, args: string[], more: Record<string, string> = {}): Promise<Ran> {
  const child = spawn(program, args, { cwd: stack.folder, env: { ...environment, ...more }, stdio: ["ignore", "pipe", "pipe"] });
  const ran: Ran = { exitCode: null, out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (ran.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (ran.err += text.toString()));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (exitCode) => done({ ...ran, exitCode }));
  });
}

/** The example's own program, as a scheduler starts it. */
function watch(): Promise<Ran> {
  const address = webhook.address();
  const port = typeof address === "object" ? address?.port : 0;
  return run(process.execPath, ["--import", "tsx", join(example, "index.ts")], {
    PROJECT_FOLDER: stack.folder,
    INVENTORY: join(stack.folder, "pairs.yaml"),
    WEBHOOK_URL: `http://127.0.0.1:${port}/`,
  });
}

test("the inventory of the example is one", async () => {
  const { entries } = await parseInventory(await readFile(join(example, "pairs.yaml"), "utf8"), "pairs.yaml");
  expect(entries.map(({ resource }) => resource.drift.kind)).toEqual(["pair", "pair", "virtualIp", "record"]);
});

describe("the program of the example", () => {
  test("says nothing when all is clean", async () => {
    expect(await watch()).toMatchObject({ exitCode: 0, out: "" });
    expect(told).toEqual([]);
  });

  test("tells what has changed, once, and when that is over", async () => {
    six.simulator.pair(six.address("heartbeat", 1)).editConfig({ mode: "manual" });
    await six.simulator.pair(six.address("role", 1)).switchRoles();
    const drifted = await watch();
    expect(drifted.exitCode).toBe(2);
    expect(drifted.out).toContain("drift: pair heartbeat of");
    expect(drifted.out).toContain('mode is "manual" instead of "automatic"');
    expect(drifted.out).toContain("online is backup, it was main");
    expect((await watch()).exitCode).toBe(2);
    expect(told).toEqual([drifted.out.trimEnd()]);
    six.simulator.pair(six.address("heartbeat", 1)).editConfig({ mode: "automatic" });
    await six.simulator.pair(six.address("role", 1)).switchRoles();
    expect((await watch()).exitCode).toBe(0);
    expect(told.slice(1)).toEqual(["All Failover pairs are as declared again."]);
  });
});

interface Workflow {
  jobs: { drift: { steps: { name?: string; run?: string }[] } };
}

describe("the pipelines of the example", () => {
  const read = async (file: string): Promise<unknown> => parse(await readFile(join(example, file), "utf8"));
  const scripts = {
    "github-actions.yml": async () =>
      ((await read("github-actions.yml")) as Workflow).jobs.drift.steps.flatMap(({ run: script }) => script ?? []),
    "gitlab-ci.yml": async () => ((await read("gitlab-ci.yml")) as Record<string, { script: string[] }>)["failover-drift"]?.script ?? [],
  };

  test.each(Object.entries(scripts))("%s: its commands compare stack and inventory, and leave every report", async (_, script) => {
    await rm(join(stack.folder, "reports"), { recursive: true, force: true });
    six.simulator.pair(six.address("clean", 1)).editConfig({ mode: "manual" });
    const summary = join(stack.folder, "summary");
    const codes: (number | null)[] = [];
    for (const line of await script()) codes.push((await run("bash", ["-e", "-c", line], { GITHUB_STEP_SUMMARY: summary })).exitCode);
    expect(codes.filter((code) => code !== 0)).toEqual([2]);
    const report = DriftReport.parse(JSON.parse(await readFile(join(stack.folder, "reports/drift.json"), "utf8")));
    expect(report.results.map(({ name, class: worst }) => [name, worst])).toEqual([
      ["pair", "drift"],
      ["backup", "clean"],
      ["main", "clean"],
      ["heartbeat", "clean"],
      ["role", "clean"],
    ]);
    expect(await junitProblem(join(stack.folder, "reports/drift.xml"))).toBeUndefined();
    expect((await readMetrics(join(stack.folder, "reports/drift.prom"))).length).toBeGreaterThan(0);
    expect(await readFile(join(stack.folder, "reports/drift.txt"), "utf8")).toContain("mode: declared automatic, live manual");
    six.simulator.pair(six.address("clean", 1)).editConfig({ mode: "automatic" });
  });
});
