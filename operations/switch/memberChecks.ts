import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { listed } from "../../provider/core/text.js";
import type { Position } from "../../provider/failover/configuration.js";
import type { Situation } from "../../provider/failover/knownIssue.js";
import { knownIssues } from "../../provider/failover/knownIssues.js";
import { rowText } from "../../provider/failover/problemText.js";
import { type JudgedRow, judgedRows, syncRows, untrustedRows } from "../../provider/failover/statusRows.js";
import type { StatusRows } from "../../provider/failover/statusTable.js";
import { parseVersion } from "../../provider/failover/version.js";
import type { SwitchCheck } from "./request.js";

/** Why a switch is refused. Each has its page in docs/runbooks. */
export type SwitchRefusalCode =
  | "SWITCH_MEMBER_SILENT"
  | "SWITCH_NO_PAIR"
  | "SWITCH_BUSY"
  | "SWITCH_ROLES_UNCLEAR"
  | "SWITCH_OUT_OF_SYNC"
  | "SWITCH_RED_ROW"
  | "SWITCH_KNOWN_ISSUE"
  | "SWITCH_TOO_SOON";

/** A check with what a refusal says of it. */
export interface JudgedCheck extends SwitchCheck {
  code: SwitchRefusalCode;
  /** One sentence: what to do when it does not pass. */
  cure: string;
}

/** A member of the pair that is judged, with everything that it said. */
export interface SwitchSide {
  position: Position;
  /** "main 10.10.10.1". */
  name: string;
  facts: Snapshot & { pair: NonNullable<Snapshot["pair"]>; status: NonNullable<Snapshot["status"]> };
}

/** Who gives its role to whom. */
export interface PlannedSwitch {
  online: SwitchSide;
  offline: SwitchSide;
}

export const check = (name: string, code: SwitchRefusalCode, passed: boolean, seen: string, cure: string): JudgedCheck => ({
  name,
  code,
  passed,
  seen,
  cure,
});

/**
 * What the offline member does not have yet is lost at a switch (known-issue page "Offline Failover Agent cannot be synchronized"). The
 * online member alone can tell.
 */
export function syncCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const { rows, missing } = syncRows(online.facts.status);
  const seen = [
    ...rows.filter(({ isInSync }) => !isInSync).map((row) => `${rowText(row)}.`),
    ...missing.map((row) => `It shows no row ${row}.`),
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

/**
 * The member that is to go online must be well altogether. On the one that gives its role away only what keeps it from doing so counts: the
 * rest may be why somebody switches.
 */
export function redRowCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const shown = [
    ...red(offline.facts.status).map((text) => `${offline.name}: ${text}.`),
    ...red(online.facts.status, ({ isInTheWay }) => isInTheWay).map((text) => `${online.name}: ${text}.`),
  ];
  const passed = shown.length === 0;
  const unproven = [...new Set([online, offline].flatMap(({ facts }) => untrustedRows(facts) ?? []))];
  const well = ["none that matters", ...unproven].join("; ");
  return check("no red row", "SWITCH_RED_ROW", passed, passed ? well : shown.join(" "), "Repair that first.");
}

const red = (status: StatusRows, counts: (row: JudgedRow) => boolean = () => true): string[] =>
  judgedRows(status)
    .filter((row) => row.bad && counts(row))
    .map((row) => rowText({ ...row, failCount: null }));

/** Known issues of this version: what stands in the way of this switch, and what is only worth knowing. */
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
  const emptying = counts[0] === counts[1] ? undefined : met.find(({ showsInElementCounts }) => showsInElementCounts);
  const inTheWay = [
    ...refusing.map(({ reason }) => reason),
    ...(emptying
      ? [
          `${online.name} has ${counts[0]} elements, ${offline.name} ${counts[1]}: its Elements folder may have been emptied (${emptying.id}).`,
        ]
      : []),
  ];
  if (inTheWay.length > 0) return check(name, "SWITCH_KNOWN_ISSUE", false, inTheWay.join(" "), "Mend that first.");
  const worthKnowing = met.map(({ reason }) => reason).join(" ");
  return check(name, "SWITCH_KNOWN_ISSUE", true, worthKnowing ? `none in the way. ${worthKnowing}` : "none", "");
}
