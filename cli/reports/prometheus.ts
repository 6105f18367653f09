import { Gauge, Registry } from "prom-client";
import { type DriftReport, driftClasses } from "pulumi-dataminer-failover/operations";
import { uniqueNames } from "./text.js";

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
