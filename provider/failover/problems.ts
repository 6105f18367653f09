import { type MemberView, memberName } from "./memberFacts.js";
import { type BadRow, badRows } from "./status.js";

/**
 * One line for each thing that is wrong with a pair, naming the member and the row with its literal value.
 * `counters: false` leaves out the figures that change by themselves, for outputs that are kept in state.
 */
export function problems(views: readonly MemberView[], { counters = true }: { counters?: boolean } = {}): string[] {
  return views.flatMap((view) => memberProblems(view, counters));
}

function memberProblems({ position, address, facts }: MemberView, counters: boolean): string[] {
  const name = memberName(position, address);
  if (facts === undefined) return [`${name}: Agent Status is Unreachable.`];
  if (facts.status === null) return [`${name}: it shows no Failover status.`];
  return badRows(facts.status).map((row) => `${name}: ${rowText(row, counters)}.`);
}

function rowText({ row, value, valueWithoutFigure, failureReason, failCount }: BadRow, counters: boolean): string {
  const shown = counters ? value : (valueWithoutFigure ?? value);
  const details = [
    ...(failureReason === undefined ? [] : [failureReason.replace(/\.$/, "")]),
    ...(counters && failCount ? [`${failCount} failed ${failCount === 1 ? "check" : "checks"}`] : []),
  ];
  return details.length === 0 ? `${row} is ${shown}` : `${row} is ${shown} (${details.join(", ")})`;
}
