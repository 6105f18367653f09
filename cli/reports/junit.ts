import { hostname } from "node:os";
import type { DriftError, DriftReport, DriftResult } from "pulumi-dataminer-failover/operations";
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
