import { isIP } from "node:net";
import type { Heartbeat, Status } from "pulumi-dataminer-failover/agent";
import {
  gates,
  parseVersion,
  rowDescriptions,
  type StatusKey,
  type StatusRows,
  type Surroundings,
  satisfies,
  statusKeys,
} from "pulumi-dataminer-failover/failover";
import type { Agent, HeartbeatState } from "./agent.js";
import { failedChecks, hasForwarded, syncPathHolds } from "./heartbeats.js";
import type { World } from "./world.js";

/** Alarm events that wait while they cannot be forwarded, a second; and how many are too many. */
const eventsPerSecond = 1;
const tooManyPending = 1000;

/** Agents whose NATS settings are behind those of their DataMiner System. */
export const apartFromCluster = new WeakSet<Agent>();

/** Where the value of each row comes from. What a member's window does not have is left out by the row's own description. */
const produce: { readonly [Key in StatusKey]: (world: World, agent: Agent) => StatusRows[Key] } = {
  failoverStatus: (_, agent) => agent.failoverStatus ?? "",
  configuration: configurationRow,
  connectivity: (world, agent) => [...agent.heartbeats.values()].map((state) => connectivityRow(world, agent, state)),
  syncConnection: (world, agent) =>
    syncPathHolds(world, agent) ? { value: "Available" } : { value: "Not Available", failureReason: syncFailure(agent) },
  dbSync: dbSyncRow,
  dbSyncStack: dbSyncStackRow,
  rteCount: (_, agent) => agent.rteCount,
  nics: (_, agent) =>
    agent.cards.filter(({ touched }) => touched).map(({ index, connected }) => ({ index, value: connected ? "Available" : "Unavailable" })),
  database: (_, agent) => databaseRow(agent),
  nats: (_, agent) => ({ value: agent.natsFails ? "Failing" : "OK", clusterEndpointsInSync: !apartFromCluster.has(agent) }),
};

/** The rows of the Failover Status window, from the facts as they are now. */
export function statusOf(world: World, agent: Agent): Status | null {
  if (agent.failoverStatus === null || !agent.copy) return null;
  const surroundings: Surroundings = {
    isOnline: agent.isOnline && agent.copy.state !== "inactive",
    isSelfHosted: agent.storage.kind !== "staas",
    has: agent.profile.has,
  };
  const rows = statusKeys.map((key) => {
    const isShown = rowDescriptions[key].isShown?.(surroundings) ?? true;
    return [key, isShown ? produce[key](world, agent) : null];
  });
  return {
    ...(Object.fromEntries(rows) as StatusRows),
    ...(agent.options.tellsTimes === false ? {} : { failoverStatusSince: new Date(agent.notedStatus.since).toISOString() }),
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

/** Why a member holds its configuration for invalid; null when it does not (RN 26683). */
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

const syncFailure = ({ buddyAddress }: Agent): string =>
  `${buddyAddress ?? "The other Agent"} is not reached over the synchronization interface.`;

/** Active as soon as something was forwarded; before that the window does not have the row. */
function dbSyncRow(world: World, agent: Agent): Status["dbSync"] {
  const { syncFailingSince: since, clockOffsetMilliseconds } = agent;
  const forwarded = hasForwarded(agent, world.clock.now());
  const lastSuccess = forwarded ? new Date((since ?? world.clock.now()) + clockOffsetMilliseconds).toISOString() : null;
  if (!syncPathHolds(world, agent)) return { value: "Failing", failureReason: syncFailure(agent), lastSuccess };
  return forwarded ? { value: "Active", lastSuccess } : null;
}

function dbSyncStackRow(world: World, { syncFailingSince: since, forwardsWaiting }: Agent): Status["dbSyncStack"] {
  const pending = forwardsWaiting + (since === null ? 0 : Math.floor(((world.clock.now() - since) / 1000) * eventsPerSecond));
  return { value: pending > tooManyPending ? "Too Large" : "OK", pending };
}
