import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { coloursFor } from "../../cli/output/terminal.js";
import { jsonReport, junitReport, prometheusReport } from "../../cli/reports/forPrograms.js";
import { textReport } from "../../cli/reports/text.js";
import { type DriftError, DriftReport, type DriftResult, driftClasses, makeReport } from "../../operations/driftReport.js";
import { parseInventory } from "../../operations/inventory.js";
import { driftReportSchema, schemaFile } from "../../tools/driftReportSchema.js";
import { junitProblem, readMetrics } from "./reportChecks.js";

const startedAt = new Date("2026-03-01T06:00:00.250Z");
const finishedAt = new Date("2026-03-01T06:00:02.500Z");

const result = (name: string, more: Partial<DriftResult> = {}): DriftResult => ({
  ...{ kind: "pair" as const, name, source: "pairs.yaml", urn: null, class: more.classes?.[0] ?? "clean", classes: ["clean"] },
  ...{ differences: [], problems: [], online: null, expectedOnline: null, members: null, ...more },
});
const results: DriftResult[] = [
  result("clean", { online: "main" }),
  result("moved", { classes: ["roleChange"], online: "backup", expectedOnline: "main" }),
  result("changed", { classes: ["drift"], differences: [{ property: "mode", declared: "manual", live: "automatic" }] }),
  result("ill", {
    classes: ["unhealthy", "drift"],
    problems: [{ kind: "row", row: "Database", text: "backup 10.0.0.2: Database is Failing." }],
    differences: [{ property: "heartbeats", declared: [1], live: null }],
  }),
  result("away", {
    classes: ["unreachable"],
    source: "shop/production",
    urn: "urn:pulumi:x",
    kind: "agent",
    problems: [{ kind: "untold", text: "It does not answer." }],
  }),
];
const errors: DriftError[] = [
  { source: "shop/other", code: "STACK_UNREADABLE", message: "Reading stack shop/other: it is not there. Check the name." },
];
/** Whatever stands in a product's texts or in a program's names. */
const hostile = `<b a="1">&'\u0001\ud800\ufffe]]> {}\\" \n # HELP`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reports-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(text: string): Promise<string> {
  const file = join(folder, "report");
  await writeFile(file, text);
  return file;
}

const report = makeReport(results, errors, startedAt, finishedAt);
const plain = coloursFor(false);

describe("the exit code", () => {
  test.each([
    [0, ["clean", "roleChange"], 0],
    [2, ["clean", "drift", "roleChange"], 0],
    [3, ["drift", "unhealthy"], 0],
    [3, ["drift", "unreachable"], 0],
    [1, ["clean"], 1],
    [1, ["unreachable"], 1],
    [1, [], 1],
  ] as const)("is %i for %j and %i errors", (exitCode, classes, broken) => {
    const found = classes.map((name) => result(name, { classes: [name] }));
    expect(makeReport(found, errors.slice(0, broken), startedAt, finishedAt).exitCode).toBe(exitCode);
  });
});

describe("as JSON", () => {
  test("the report is what its schema says, and the published schema is that of the source", async () => {
    expect(DriftReport.parse(JSON.parse(jsonReport(report)))).toEqual(report);
    const published: unknown = JSON.parse(await readFile(schemaFile, "utf8"));
    expect(published, "run `npx tsx tools/driftReportSchema.ts && npm run format`").toEqual(
      JSON.parse(JSON.stringify(driftReportSchema())),
    );
  });
});

describe("as JUnit", () => {
  test("drift and bad health are failures, what cannot be told is an error, a role change passes and is told", async () => {
    const xml = junitReport(report);
    expect(await junitProblem(await written(xml))).toBeUndefined();
    const suites = [...xml.matchAll(/<testsuite name="([^"]*)".*? tests="(\d)" failures="(\d)" errors="(\d)" skipped="0" time="2.250">/g)];
    expect(suites.map(([, ...parts]) => parts)).toEqual([
      ["pairs.yaml", "4", "2", "0"],
      ["shop/production", "1", "0", "1"],
      ["shop/other", "1", "0", "1"],
    ]);
    expect(xml).toContain(
      '<failure message="drift: mode: declared manual, live automatic" type="drift">mode: declared manual, live automatic</failure>',
    );
    expect(xml).toContain('<failure message="unhealthy, drift: heartbeats: declared [1], live nothing" type="unhealthy">');
    expect(xml).toContain('<error message="unreachable: It does not answer." type="unreachable">');
    expect(xml).toContain('<error message="Reading stack shop/other: it is not there. Check the name." type="STACK_UNREADABLE">');
    expect(xml).toContain("<system-out>moved: online: main before, backup now</system-out>");
    expect(xml).toContain('timestamp="2026-03-01T06:00:00"');
  });

  test("the check finds a file that is none, so that it means something", async () => {
    expect(await junitProblem(await written(junitReport(report).replace('tests="4"', "")))).toMatch(/tests.*required/);
  });
});

describe("as metrics", () => {
  test("each result has each class, and the run its outcome", async () => {
    const samples = await readMetrics(await written(await prometheusReport(report)));
    const about = "('kind', 'pair'), ('name', 'ill'), ('source', 'pairs.yaml')]";
    expect(samples.filter((line) => line.includes("'ill'"))).toEqual([
      `dma_failover_drift_class [('class', 'clean'), ${about} 0.0`,
      `dma_failover_drift_class [('class', 'roleChange'), ${about} 0.0`,
      `dma_failover_drift_class [('class', 'drift'), ${about} 1.0`,
      `dma_failover_drift_class [('class', 'unhealthy'), ${about} 1.0`,
      `dma_failover_drift_class [('class', 'unreachable'), ${about} 0.0`,
      `dma_failover_drift_differences [${about} 1.0`,
      `dma_failover_drift_problems [${about} 1.0`,
    ]);
    expect(samples).toEqual(
      expect.arrayContaining([
        "dma_failover_drift_results [('class', 'unhealthy')] 1.0",
        "dma_failover_drift_errors [] 1.0",
        "dma_failover_drift_exit_code [] 1.0",
        "dma_failover_drift_duration_seconds [] 2.25",
        `dma_failover_drift_finished_timestamp_seconds [] ${finishedAt.getTime() / 1000}`,
      ]),
    );
  });

  test("two resources of one name keep apart", async () => {
    const twins = ["a", "b"].map((urn) => result("twin", { urn, source: "shop/production" }));
    const samples = await readMetrics(await written(await prometheusReport(makeReport(twins, [], startedAt, finishedAt))));
    expect(samples.filter((line) => /^dma_failover_drift_problems/.test(line))).toHaveLength(2);
  });
});

describe("as text", () => {
  test("the worst comes first, each with what there is to say, and the counts last", () => {
    expect(textReport(report, plain).split("\n")).toEqual([
      "unreachable  Agent  away     shop/production",
      "  It does not answer.",
      "unhealthy    pair   ill      pairs.yaml",
      "  heartbeats: declared [1], live nothing",
      "  backup 10.0.0.2: Database is Failing.",
      "drift        pair   changed  pairs.yaml",
      "  mode: declared manual, live automatic",
      "role change  pair   moved    pairs.yaml       backup online",
      "  online: main before, backup now",
      "clean        pair   clean    pairs.yaml       main online",
      "error  Reading stack shop/other: it is not there. Check the name.",
      "",
      "5 compared at 2026-03-01T06:00:00.250Z: 1 not compared, 1 unreachable, 1 unhealthy, 1 drift, 1 role change, 1 clean.",
    ]);
  });

  test("colours are for whoever wants them, and change nothing else", () => {
    const coloured = textReport(report, coloursFor(true));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(textReport(report, plain));
    expect(coloured).not.toBe(textReport(report, plain));
  });
});

test("hostile texts break no format", async () => {
  const nasty = makeReport(
    [
      result(hostile, {
        classes: ["drift"],
        source: hostile,
        problems: [{ kind: hostile, text: hostile }],
        differences: [{ property: hostile, declared: hostile, live: { [hostile]: [hostile] } }],
      }),
    ],
    [{ source: hostile, code: "PREVIEW_FAILED", message: hostile }],
    startedAt,
    finishedAt,
  );
  expect(await junitProblem(await written(junitReport(nasty)))).toBeUndefined();
  expect((await readMetrics(await written(await prometheusReport(nasty)))).length).toBeGreaterThan(10);
  expect(DriftReport.parse(JSON.parse(jsonReport(nasty)))).toBeDefined();
});

describe("docs/drift.md", () => {
  const page = readFileSync("docs/drift.md", "utf8");
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) => text ?? "");
  const only = (language: string, holding: string) => blocks(language).find((text) => text.includes(holding)) ?? "";

  test("has examples that are what they are said to be", async () => {
    expect(DriftReport.parse(JSON.parse(only("json", "schemaVersion"))).counts.drift).toBe(1);
    expect((await parseInventory(only("yaml", "schemaVersion"), "pairs.yaml")).pairs).toHaveLength(1);
    expect(await junitProblem(await written(`<testsuites>${only("xml", "testsuite")}</testsuites>`))).toBeUndefined();
    expect(await readMetrics(await written(only("", "dma_failover_drift_class")))).toHaveLength(9);
    expect(parse(only("yaml", "alert"))).toHaveLength(3);
  });

  test("names each class, and metrics that there are", async () => {
    for (const name of driftClasses) expect(page).toContain(`| \`${name}\` |`);
    const metrics = await prometheusReport(report);
    for (const [name] of page.matchAll(/dma_failover_\w+/g)) expect(metrics).toContain(`# TYPE ${name} gauge`);
  });

  test("has links that lead somewhere", () => {
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "").filter((link) => !link.startsWith("https:"));
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join("docs", link)))).toEqual([]);
  });
});
