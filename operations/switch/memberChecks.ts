import { listed } from "../../provider/core/text.js";
import type { Situation } from "../../provider/failover/knownIssue.js";
import { knownIssues } from "../../provider/failover/knownIssues.js";
import { badRows, type StatusRows } from "../../provider/failover/status.js";
import { untrustedRows } from "../../provider/failover/untrusted.js";
import { parseVersion } from "../../provider/failover/version.js";
import { statusRows } from "../statusRows.js";
import { check, type JudgedCheck, type PlannedSwitch } from "./checks.js";

const inSync: Record<string, RegExp> = { "Sync Connection": /^Available$/, "DB Sync": /^Active$/, "DB Sync Stack": /^OK( |$)/ };

/** What the offline member does not have yet is lost at a switch (domain 9, K5). The online member alone can tell (domain 6). */
export function syncCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const rows = statusRows(online.facts.status).filter(({ row }) => row in inSync);
  const connection = rows.find(({ row }) => row === "Sync Connection");
  const behind = rows.filter(({ row, value }) => !inSync[row]?.test(value));
  const seen = [
    ...behind.map(({ row, value, failureReason }) => `${row} is ${value}${failureReason ? ` (${failureReason.replace(/\.$/, "")})` : ""}.`),
    ...(connection ? [] : ["It shows no row Sync Connection."]),
  ];
  const passed = seen.length === 0;
  const shown = listed(rows.map(({ row, value }) => `${row} ${value}`));
  return check(
    "in sync",
    "SWITCH_OUT_OF_SYNC",
    passed,
    passed ? shown : `${online.name} says: ${seen.join(" ")}`,
    `Wait until ${offline.name} is in sync: what it lacks would be lost.`,
  );
}

/** On the member that gives its role away, only what keeps it from doing so counts: the rest may be why somebody switches. */
const matterOnline = (row: string): boolean => row === "Configuration" || (/^(Heartbeat|Ping)\b/.test(row) && !row.startsWith("Inverted"));

/** The member that is to go online must be well altogether. */
export function redRowCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const shown = [
    ...red(offline.facts.status).map((text) => `${offline.name}: ${text}.`),
    ...red(online.facts.status, matterOnline).map((text) => `${online.name}: ${text}.`),
  ];
  const passed = shown.length === 0;
  const unproven = [...new Set([online, offline].flatMap(({ facts }) => untrustedRows(facts) ?? []))];
  const well = ["none that matters", ...unproven].join("; ");
  return check("no red row", "SWITCH_RED_ROW", passed, passed ? well : shown.join(" "), "Repair that first.");
}

const red = (status: StatusRows, matters: (row: string) => boolean = () => true): string[] =>
  badRows(status)
    .filter(({ row }) => matters(row))
    .map(({ row, value, failureReason }) => `${row} is ${value}${failureReason ? ` (${failureReason.replace(/\.$/, "")})` : ""}`);

/** Domain 9: what stands in the way of this switch, and what is only worth knowing. */
export function knownIssueCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const name = "known issues";
  const { agent, pair } = offline.facts;
  const version = parseVersion(agent.version);
  if (!version) return check(name, "SWITCH_KNOWN_ISSUE", true, `none is known of version ${agent.version}`, "");
  const situation: Situation = {
    act: "switch",
    version,
    type: pair.config.type,
    virtualIps: pair.config.virtualIps.length,
    nats: agent.nats,
    storage: agent.storage.kind,
    pcaps: [online.facts.agent.pcap, agent.pcap],
  };
  const met = knownIssues(situation);
  const refusing = met.filter(({ effect }) => effect === "refuse");
  const counts = [online, offline].map((side) => side.facts.agent.elementCount);
  const emptied = met.some(({ id }) => id === "K7") && counts[0] !== counts[1];
  const inTheWay = [
    ...refusing.map(({ reason }) => reason),
    ...(emptied
      ? [`${online.name} has ${counts[0]} elements, ${offline.name} ${counts[1]}: its Elements folder may have been emptied (K7).`]
      : []),
  ];
  if (inTheWay.length > 0) return check(name, "SWITCH_KNOWN_ISSUE", false, inTheWay.join(" "), "Mend that first.");
  const worthKnowing = met.map(({ reason }) => reason).join(" ");
  return check(name, "SWITCH_KNOWN_ISSUE", true, worthKnowing ? `none in the way. ${worthKnowing}` : "none", "");
}
