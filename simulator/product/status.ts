import { isIP } from "node:net";
import type { Heartbeat, Status } from "pulumi-dataminer-failover/agent";
import { gates, parseVersion, satisfies } from "pulumi-dataminer-failover/failover";
import type { Agent } from "./agent.js";
import { failedChecks, type HeartbeatState, hasForwarded, syncPathHolds } from "./heartbeats.js";
import type { World } from "./world.js";

/** Alarm events that wait while they cannot be forwarded, a second; and how many are too many. */
const eventsPerSecond = 1;
const tooManyPending = 1000;

/** Agents whose NATS settings are behind those of their DataMiner System. */
export const apartFromCluster = new WeakSet<Agent>();

/** The rows of the Failover Status window, from the facts as they are now. */
export function statusOf(world: World, agent: Agent): Status | null {
  if (agent.failoverStatus === null || !agent.copy) return null;
  return {
    failoverStatus: agent.failoverStatus,
    ...(agent.options.tellsTimes === false ? {} : { failoverStatusSince: new Date(agent.notedStatus.since).toISOString() }),
    configuration: configurationRow(world, agent),
    connectivity: [...agent.heartbeats.values()].map((state) => connectivityRow(world, agent, state)),
    ...onlineRows(world, agent),
    rteCount: agent.rteCount,
    nics: agent.cards
      .filter(({ touched }) => touched)
      .map(({ index, connected }) => ({ index, value: connected ? "Available" : "Unavailable" })),
    database: databaseRow(agent),
    nats: agent.profile.showsNats
      ? { value: agent.natsFails ? "Failing" : "OK", clusterEndpointsInSync: !apartFromCluster.has(agent) }
      : null,
  };
}

function databaseRow(agent: Agent): Status["database"] {
  const { database, waitsForSeed } = agent;
  if ((database === "OK" && !waitsForSeed) || hidesDegradedStaas(agent)) return { value: "OK" };
  return { value: "Failing", failureReason: "select count(*) from slenumvalues failed." };
}

/** The row was always OK with STaaS, degraded or not (RN 42944). */
function hidesDegradedStaas({ storage, version }: Agent): boolean {
  const parsed = parseVersion(version);
  return storage.kind === "staas" && parsed !== undefined && satisfies(parsed, gates.staasIsTold) !== "yes";
}

/** Why a member holds its configuration for invalid; null when it does not (SLNet connections, BPA). */
export function invalidReason(world: World, agent: Agent): string | null {
  if (agent.copy?.state === "invalid") return "Failover configuration on buddy is invalid.";
  const buddy = world.reachableBuddy(agent);
  if (!buddy || world.procedureOf(agent)) return null;
  if (buddy.buddyAddress !== agent.address) return "Failover buddy has no Failover configuration.";
  return buddy.cluster === agent.cluster ? null : "Cluster name of agents doesn't match";
}

function configurationRow(world: World, agent: Agent): Status["configuration"] {
  const failureReason = invalidReason(world, agent);
  return failureReason === null ? { value: "Valid" } : { value: "Invalid", failureReason };
}

function connectivityRow(world: World, agent: Agent, state: HeartbeatState): Status["connectivity"][number] {
  const { heartbeat, lastSuccess } = state;
  const failCount = failedChecks(world, state);
  const succeededAt = failCount === 0 ? world.timeOf(agent) : lastSuccess;
  const target = "address" in heartbeat.target ? heartbeat.target.address : (agent.copy?.config[heartbeat.target.agent].address ?? "");
  return {
    kind: kindOf(heartbeat),
    label: "address" in heartbeat.target ? `Ping to ${target}` : `Heartbeat to ${target}`,
    value: failCount > 0 ? "Failing" : "Success",
    ...(failCount > 0 ? { failureReason: reasonOf(heartbeat, target) } : {}),
    failCount,
    lastSuccess: succeededAt === null ? null : new Date(succeededAt).toISOString(),
  };
}

function kindOf({ kind, target }: Heartbeat): string {
  if (kind === "inverted") return "Inverted Heartbeat";
  return "address" in target ? "Ping" : "Heartbeat";
}

function reasonOf({ target }: Heartbeat, address: string): string {
  if ("agent" in target) return `No heartbeat message from ${address} on port 8004.`;
  return isIP(address) ? `No reply from ${address}.` : `${address} is no IP address.`;
}

/**
 * The rows that only the online member has; those of the database only with self-hosted storage (Viewing the current Failover DMA
 * status).
 */
function onlineRows(world: World, agent: Agent): Pick<Status, "syncConnection" | "dbSync" | "dbSyncStack"> {
  if (!agent.isOnline || agent.copy?.state === "inactive") return { syncConnection: null, dbSync: null, dbSyncStack: null };
  const holds = syncPathHolds(world, agent);
  const failureReason = `${agent.buddyAddress ?? "The other Agent"} is not reached over the synchronization interface.`;
  const syncConnection = holds ? { value: "Available" } : { value: "Not Available", failureReason };
  if (agent.storage.kind === "staas") return { syncConnection, dbSync: null, dbSyncStack: null };
  const since = agent.syncFailingSince;
  const pending = agent.forwardsWaiting + (since === null ? 0 : Math.floor(((world.clock.now() - since) / 1000) * eventsPerSecond));
  const forwarded = hasForwarded(agent, world.clock.now());
  const lastSuccess = forwarded ? new Date((since ?? world.clock.now()) + agent.clockOffsetMilliseconds).toISOString() : null;
  return {
    syncConnection,
    dbSync: holds ? (forwarded ? { value: "Active", lastSuccess } : null) : { value: "Failing", failureReason, lastSuccess },
    dbSyncStack: { value: pending > tooManyPending ? "Too Large" : "OK", pending },
  };
}
