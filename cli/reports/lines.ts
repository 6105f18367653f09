import type { Difference, DriftResult } from "pulumi-dataminer-failover/operations";

/** "heartbeats[1].maxFailures: declared 3, live 9". */
export function differenceLine({ property, at, declared, live }: Difference): string {
  return `${property}: ${at === undefined ? "" : `${at}: `}declared ${valueText(declared)}, live ${valueText(live)}`;
}

/** Everything there is to say of one result: first what differs, then what is wrong. */
export const detailLines = ({ differences, problems, ...result }: DriftResult): string[] => [
  ...differences.map(differenceLine),
  ...(result.classes.includes("roleChange") ? [`online: ${roleText(result.expectedOnline)} before, ${roleText(result.online)} now`] : []),
  ...problems.map(({ text }) => text),
];

export const roleText = (role: DriftResult["online"]): string => (role === null || role === "none" ? "nobody" : role);

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
