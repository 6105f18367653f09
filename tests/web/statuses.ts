import type { MemberStatus, PairStatus, Problem, StatusRow } from "../../operations/index.js";
import type { Position } from "../../provider/failover/configuration.js";
import { unreachableRow } from "../../provider/failover/statusRows.js";
import { rowDescriptions, statusKeys } from "../../provider/failover/statusTable.js";

const keyOf = (row: string): StatusRow["key"] => statusKeys.find((key) => row.includes(rowDescriptions[key].name)) ?? unreachableRow.key;

export const noPair: Problem = { kind: "noPair", member: { position: "main", address: "10.10.10.1" } };

export function aRow(row: string, value: string, more: Partial<StatusRow> = {}): StatusRow {
  return { key: keyOf(row), row, value, bad: false, failureReason: null, failCount: null, lastSuccess: null, lasting: null, ...more };
}

export function aMember(position: Position, failoverStatus: string, more: Partial<MemberStatus> = {}): MemberStatus {
  return {
    position,
    address: position === "main" ? "10.10.10.1" : "10.10.10.2",
    agentName: position === "main" ? "DMA-MAIN" : "DMA-BACKUP",
    reachable: true,
    led: more.rows?.some(({ bad }) => bad) ? "red" : "green",
    statusSince: null,
    pcap: null,
    pcapAdvice: null,
    seen: null,
    runbook: null,
    ...more,
    rows: [aRow("Failover Status", failoverStatus), ...(more.rows ?? [])],
  };
}

export function aSilentMember(position: Position): MemberStatus {
  return {
    ...aMember(position, ""),
    agentName: null,
    reachable: false,
    led: "red",
    rows: [aRow("Agent Status", "Unreachable", { bad: true })],
    seen: "Asking the Agent: connection refused. Check that it runs.",
    runbook: "AGENT_UNREACHABLE",
  };
}

export interface StatusChanges extends Partial<Omit<PairStatus, "members">> {
  main?: MemberStatus;
  backup?: MemberStatus;
}

/** A pair that is well, main online; name only what matters to the test. */
export function aStatus(name: string, { main, backup, ...changes }: StatusChanges = {}): PairStatus {
  return {
    name,
    dataMinerId: 111,
    online: "main",
    splitBrain: false,
    state: "active",
    stateSince: null,
    nobodyOnlineSince: null,
    isStuck: false,
    givenUp: null,
    members: { main: main ?? aMember("main", "Online"), backup: backup ?? aMember("backup", "Offline") },
    problems: [],
    readAt: "2026-01-01T00:00:00.000Z",
    ...changes,
  };
}

const failing = aRow("Database", "Failing", { bad: true, failureReason: "select count(*) from slenumvalues failed." });

/** One of each kind that the page knows. */
export const kinds = {
  "split brain": { online: "both", splitBrain: true, state: "invalid", backup: aMember("backup", "Online") },
  unreachable: { online: "none", state: null, dataMinerId: null, main: aSilentMember("main"), backup: aSilentMember("backup") },
  "nobody online": { online: "none", main: aMember("main", "Offline") },
  "main unreachable": { online: "backup", main: aSilentMember("main"), backup: aMember("backup", "Online") },
  "nobody who answers is online": { online: "none", main: aSilentMember("main") },
  red: { backup: aMember("backup", "Offline", { rows: [failing] }) },
  "very red": { backup: aMember("backup", "Offline", { rows: [failing, aRow("RTE Count", "2", { bad: true })] }) },
  "no pair": { online: "none", state: null, problems: [noPair] },
  contradiction: { state: "invalid", problems: [{ kind: "twoConfigurations" }] },
  disabled: { state: "inactive", online: "none" },
  switching: { state: "switching", online: "none", main: aMember("main", "Going Offline"), backup: aMember("backup", "Going Online") },
  "going online": {
    online: "none",
    main: aMember("main", "Offline"),
    backup: aMember("backup", "Acquiring Virtual IP Address 10.10.10.5"),
  },
  healthy: {},
  "healthy, backup online": { online: "backup", main: aMember("main", "Offline"), backup: aMember("backup", "Online") },
} satisfies Record<string, StatusChanges>;
