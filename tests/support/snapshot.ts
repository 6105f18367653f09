import type { Operation } from "../../provider/agent/operationSchema.js";
import type { Pair } from "../../provider/agent/pairSchema.js";
import type { AgentFacts, Snapshot, Status } from "../../provider/agent/snapshotSchema.js";

export interface SnapshotChanges extends Partial<Omit<Snapshot, "agent">> {
  agent?: Partial<AgentFacts>;
}

/** A valid Snapshot of a standalone Agent; name only what matters to the test. */
export function aSnapshot(address: string, { agent, ...changes }: SnapshotChanges = {}): Snapshot {
  return { apiVersion: "1", agent: { ...someAgent(address), ...agent }, dms: someDms, revision: "1", pair: null, status: null, ...changes };
}

const someDms: Snapshot["dms"] = { pairTypes: [], agentsByHostname: false, primaryAddress: null };

function someAgent(address: string): AgentFacts {
  return {
    address,
    dataMinerId: 111,
    name: "DMA-111",
    version: "10.5.4.0-15588",
    cluster: "DMS",
    elementCount: 40,
    pristine: false,
    swarming: false,
    interfaces: [
      {
        index: 1,
        network: "corporate",
        mac: "00:50:56:00:00:01",
        connected: true,
        addresses: [{ address, prefixLength: 24, virtual: false }],
        registersInDns: true,
      },
    ],
    pcap: "npcap",
    https: null,
    storage: { kind: "staas", replicationFactor: null },
    nats: "brokerGateway",
    capabilities: { pairTypes: ["virtualIp", "sharedHostname"], endModes: ["delete"], endWithOfflineUnavailable: true },
    settings: {
      maxStartupSeconds: 900,
      maxWaitForOfflineSeconds: 600,
      maxWaitForVirtualIpSeconds: 120,
      pingFailuresBeforeVirtualIpIsFree: 3,
      interfacesRequiredToGoOnline: [1],
    },
  };
}

/** A valid active pair, as main tells it. */
export function aPair(main: string, backup: string, changes: Partial<Pair> = {}): Pair {
  return {
    state: "active",
    owner: "project/stack/pair",
    position: "main",
    buddyReachable: true,
    config: {
      type: "virtualIp",
      main: { address: main, acquisitionAddress: null },
      backup: { address: backup, acquisitionAddress: null },
      virtualIps: [{ network: "corporate", address: "10.10.10.5", prefixLength: 24 }],
      hostname: null,
      mode: "automatic",
      heartbeats: [{ kind: "normal", from: "main", target: { agent: "backup" }, interface: null, maxFailures: 3 }],
      syncInterface: null,
      restartWhenGoingOffline: false,
    },
    operation: null,
    ...changes,
  };
}

/** A valid running operation. */
export function anOperation(changes: Partial<Operation> = {}): Operation {
  return {
    id: "op-1",
    requestId: "5f0c1d5e-6a52-4b5e-9f5b-0d1f6a3f8a11",
    kind: "setUp",
    state: "running",
    phase: "checking",
    percent: null,
    startedUtc: "2026-01-01T00:00:00Z",
    finishedUtc: null,
    error: null,
    ...changes,
  };
}

/** Valid status rows of an online member. */
export function aStatus(changes: Partial<Status> = {}): Status {
  return {
    failoverStatus: "Online",
    configuration: { value: "Valid" },
    connectivity: [],
    syncConnection: { value: "Available" },
    dbSync: null,
    dbSyncStack: null,
    rteCount: 0,
    nics: [],
    database: { value: "OK" },
    nats: null,
    ...changes,
  };
}
