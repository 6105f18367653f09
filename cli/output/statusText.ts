import { problemText, rowDetails, type ToldProblem, toldProblem } from "pulumi-dataminer-failover/failover";
import type { MemberStatus, PairStatus } from "pulumi-dataminer-failover/operations";
import { type Colours, formatTable, indent } from "./terminal.js";

/** A status as JSON has it: each problem with its sentence beside it. */
export type StatusDocument = Omit<PairStatus, "problems"> & { problems: ToldProblem[] };

export const statusDocument = (status: PairStatus): StatusDocument => ({ ...status, problems: status.problems.map(toldProblem) });

/** What `status` prints: one line a pair where there are several, the Status window's rows of both members, and what is wrong. */
export function statusText(pairs: readonly PairStatus[], { windows, colours }: { windows: boolean; colours: Colours }): string {
  const summary = pairs.length > 1 ? [summaryText(pairs, colours)] : [];
  const details = pairs.filter((pair) => windows || pair.problems.length > 0).map((pair) => pairText(pair, { windows, colours }));
  return [...summary, ...details].join("\n\n");
}

function summaryText(pairs: readonly PairStatus[], colours: Colours): string {
  const rows = pairs.map((pair) => [
    pair.name,
    pair.dataMinerId === null ? "" : String(pair.dataMinerId),
    ledText(pair.members.main, colours),
    ledText(pair.members.backup, colours),
    onlineText(pair, colours),
    pair.state ?? "",
    pair.problems.length === 0 ? "" : colours.red(String(pair.problems.length)),
  ]);
  return formatTable(rows, { head: ["Pair", "ID", "Main", "Backup", "Online", "State", "Problems"], colours });
}

function pairText(pair: PairStatus, { windows, colours }: { windows: boolean; colours: Colours }): string {
  const id = pair.dataMinerId === null ? [] : [`DataMiner ID ${pair.dataMinerId}`];
  const state = pair.state === null || pair.state === "active" ? [] : [pair.state];
  const heading = [colours.bold(pair.name), ...id, onlineText(pair, colours), ...state, colours.dim(`read ${pair.readAt}`)].join("   ");
  const members = windows ? [pair.members.main, pair.members.backup].map((member) => indent(memberText(member, colours), 2)) : [];
  const problems = pair.problems.map((problem) => `  ${colours.red("!")} ${problemText(problem)}`).join("\n");
  return [heading, ...members, ...(problems ? [problems] : [])].join("\n");
}

function memberText(member: MemberStatus, colours: Colours): string {
  const name = member.agentName === null ? "" : ` ${member.agentName}`;
  const heading = `${ledText(member, colours)}  ${colours.bold(member.position)} ${member.address}${name}`;
  const rows = member.rows.map((row) => [row.row, row.bad ? colours.red(row.value) : row.value, rowDetails(row).join(", ")]);
  const notice = member.pcap === null ? [] : [["Pcap", colours.yellow(member.pcap), member.pcapAdvice ?? ""]];
  const seen = member.seen === null ? [] : [`${member.seen}${member.runbook ? ` Runbook: ${member.runbook}.` : ""}`];
  return [heading, indent([formatTable([...rows, ...notice]), ...seen].filter(Boolean).join("\n"), 3)].join("\n");
}

/** The LED in words too: not everybody sees the colour, and not every place shows it. */
const ledText = ({ led }: MemberStatus, colours: Colours): string =>
  led === "green" ? `${colours.green("●")} green` : `${colours.red("●")} ${colours.red("red")}`;

function onlineText({ online, splitBrain }: PairStatus, colours: Colours): string {
  if (splitBrain) return colours.red("split brain: both are online");
  return online === "none" ? colours.red("nobody is online") : `${online} is online`;
}
