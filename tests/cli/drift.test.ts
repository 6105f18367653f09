import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DriftReport } from "../../operations/driftReport.js";
import { type Fate, names, type SixPairs, startSixPairs } from "../operations/sixPairs.js";
import { type Ran, runCommand, startCommand } from "../support/commandLine.js";
import { token, tokenEnv } from "../support/world.js";
import { junitProblem, readMetrics } from "./reportChecks.js";

let six: SixPairs;
let folder: string;

beforeAll(async () => {
  process.env[tokenEnv] = token;
  folder = await mkdtemp(join(tmpdir(), "drift-"));
  six = await startSixPairs(84);
});
afterAll(async () => {
  await six.close();
  await rm(folder, { recursive: true });
});

/** An inventory file of these pairs. */
async function inventoryOf(pairs: readonly Fate[], file = "pairs.json"): Promise<string> {
  const entries = pairs.map((name) => ({ name, expectedOnline: "main", ...six.declared(name) }));
  await writeFile(join(folder, file), JSON.stringify({ schemaVersion: 1, pairs: entries }));
  return join(folder, file);
}

const read = (file: string) => readFile(join(folder, file), "utf8");
const reportOf = (text: string) => DriftReport.parse(JSON.parse(text));
const kinds = ["text", "json", "junit", "prometheus"];
const filesIn = (place: string) => kinds.flatMap((kind) => [`--${kind}-file`, join(folder, place, kind)]);

test("six pairs as they are to be are clean", async () => {
  const ran = await runCommand(["drift", "--inventory", await inventoryOf(names)]);
  expect(ran).toMatchObject({ exitCode: 0, err: "" });
  expect(ran.out).toMatch(/6 compared at .*: 6 clean\.\n$/);
});

describe("one run over six pairs of an inventory", () => {
  let ran: Ran;

  beforeAll(async () => {
    await six.disturb();
    ran = await runCommand(["drift", "--inventory", await inventoryOf(names), ...filesIn("once")]);
  });

  test("ends with 3, and writes four reports at once", async () => {
    expect(ran).toMatchObject({ exitCode: 3, err: "" });
    expect((await readdir(join(folder, "once"))).sort()).toEqual([...kinds].sort());
  });

  test("has the classes in its JSON", async () => {
    const { results, exitCode } = reportOf(await read("once/json"));
    expect(Object.fromEntries(results.map(({ name, classes }) => [name, classes.join("+")]))).toEqual({
      clean: "clean",
      heartbeat: "drift",
      role: "roleChange",
      database: "unhealthy",
      half: "unreachable+unhealthy",
      dead: "unreachable",
    });
    expect(exitCode).toBe(3);
  });

  test("has them in its text, which is also printed", async () => {
    const text = await read("once/text");
    expect(ran.out).toBe(text);
    expect([...text.matchAll(/^(\S+(?: change)?) +pair +(\S+)/gm)].map(([, worst, name]) => [worst, name])).toEqual([
      ["unreachable", "half"],
      ["unreachable", "dead"],
      ["unhealthy", "database"],
      ["drift", "heartbeat"],
      ["role change", "role"],
      ["clean", "clean"],
    ]);
    expect(text).toMatch(/: 2 unreachable, 1 unhealthy, 1 drift, 1 role change, 1 clean\.$/m);
  });

  test("has them in its JUnit file, which fits the schema", async () => {
    expect(await junitProblem(join(folder, "once/junit"))).toBeUndefined();
    const xml = await read("once/junit");
    expect(xml).toMatch(/tests="6" failures="2" errors="2"/);
    expect([...xml.matchAll(/<(failure|error) message=.* type="(\w+)">/g)].map(([, kind, type]) => [kind, type])).toEqual([
      ["failure", "drift"],
      ["failure", "unhealthy"],
      ["error", "unreachable"],
      ["error", "unreachable"],
    ]);
  });

  test("has them in its metrics, which a parser reads", async () => {
    const samples = await readMetrics(join(folder, "once/prometheus"));
    const holding = samples.filter((line) => line.startsWith("dma_failover_drift_class ") && line.endsWith(" 1.0"));
    expect(holding.map((line) => /'class', '(\w+)'.*'name', '(\w+)'/.exec(line)?.slice(1))).toEqual([
      ["clean", "clean"],
      ["drift", "heartbeat"],
      ["roleChange", "role"],
      ["unhealthy", "database"],
      ["unhealthy", "half"],
      ["unreachable", "half"],
      ["unreachable", "dead"],
    ]);
    expect(samples).toContain("dma_failover_drift_exit_code [] 3.0");
  });

  test("has no token in any of them", async () => {
    for (const kind of kinds) expect(await read(`once/${kind}`)).not.toContain(token);
  });
});

describe("the exit code", () => {
  test("is 2 for drift alone, and 0 for a change of role alone", async () => {
    expect((await runCommand(["drift", "-i", await inventoryOf(["clean", "heartbeat"])])).exitCode).toBe(2);
    expect((await runCommand(["drift", "-i", await inventoryOf(["clean", "role"])])).exitCode).toBe(0);
  });

  test("is 1 for a bad inventory, whose problems stand in every report", async () => {
    await writeFile(join(folder, "bad.yaml"), `schemaVersion: 1\npairs:\n  - name: north\n    main: { host: 10.0.0.1, token: ${token} }\n`);
    const ran = await runCommand(["drift", "-i", join(folder, "bad.yaml"), ...filesIn("bad")]);
    expect(ran.exitCode).toBe(1);
    expect(ran.out).toMatch(/^error +.*bad\.yaml:4: pairs\[0\]\.main\.token: expected tokenEnv .*$/m);
    expect(await junitProblem(join(folder, "bad/junit"))).toBeUndefined();
    expect(reportOf(await read("bad/json")).errors.map(({ code }) => code)).toContain("INVENTORY_INVALID");
    expect(await readMetrics(join(folder, "bad/prometheus"))).toContain("dma_failover_drift_exit_code [] 1.0");
    for (const kind of kinds) expect(await read(`bad/${kind}`)).not.toContain(token);
  });

  test.each([
    ["no source", ["drift"], /What to compare: expected --inventory, --stack or both, found none\. See --help\./],
    ["a file that is not there", ["drift", "-i", "nowhere.yaml"], /nowhere\.yaml: it cannot be read \(ENOENT/],
    ["a folder without a project", ["drift", "-s", "dev", "-C", tmpdir()], /Reading stack dev in .*Check the folder, the name/],
    ["a count that is none", ["drift", "-i", "pairs.yaml", "--concurrency", "0"], /It must be a whole number from 1 to 9999\./],
  ])("is 1 for %s, with what to do", async (_, args, told) => {
    const ran = await runCommand(args);
    expect(ran.exitCode).toBe(1);
    expect(ran.out + ran.err).toMatch(told);
  });

  test("is 1 when a report cannot be written, and the old one stays", async () => {
    await writeFile(join(folder, "a-file"), "");
    const ran = await runCommand(["drift", "-i", await inventoryOf(["clean"]), "--json-file", join(folder, "a-file", "report.json")]);
    expect(ran).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/Writing .*report\.json: .*Give a path that can be written here\./),
    });
  });
});

test("--json prints the report, and nothing else", async () => {
  const ran = await runCommand(["drift", "-i", await inventoryOf(["clean", "heartbeat"]), "--json"]);
  expect(reportOf(ran.out)).toMatchObject({ exitCode: 2, counts: { clean: 1, drift: 1 } });
});

test("a report file is replaced as a whole", async () => {
  const file = join(folder, "whole.json");
  await writeFile(file, "the one before", { mode: 0o644 });
  const { ino } = await stat(file);
  await runCommand(["drift", "-i", await inventoryOf(["clean"]), "--json-file", file]);
  expect((await stat(file)).ino).not.toBe(ino);
  expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("Ctrl+C ends a run at once with 130, and writes nothing", async () => {
  const pairs = await inventoryOf(["dead"]);
  const ran = await runCommand(["drift", "-i", pairs, "--json-file", join(folder, "stopped.json")], { interrupt: Promise.resolve() });
  expect(ran.exitCode).toBe(130);
  expect(await readdir(folder)).not.toContain("stopped.json");
});

test("the command itself ends by itself", async () => {
  const { ended } = startCommand(["drift", "-i", await inventoryOf(["clean", "heartbeat"])], { [tokenEnv]: token });
  expect(await ended).toMatchObject({ exitCode: 2, err: "", out: expect.stringMatching(/1 drift, 1 clean/) });
});
