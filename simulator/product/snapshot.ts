import { type AgentFacts, type Operation, type Pair, Snapshot } from "pulumi-dataminer-failover/agent";
import type { Agent, PairCopy } from "./agent.js";
import { showOperation } from "./operations.js";
import { settingsOwnersOf } from "./settings.js";
import { agentsByHostname, systemPairTypes } from "./setupChecks.js";
import { invalidReason, statusOf } from "./status.js";
import type { World } from "./world.js";

/** Everything one member knows. It is built through the schema, so the simulator cannot answer what the contract does not have. */
export function snapshotOf(world: World, agent: Agent): Snapshot {
  const { cluster, dataMinerId } = agent;
  return Snapshot.parse({
    apiVersion: "1",
    ...(agent.options.tellsTimes === false ? {} : { timeUtc: new Date(world.timeOf(agent)).toISOString() }),
    agent: factsOf(agent),
    dms: {
      pairTypes: systemPairTypes(world, agent),
      agentsByHostname: agentsByHostname(world, agent),
      primaryAddress: cluster === null || dataMinerId === null ? null : (world.primaryAddresses.get(`${cluster}/${dataMinerId}`) ?? null),
    },
    revision: agent.revision,
    pair: agent.copy ? pairOf(world, agent, agent.copy) : null,
    status: statusOf(world, agent),
  } satisfies Snapshot);
}

function factsOf(agent: Agent): AgentFacts {
  const { profile } = agent;
  return {
    address: agent.address,
    dataMinerId: agent.dataMinerId,
    name: agent.name,
    version: agent.version,
    cluster: agent.cluster,
    elementCount: agent.elementCount,
    pristine: agent.pristine,
    swarming: agent.swarming,
    interfaces: agent.cards.map(({ touched: _, ...card }) => card),
    pcap: agent.pcap,
    https: agent.https,
    storage: agent.storage,
    nats: agent.nats,
    capabilities: {
      pairTypes: [...profile.pairTypes],
      endModes: [...profile.endModes],
      endWithOfflineUnavailable: profile.endWithOfflineUnavailable,
    },
    settings: agent.timers,
    settingsOwners: settingsOwnersOf(agent),
  };
}

function pairOf(world: World, agent: Agent, copy: PairCopy): Pair {
  const [latest] = [...agent.operations.values()].sort((a, b) => b.started - a.started);
  return {
    state: pairState(world, agent, copy),
    owner: copy.owner,
    position: copy.position,
    buddyReachable: world.reachableBuddy(agent) !== null,
    config: copy.config,
    operation: latest ? showOperation(latest) : null,
    lastSwitchUtc: agent.lastSwitchAt === null || agent.options.tellsTimes === false ? null : new Date(agent.lastSwitchAt).toISOString(),
  };
}

const underWay: Record<Operation["kind"], string> = { setUp: "configuring", change: "configuring", end: "ending", switch: "switching" };

/** An Agent that starts is in no switch: its own status says what it does. */
function pairState(world: World, agent: Agent, copy: PairCopy): string {
  const procedure = world.procedureOf(agent);
  if (procedure) return underWay[procedure.options.kind];
  if (copy.state === "inactive") return "inactive";
  const members = [agent, world.reachableBuddy(agent)];
  if (members.some((member) => member?.inTransition && member.failoverStatus !== "Starting")) return "switching";
  return invalidReason(world, agent) === null ? "active" : "invalid";
}
