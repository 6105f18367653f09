// What people read of a problem; the only place with these sentences. Nothing takes them apart again.

import { formatMilliseconds } from "../core/durations.js";
import { memberName } from "./memberFacts.js";
import type { GivenUp, OfMember, Problem, RedRow } from "./problems.js";
import type { StatusRow } from "./statusRows.js";
import type { Lasting } from "./transition.js";

/** What the sentence of a problem leaves out. */
export interface TextOptions {
  /** False leaves out the figures that change by themselves, for outputs that are kept in state. Default: true. */
  counters?: boolean;
}

/** A problem with its sentence beside it, for JSON. */
export type ToldProblem = Problem & { text: string };

export const toldProblem = (problem: Problem): ToldProblem => ({ ...problem, text: problemText(problem) });

/** One line that names the member and the row with its literal value. */
export function problemText(problem: Problem, { counters = true }: TextOptions = {}): string {
  switch (problem.kind) {
    case "unreachable":
      return `${nameOf(problem)}: Agent Status is Unreachable.`;
    case "noStatus":
      return `${nameOf(problem)}: it shows no Failover status.`;
    case "row":
      return `${nameOf(problem)}: ${rowText(problem, counters)}.`;
    case "moreRows":
      return `${nameOf(problem)}: ${problem.count} more rows are in their bad value.`;
    case "noPair":
      return `${nameOf(problem)}: it knows of no pair.`;
    case "otherPair": {
      const { main, backup } = problem.seen;
      return `${nameOf(problem)}: it is in a pair of main ${main} and backup ${backup}, not with ${problem.expected}.`;
    }
    case "otherPosition":
      return `${nameOf(problem)}: it says that it is the ${problem.seen} of this pair, not the ${problem.expected}.`;
    case "givenUp":
      return `${nameOf(problem)}: ${givenUpText(problem)}`;
    case "reachedElsewhere":
      return `${nameOf(problem)}: ${reachedText(problem)}`;
    case "bothDatabasesDown":
      return "Both Cassandra nodes are down: the system writes to files until one of them is back. Repair one, and leave the files where they are.";
    case "bothOnline":
      return "Both members are online (split brain).";
    case "samePosition":
      return `Both members say that they are the ${problem.seen} one.`;
    case "bothOffline":
      return "Both members are offline.";
    case "twoConfigurations":
      return "The members hold different configurations.";
    case "underWay":
      return `Under way at the pair: ${problem.seen}, ${lastingText(problem.lasting, counters)}.`;
    case "nobodyOnline":
      return nobodyText(problem, counters);
  }
}

const nameOf = ({ member: { position, address } }: OfMember): string => memberName(position, address);

/** "for 25m, longer than the 2m that it may take"; without figures that change by themselves, only the limit. */
export function lastingText({ milliseconds = 0, limitMilliseconds }: Lasting, counters = true, what = "it"): string {
  const lasts = counters ? `for ${formatMilliseconds(milliseconds)}, ` : "";
  return `${lasts}longer than the ${formatMilliseconds(limitMilliseconds)} that ${what} may take`;
}

/** "Database is Failing (…)". */
export function rowText({ row, word, figure, fault, ...details }: RedRow, counters = true): string {
  // A count is bad as soon as there is one; how many there are changes by itself.
  const counted = word === null ? [counters ? `${figure}` : "above 0"] : [word, ...(counters && figure !== null ? [`(${figure})`] : [])];
  const shown = fault ?? counted.join(" ");
  const told = rowDetails({ ...details, lastSuccess: null }, counters);
  return told.length === 0 ? `${row} is ${shown}` : `${row} is ${shown} (${told.join(", ")})`;
}

/** What there is to say of a row beside its value: the reason, what was counted, and since when. */
export function rowDetails(
  { failureReason, failCount, lastSuccess, lasting }: Pick<StatusRow, "failureReason" | "failCount" | "lastSuccess" | "lasting">,
  counters = true,
): string[] {
  return [
    ...(failureReason === null ? [] : [failureReason.replace(/\.$/, "")]),
    ...(counters && failCount ? [`${failCount} failed ${failCount === 1 ? "check" : "checks"}`] : []),
    ...(lastSuccess === null ? [] : [`last success ${lastSuccess}`]),
    ...(lasting === null ? [] : [lastingText(lasting, counters)]),
  ];
}

/** What is to be known of an Agent that was given up and is back, and done: one line without its name. */
export function givenUpText({ kept, dataMinerId, isOnline }: GivenUp): string {
  const seen =
    `it still has the Failover configuration, and ${memberName(kept.position, kept.address)} has the same DataMiner ID ${dataMinerId} and is in no pair: ` +
    "so looks an Agent that was given up and came back.";
  return isOnline
    ? `${seen} It is Online, so both poll the same devices: find out which one serves the system, and take the other off the network now.`
    : `${seen} Take it off the network now: it polls the same devices a second time as soon as it goes online.`;
}

function reachedText({ seen, expected, mendedIn }: Problem & { kind: "reachedElsewhere" }): string {
  const told = `the DataMiner System reaches the pair at ${seen}, not at ${expected}.`;
  return mendedIn === null
    ? `${told} Such a pair cannot be removed from its system (RN 43257). Check its address in DMS.xml of the other Agents.`
    : `${told} Versions before ${mendedIn} set that wrong, and such a pair cannot be removed from its system (RN 43257). Upgrade both Agents.`;
}

function nobodyText({ lasting, isUntold }: Problem & { kind: "nobodyOnline" }, counters: boolean): string {
  if (isUntold) return "Nobody who answers is online, no operation is running, and since when that is so is not told.";
  return lasting === null
    ? "Nobody who answers is online."
    : `Nobody who answers is online, ${lastingText(lasting, counters, "a switch")}.`;
}
