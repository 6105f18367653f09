import { lastingText, otherPosition, type Position, positions, problemText, steadiness } from "pulumi-dataminer-failover/failover";
import type { MemberStatus, PairStatus, Problem, StatusRow } from "pulumi-dataminer-failover/operations";
import type { Watched } from "./poller.js";

/** How much a pair needs somebody, the most urgent first: the order of the page. */
export const levels = ["critical", "problem", "notice", "changing", "waiting", "healthy"] as const;
export type Level = (typeof levels)[number];

/** What the page says of a pair before anybody looks closer. */
export interface Verdict {
  level: Level;
  /** A few words: "Split brain", "Database Failing". */
  label: string;
  /** One sentence; empty when the label says it all. */
  text: string;
}

/** A row in its bad value, with the member that shows it. */
export interface ShownRow extends StatusRow {
  position: Position;
}

export const titles: Record<Position, string> = { main: "Main", backup: "Backup" };

export const needsAttention = (level: Level): boolean => level === "critical" || level === "problem" || level === "notice";

export function judge({ status, problem }: Pick<Watched, "status" | "problem">): Verdict {
  if (status === null) {
    if (problem === null) return { level: "waiting", label: "Being read", text: "" };
    return { level: "problem", label: "Not readable", text: problem };
  }
  const judgement = judgeStatus(status);
  if (problem === null) return judgement;
  // What is shown may be over by now, so it never counts as healthy.
  const level = needsAttention(judgement.level) ? judgement.level : "notice";
  return { level, label: level === judgement.level ? judgement.label : "Not readable", text: `Old data: ${problem}` };
}

/** The rows in their bad value of the members that answer. */
export function findings({ members }: PairStatus): ShownRow[] {
  return positions.flatMap((position) => {
    const { reachable, rows } = members[position];
    return reachable ? rows.filter(({ bad }) => bad).map((row) => ({ ...row, position })) : [];
  });
}

function judgeStatus(status: PairStatus): Verdict {
  const { main, backup } = status.members;
  if (status.splitBrain) return { level: "critical", label: "Split brain", text: "Both Agents are online." };
  if (!main.reachable && !backup.reachable)
    return { level: "critical", label: "Unreachable", text: "No status of either Agent could be fetched." };
  if (status.givenUp !== null) {
    const text = `Two Agents have DataMiner ID ${status.dataMinerId}: take ${titles[status.givenUp]} off the network, or it polls the same devices a second time.`;
    return { level: "critical", label: "Given-up Agent is back", text };
  }
  const silent = [main, backup].find(({ reachable }) => !reachable);
  const red = findings(status);
  const change = changeOf(status);
  const isBad = silent !== undefined || red.length > 0;
  if (status.isStuck) return stuckJudgement(status, change, red);
  if (change !== null) return { level: isBad ? "problem" : "changing", label: change, text: silentText(status, silent) };
  if (status.state === null) return { level: "problem", label: "No Failover pair", text: sentences(status.problems) };
  if (status.state === "inactive") {
    return { level: isBad ? "problem" : "notice", label: "Disabled", text: "Failover is configured, and switched off." };
  }
  if (silent) {
    return { level: status.online === "none" ? "critical" : "problem", label: unreachableLabel(silent), text: silentText(status, silent) };
  }
  if (status.online === "none") return { level: "critical", label: "Nobody online", text: "Both Agents are offline." };
  const [first] = red;
  if (first) return { level: "problem", label: labelOf(first, red.length), text: "" };
  if (status.problems.length > 0) return { level: "problem", label: "Contradiction", text: sentences(status.problems) };
  return { level: "healthy", label: "Healthy", text: "" };
}

/** What is on its way for longer than it may take is not on its way: somebody has to look. */
function stuckJudgement({ online, problems }: PairStatus, change: string | null, red: readonly ShownRow[]): Verdict {
  const level = online === "none" ? "critical" : "problem";
  const label = online === "none" ? "Nobody online" : (change ?? "Stuck");
  const stuck = red.find(({ lasting }) => lasting !== null);
  const text = stuck?.lasting
    ? `${titles[stuck.position]} is ${stuck.value}. It is so ${lastingText(stuck.lasting)}.`
    : sentences(problems);
  return { level, label, text };
}

const unreachableLabel = ({ position }: MemberStatus): string => `${titles[position]} unreachable`;

const labelOf = ({ row, value }: StatusRow, count: number): string => (count === 1 ? `${row} ${value}` : `${count} rows red`);

function sentences(problems: readonly Problem[]): string {
  const more = problems.length - mostSentences;
  return [...problems.slice(0, mostSentences).map((problem) => problemText(problem)), ...(more > 0 ? [`And ${more} more.`] : [])].join(" ");
}

/** On the overview a pair has little room; its own page tells everything. */
const mostSentences = 4;

/** A state or a status that goes over by itself, in the product's words; null when nothing is under way. */
function changeOf({ state, members }: PairStatus): string | null {
  if (state !== null && !["active", "inactive", "invalid"].includes(state)) return `${state.charAt(0).toUpperCase()}${state.slice(1)}`;
  const onItsWay = positions
    .map((position) => failoverStatus(members[position]))
    .find((status) => status !== null && steadiness(status) === "transition");
  return onItsWay ?? null;
}

function silentText({ online, members }: PairStatus, silent: MemberStatus | undefined): string {
  if (!silent) return "";
  const other = members[otherPosition(silent.position)];
  if (online === other.position) return `${titles[other.position]} is online.`;
  return `${titles[other.position]} is ${failoverStatus(other) ?? "in no pair"}: nobody who answers is online.`;
}

/** The text of that row; null for a member that does not have it. */
export function failoverStatus({ rows }: MemberStatus): string | null {
  return rows.find(({ key }) => key === "failoverStatus")?.value ?? null;
}
