import type { PreflightReport } from "pulumi-dataminer-failover/operations";
import type { Colours } from "./colours.js";

/** What was found of one pair. */
export interface PairPreflight extends PreflightReport {
  name: string;
}

/** What `preflight` prints: for each pair what stands in the way, who could not be asked, and what is worth knowing. */
export function preflightText(pairs: readonly PairPreflight[], colours: Colours): string {
  return pairs.map((pair) => pairText(pair, colours)).join("\n\n");
}

function pairText({ name, violations, warnings, unreachable }: PairPreflight, colours: Colours): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const verdict =
    violations.length > 0
      ? colours.red(count(violations.length, "violation"))
      : unreachable.length > 0
        ? colours.yellow("not everything could be judged")
        : colours.green("nothing stands in the way");
  return [
    `${colours.bold(name)}   ${verdict}`,
    ...violations.map(({ property, reason }) => `  ${colours.red("!")} ${property ? `${property}: ` : ""}${reason}`),
    ...unreachable.map((line) => `  ${colours.yellow("?")} ${line}`),
    ...warnings.map((line) => `  ${colours.yellow("-")} ${line}`),
  ].join("\n");
}
