import {
  type Difference,
  type DriftClass,
  type DriftReport,
  type DriftResult,
  driftClasses,
  kindText,
} from "pulumi-dataminer-failover/operations";
import { type Colours, formatTable } from "../output/terminal.js";

/** "heartbeats[1].maxFailures: declared 3, live 9". */
function differenceLine({ property, at, declared, live }: Difference): string {
  return `${property}: ${at === undefined ? "" : `${at}: `}declared ${valueText(declared)}, live ${valueText(live)}`;
}

/** Everything there is to say of one result: first what differs, then what is wrong. */
export const detailLines = ({ differences, problems, ...result }: DriftResult): string[] => [
  ...differences.map(differenceLine),
  ...(result.classes.includes("roleChange") ? [`online: ${roleText(result.expectedOnline)} before, ${roleText(result.online)} now`] : []),
  ...problems.map(({ text }) => text),
];

const roleText = (role: DriftResult["online"]): string => (role === null || role === "none" ? "nobody" : role);

/** Several results may have one name, where a stack's resources have different parents. */
export function uniqueNames(results: readonly DriftResult[]): Map<DriftResult, string> {
  const keyOf = ({ source, kind, name }: DriftResult) => JSON.stringify([source, kind, name]);
  const counts = new Map<string, number>();
  for (const result of results) counts.set(keyOf(result), (counts.get(keyOf(result)) ?? 0) + 1);
  return new Map(
    results.map((result) => [result, (counts.get(keyOf(result)) ?? 0) > 1 && result.urn ? `${result.name} (${result.urn})` : result.name]),
  );
}

const valueText = (value: Difference["live"]): string => {
  if (value === null) return "nothing";
  return typeof value === "string" ? value : JSON.stringify(value);
};

export const classTexts: Readonly<Record<DriftClass, string>> = {
  clean: "clean",
  roleChange: "role change",
  drift: "drift",
  unhealthy: "unhealthy",
  unreachable: "unreachable",
};

/** The report for people: a line for each result, the worst first, with what there is to say of it below; the counts last. */
export function textReport(report: DriftReport, colours: Colours): string {
  const { results, errors } = report;
  const rank = ({ class: name }: DriftResult) => -driftClasses.indexOf(name);
  const sorted = [...results].sort((one, other) => rank(one) - rank(other));
  const rows = sorted.map((result) => [
    coloured(result.class, colours),
    kindText(result.kind),
    colours.bold(result.name),
    result.source,
    result.online === null ? "" : `${roleText(result.online)} online`,
  ]);
  const lines = formatTable(rows).split("\n");
  return [
    ...sorted.flatMap((result, index) => [lines[index] ?? "", ...detailLines(result).map((line) => `  ${line}`)]),
    ...errors.map(({ message }) => `${colours.red("error")}  ${message}`),
    ...(results.length + errors.length > 0 ? [""] : []),
    summary(report, colours),
  ].join("\n");
}

function summary({ counts, results, errors, startedAt }: DriftReport, colours: Colours): string {
  const parts = driftClasses
    .filter((name) => counts[name] > 0)
    .reverse()
    .map((name) => coloured(name, colours, `${counts[name]} ${classTexts[name]}`));
  const failed = errors.length > 0 ? [colours.red(`${errors.length} not compared`)] : [];
  return `${results.length} compared at ${startedAt}: ${[...failed, ...parts].join(", ") || "nothing"}.`;
}

function coloured(name: DriftClass, colours: Colours, text = classTexts[name]): string {
  if (name === "clean") return colours.green(text);
  if (name === "roleChange") return colours.cyan(text);
  return name === "drift" ? colours.yellow(text) : colours.red(text);
}
