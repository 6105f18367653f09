import type { Configuration, Heartbeat, Position } from "../../provider/failover/configuration.js";
import type { AgentFacts, MemberFacts, MemberView, PairFacts } from "../../provider/failover/memberFacts.js";
import type { DeclaredPair } from "../../provider/failover/preflight.js";
import { type Problem, pairProblems } from "../../provider/failover/problems.js";
import type { StatusRows } from "../../provider/failover/statusTable.js";
import { pairProgress } from "../../provider/failover/transition.js";

export const mainAddress = "10.10.10.1";
export const backupAddress = "10.10.10.2";
export const virtualAddress = "10.10.10.5";

/** The four that DataMiner expects (Advanced Failover options). */
export const fourHeartbeats: Heartbeat[] = [
  { kind: "normal", from: "main", target: { agent: "backup" }, interface: null, maxFailures: 3 },
  { kind: "normal", from: "backup", target: { agent: "main" }, interface: null, maxFailures: 3 },
  { kind: "inverted", from: "main", target: { address: "10.10.10.254" }, interface: null, maxFailures: 3 },
  { kind: "inverted", from: "backup", target: { address: "10.10.10.253" }, interface: null, maxFailures: 3 },
];

export const pairConfiguration: Configuration = {
  type: "virtualIp",
  main: { address: mainAddress, acquisitionAddress: null },
  backup: { address: backupAddress, acquisitionAddress: null },
  virtualIps: [{ network: "corporate", address: virtualAddress, prefixLength: 24 }],
  hostname: null,
  mode: "automatic",
  heartbeats: fourHeartbeats,
  syncInterface: null,
  restartWhenGoingOffline: false,
};

export const declaredPair: DeclaredPair = {
  virtualIps: [{ network: "corporate", address: virtualAddress, prefixLength: 24 }],
  mode: "automatic",
  heartbeats: fourHeartbeats,
};

/** An Agent that fits a pair: a used main in a DMS, a pristine backup. */
export function agent(position: Position, changes: Partial<AgentFacts> = {}): AgentFacts {
  const address = position === "main" ? mainAddress : backupAddress;
  return {
    address,
    dataMinerId: 111,
    version: "10.5.12.0-16500",
    cluster: position === "main" ? "DMS" : null,
    elementCount: position === "main" ? 40 : 0,
    pristine: position === "backup",
    swarming: false,
    interfaces: [{ index: 1, network: "corporate", addresses: [{ address, prefixLength: 24, virtual: false }] }],
    pcap: "npcap",
    https: null,
    storage: { kind: "staas", replicationFactor: null },
    nats: "slnetManaged",
    capabilities: { pairTypes: ["virtualIp", "sharedHostname"], endModes: ["delete"], endWithOfflineUnavailable: true },
    ...changes,
  };
}

/** A member without a pair. */
export function member(position: Position, agentChanges: Partial<AgentFacts> = {}, changes: Partial<MemberFacts> = {}): MemberFacts {
  return {
    agent: agent(position, agentChanges),
    dms: { pairTypes: [], agentsByHostname: false },
    revision: "r1",
    pair: null,
    status: null,
    ...changes,
  };
}

/** All rows in their good value. */
export function status(changes: Partial<StatusRows> = {}): StatusRows {
  return {
    failoverStatus: "Online",
    configuration: { value: "Valid" },
    connectivity: [
      { kind: "Heartbeat", label: "Heartbeat to 10.10.10.2", value: "Success" },
      { kind: "Inverted Heartbeat", label: "10.10.10.254", value: "Success" },
      { kind: "Ping", label: "Ping to 10.10.10.2", value: "Success" },
    ],
    syncConnection: { value: "Available" },
    dbSync: { value: "Active" },
    dbSyncStack: { value: "OK", pending: 0 },
    rteCount: 0,
    nics: [{ index: 1, value: "Available" }],
    database: { value: "OK" },
    nats: { value: "OK", clusterEndpointsInSync: true },
    ...changes,
  };
}

export interface PairedChanges {
  agent?: Partial<AgentFacts>;
  pair?: Partial<PairFacts>;
  failoverStatus?: string;
  status?: Partial<StatusRows>;
  revision?: string;
}

/** A member of the pair: main online, backup offline, unless told otherwise. */
export function paired(position: Position, changes: PairedChanges = {}): MemberFacts {
  return {
    agent: agent(position, { pristine: false, cluster: "DMS", elementCount: 40, ...changes.agent }),
    dms: { pairTypes: ["virtualIp"], agentsByHostname: false },
    revision: changes.revision ?? "r1",
    pair: { state: "active", position, buddyReachable: true, config: pairConfiguration, operation: null, ...changes.pair },
    status: status({ failoverStatus: changes.failoverStatus ?? (position === "main" ? "Online" : "Offline"), ...changes.status }),
  };
}

/** How we see a member; without facts it is silent. */
export const view = (position: Position, facts?: MemberFacts): MemberView => ({
  position,
  address: position === "main" ? mainAddress : backupAddress,
  facts,
});

/** What is wrong with the pair that these two make; undefined: a silent member. */
export function problemsOf(
  main: MemberFacts | undefined,
  backup: MemberFacts | undefined,
  { isInvalid = false, now = Date.now() } = {},
): Problem[] {
  const views = { main: view("main", main), backup: view("backup", backup) };
  return pairProblems(views, { progress: pairProgress([views.main, views.backup], now), isInvalid });
}
