import { sameAddress } from "../core/addresses.js";
import { formatMilliseconds } from "../core/durations.js";
import type { Position } from "./configuration.js";
import { type MemberView, memberName } from "./memberFacts.js";
import type { Online } from "./roles.js";
import { type BadRow, badRows, lastingText } from "./status.js";
import { systemProblems } from "./systemProblems.js";
import { isLeftOffline, isOverdue, type Lasting, type PairProgress } from "./transition.js";

export interface ProblemOptions {
  /** False leaves out the figures that change by themselves, for outputs that are kept in state. Default: true. */
  counters?: boolean;
  /** What is under way, and for how long. */
  progress?: PairProgress | undefined;
}

/** One line for each thing that is wrong with a pair, naming the member and the row with its literal value. */
export function problems(views: readonly MemberView[], { counters = true, progress }: ProblemOptions = {}): string[] {
  return [...views.flatMap((view) => memberProblems(view, progress?.members[view.position], counters)), ...systemProblems(views)];
}

/** One line for each thing that is wrong with the pair as a whole, in the words of neither member. */
export function progressProblems(views: readonly MemberView[], progress: PairProgress, counters = true): string[] {
  return [...(isLeftOffline(views) ? ["Nobody who answers is online."] : []), ...underWayProblems(progress, counters)];
}

function underWayProblems({ pair, nobodyOnline, isUntold }: PairProgress, counters: boolean): string[] {
  return [
    ...(isOverdue(pair) ? [`Under way at the pair: ${pair.seen}, ${lastingText(pair, counters)}.`] : []),
    ...(isOverdue(nobodyOnline) ? [`Nobody who answers is online, ${nobodyText(nobodyOnline, counters)}.`] : []),
    ...(isUntold ? ["Nobody who answers is online, no operation is running, and since when that is so is not told."] : []),
  ];
}

/** One line for each thing that is under way for longer than it may. */
export function stuckLines(views: readonly MemberView[], progress: PairProgress): string[] {
  const ofMembers = views.flatMap(({ position, address }) => {
    const transition = progress.members[position];
    const name = memberName(position, address);
    return isOverdue(transition) ? [`${name}: Failover Status is ${transition.seen} (${lastingText(transition, true)}).`] : [];
  });
  return [...ofMembers, ...underWayProblems(progress, true)];
}

/** Why the members contradict each other, given who says that it is online and the position that both claim. */
export function contradictionText(online: Online, shared: Position | undefined): string {
  if (online === "both") return "Both members are online (split brain).";
  if (shared !== undefined) return `Both members say that they are the ${shared} one.`;
  return online === "none" ? "Both members are offline." : "The members hold different configurations.";
}

/** A member that claims the other's place in a configuration that has it at its own. */
export function claimProblems(views: readonly MemberView[]): string[] {
  return views.flatMap(({ position, address, facts }) => {
    const pair = facts?.pair;
    if (!pair || pair.position === position || !sameAddress(pair.config[position].address, address)) return [];
    return [`${memberName(position, address)}: it says that it is the ${pair.position} of this pair, not the ${position}.`];
  });
}

function nobodyText({ milliseconds = 0, limitMilliseconds }: Lasting, counters: boolean): string {
  const lasts = counters ? `for ${formatMilliseconds(milliseconds)}, ` : "";
  return `${lasts}longer than the ${formatMilliseconds(limitMilliseconds)} that a switch may take`;
}

function memberProblems({ position, address, facts }: MemberView, transition: Lasting | undefined, counters: boolean): string[] {
  const name = memberName(position, address);
  if (facts === undefined) return [`${name}: Agent Status is Unreachable.`];
  if (facts.status === null) return [`${name}: it shows no Failover status.`];
  const rows = badRows(facts.status, transition);
  const lines = rows.slice(0, mostRows).map((row) => `${name}: ${rowText(row, counters)}.`);
  return rows.length <= mostRows ? lines : [...lines, `${name}: ${rows.length - mostRows} more rows are in their bad value.`];
}

/** More than the window has without heartbeats; a list of all of them would hide what else is wrong. */
const mostRows = 15;

function rowText({ row, value, valueWithoutFigure, failureReason, failCount, lasting }: BadRow, counters: boolean): string {
  const shown = counters ? value : (valueWithoutFigure ?? value);
  const details = [
    ...(failureReason === undefined ? [] : [failureReason.replace(/\.$/, "")]),
    ...(counters && failCount ? [`${failCount} failed ${failCount === 1 ? "check" : "checks"}`] : []),
    ...(lasting === undefined ? [] : [lastingText(lasting, counters)]),
  ];
  return details.length === 0 ? `${row} is ${shown}` : `${row} is ${shown} (${details.join(", ")})`;
}
