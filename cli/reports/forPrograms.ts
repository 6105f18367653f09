import { hostname } from "node:os";
import { Gauge, Registry } from "prom-client";
import { type DriftError, type DriftReport, type DriftResult, driftClasses } from "pulumi-dataminer-failover/operations";
import { create, type XMLElement } from "xmlbuilder";
import { classTexts, detailLines, uniqueNames } from "./text.js";

/**
 * The report for CI systems: one suite a source, one test case a result. Drift and bad health are failures; what could not be told is an
 * error; a role change passes and is told in system-out. Its form fits the schemas of Ant (strict) and of Jenkins' xUnit plugin.
 */
export function junitReport(report: DriftReport): string {
  const { results, errors, startedAt, finishedAt } = report;
  const seconds = ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(3);
  const names = uniqueNames(results);
  const root = create("testsuites", { version: "1.0", encoding: "UTF-8", invalidCharReplacement: "" });
  const sources = [...new Set([...results, ...errors].map(({ source }) => source))];
  for (const [id, source] of sources.entries()) {
    const found = results.filter((result) => result.source === source);
    const broken = errors.filter((error) => error.source === source);
    const suite = root.element("testsuite", {
      name: source,
      package: "dma-failover.drift",
      id,
      timestamp: startedAt.slice(0, 19),
      hostname: hostname() || "localhost",
      tests: found.length + broken.length,
      failures: found.filter(isFailure).length,
      errors: broken.length + found.filter(isError).length,
      skipped: 0,
      time: seconds,
    });
    suite.element("properties").element("property", { name: "exitCode", value: report.exitCode });
    for (const result of found) caseOf(suite, result, names.get(result) ?? result.name);
    for (const error of broken) errorCase(suite, error);
    suite.element("system-out", found.flatMap(outLines).join("\n"));
    suite.element("system-err", broken.map(({ message }) => message).join("\n"));
  }
  return root.end({ pretty: true });
}

const isError = ({ class: name }: DriftResult): boolean => name === "unreachable";
const isFailure = ({ class: name }: DriftResult): boolean => name === "drift" || name === "unhealthy";

function caseOf(suite: XMLElement, result: DriftResult, name: string): void {
  const test = suite.element("testcase", { name, classname: `drift.${result.kind}`, time: "0.000" });
  if (!isError(result) && !isFailure(result)) return;
  const lines = detailLines(result);
  const message = `${result.classes.map((each) => classTexts[each]).join(", ")}: ${lines[0] ?? "see the report"}`;
  test.element(isError(result) ? "error" : "failure", { message, type: result.class }, lines.join("\n"));
}

function errorCase(suite: XMLElement, { code, message }: DriftError): void {
  suite.element("testcase", { name: code, classname: "drift.run", time: "0.000" }).element("error", { message, type: code }, message);
}

/** Results that pass and still have something to say. */
const outLines = (result: DriftResult): string[] =>
  isError(result) || isFailure(result) ? [] : detailLines(result).map((line) => `${result.name}: ${line}`);

/** The report for programs, as docs/drift-report.schema.json describes it. */
export const jsonReport = (report: DriftReport): string => JSON.stringify(report, null, 2);

/** The report as metrics, for node_exporter's textfile collector or a Pushgateway. */
export function prometheusReport(report: DriftReport): Promise<string> {
  const { results, errors, counts, exitCode, startedAt, finishedAt } = report;
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `dma_failover_drift_${name}`, help, labelNames, registers: [registry] });
  const subject = ["source", "kind", "name"] as const;

  const state = gauge("class", `1 for each class that holds of a result: ${driftClasses.join(", ")}.`, ...subject, "class");
  const differences = gauge("differences", "Properties that differ from what is declared.", ...subject);
  const problems = gauge("problems", "Problems that a result shows.", ...subject);
  const total = gauge("results", "Results by their worst class.", "class");
  const broken = gauge("errors", "Sources that could not be compared.");
  const exit = gauge("exit_code", "0 clean, 2 drift, 3 unhealthy or unreachable, 1 an error.");
  const finished = gauge("finished_timestamp_seconds", "When the run ended; an old one means that no run takes place.");
  const duration = gauge("duration_seconds", "How long the run took.");

  for (const [result, name] of uniqueNames(results)) {
    const labels = { source: result.source, kind: result.kind, name };
    for (const each of driftClasses) state.set({ ...labels, class: each }, Number(result.classes.includes(each)));
    differences.set(labels, result.differences.length);
    problems.set(labels, result.problems.length);
  }
  for (const each of driftClasses) total.set({ class: each }, counts[each]);
  broken.set(errors.length);
  exit.set(exitCode);
  finished.set(Date.parse(finishedAt) / 1000);
  duration.set((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  return registry.metrics();
}
