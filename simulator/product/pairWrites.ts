import { apiCodes, type Operation, type Position, type PostSwitch, type PutPair, type Snapshot } from "pulumi-dataminer-failover/agent";
import { type Agent, otherPosition, type PairCopy, sameConfig } from "./agent.js";
import { change } from "./changing.js";
import { checkEnding, end } from "./ending.js";
import { conflict, newOperation, type OperationRecord, productCodes, Refusal, showOperation } from "./operations.js";
import { positionOf, setUp, withAcquisitionAddresses } from "./settingUp.js";
import { snapshotOf } from "./snapshot.js";
import { goOnline } from "./switching.js";
import type { World } from "./world.js";

/** What a write is answered with: the operation it began, the state when nothing is left to do, or nothing at all. */
export type WriteAnswer = { status: 202; body: Operation } | { status: 200; body: Snapshot } | { status: 204; body: null };

interface Write {
  requestId: string;
  /** The whole write, to tell a repeated one from another one under the same id. */
  content: string;
}

/** Sets up, re-enables or changes the pair. */
export function putPair(world: World, agent: Agent, wanted: PutPair, { requestId, content }: Write): WriteAnswer {
  const known = repeated(world, agent, { requestId, content });
  if (known) return known;
  refuseWhileBusy(world, agent);
  if (wanted.revision !== agent.revision) throw stale(agent);
  const { copy } = agent;
  const position = positionOf(wanted.config, agent.address);
  if (!copy) {
    if (position !== "main") throw conflict(apiCodes.wrongMember, `Setting up is asked of the main Agent, ${wanted.config.main.address}.`);
    return beginSetUp(world, agent, wanted, "main", { requestId, content });
  }
  if (copy.owner !== wanted.owner && copy.owner !== wanted.previousOwner) throw foreign(copy);
  if (!agent.isOnline) throw conflict(apiCodes.agentOffline, `${agent.address} is offline; write to the online member.`);
  refuseOtherIdentity(copy, wanted);
  if (copy.state === "inactive") return beginSetUp(world, agent, wanted, copy.position, { requestId, content });
  if (sameConfig(copy.config, wanted.config)) {
    agent.answered.set(requestId, content);
    if (copy.owner !== wanted.owner) writeOwner(world, agent, copy, wanted.owner);
    return { status: 200, body: snapshotOf(world, agent) };
  }
  const config = withAcquisitionAddresses(world, wanted.config);
  return begin(world, agent, newOperation("change", requestId, content, world.timeOf(agent)), (operation) =>
    change(world, agent, copy, config, wanted.owner, operation),
  );
}

export interface EndPair {
  revision: string;
  owner: string;
  mode: "delete" | "disable";
  keep: string;
  reset: string;
  offlineUnavailable: boolean;
}

export function endPair(world: World, agent: Agent, wanted: EndPair, { requestId, content }: Write): WriteAnswer {
  const known = repeated(world, agent, { requestId, content });
  if (known) return known;
  const { copy } = agent;
  if (!copy || (copy.state === "inactive" && wanted.mode === "disable")) return { status: 204, body: null };
  refuseWhileBusy(world, agent);
  if (wanted.revision !== agent.revision) throw stale(agent);
  // Disabling a pair clears its owner, so whoever comes may end what is left of it.
  if (copy.owner !== wanted.owner && !(copy.owner === null && copy.state === "inactive")) throw foreign(copy);
  if (wanted.keep !== agent.address)
    throw conflict(apiCodes.wrongMember, `${agent.address} was asked to end the pair and keep ${wanted.keep}.`);
  if (wanted.reset !== agent.buddyAddress)
    throw conflict(apiCodes.wrongMember, `${wanted.reset} is not the other member; that is ${agent.buddyAddress}.`);
  if (!agent.profile.endModes.some((mode) => mode === wanted.mode)) {
    throw conflict(apiCodes.unsupported, `${agent.version} cannot ${wanted.mode} a pair; it can ${agent.profile.endModes.join(", ")}.`);
  }
  if (wanted.offlineUnavailable && !agent.profile.endWithOfflineUnavailable) {
    throw conflict(apiCodes.unsupported, `${agent.version} cannot end a pair while its offline Agent is unavailable.`);
  }
  const buddy = world.buddyOf(agent);
  if (!buddy) throw conflict(productCodes.unknownDestination, `${wanted.reset} is no Agent of this world.`);
  const ending = { keep: agent, reset: buddy, mode: wanted.mode, offlineUnavailable: wanted.offlineUnavailable };
  checkEnding(world, ending);
  return begin(world, agent, newOperation("end", requestId, content, world.timeOf(agent)), (operation) => end(world, ending, operation));
}

export function switchPair(world: World, agent: Agent, wanted: PostSwitch, { requestId, content }: Write): WriteAnswer {
  const known = repeated(world, agent, { requestId, content });
  if (known) return known;
  if (agent.copy?.state !== "active") throw conflict(apiCodes.notConfigured, "Failover has not been configured");
  if (agent.copy.position !== wanted.online) {
    throw conflict(apiCodes.wrongMember, `${agent.address} is the ${agent.copy.position} Agent; ask the one that is to go online.`);
  }
  refuseWhileBusy(world, agent);
  if (agent.isOnline) {
    agent.answered.set(requestId, content);
    return { status: 200, body: snapshotOf(world, agent) };
  }
  if (agent.failoverStatus !== "Offline") throw conflict(apiCodes.switching, `${agent.address} is ${agent.failoverStatus}.`);
  return begin(world, agent, newOperation("switch", requestId, content, world.timeOf(agent)), (operation) =>
    goOnline(world, agent, "person", operation),
  );
}

export function findOperation(agent: Agent, id: string): Operation {
  const operation = agent.operations.get(id);
  if (!operation) throw new Refusal(404, "UNKNOWN_OPERATION", `${agent.address} knows no operation ${id}.`);
  return showOperation(operation);
}

function begin(world: World, agent: Agent, operation: OperationRecord, act: (operation: OperationRecord) => void): WriteAnswer {
  world.remember(agent, operation);
  act(operation);
  return { status: 202, body: showOperation(operation) };
}

/** The same id with the same content is the same write, sent again (contract, "requestId"). */
function repeated(world: World, agent: Agent, { requestId, content }: Write): WriteAnswer | null {
  const operation = [...agent.operations.values()].find((known) => known.requestId === requestId);
  const before = operation?.content ?? agent.answered.get(requestId);
  if (before === undefined) return null;
  if (before !== content) throw conflict(apiCodes.requestIdReused, `Request ${requestId} was sent before with other content.`);
  return operation ? { status: 202, body: showOperation(operation) } : { status: 200, body: snapshotOf(world, agent) };
}

function refuseWhileBusy(world: World, agent: Agent): void {
  const procedure = world.procedureOf(agent);
  if (procedure?.options.kind === "switch") throw conflict(apiCodes.switching, "This DataMiner Agent is currently switching.");
  if (procedure) throw conflict(apiCodes.busy, "DataMiner Redundancy is being configured.");
}

function beginSetUp(
  world: World,
  online: Agent,
  { config, owner }: PutPair,
  position: Position,
  { requestId, content }: Write,
): WriteAnswer {
  const other = config[otherPosition(position)].address;
  if (other === online.address) throw conflict(productCodes.connectionToSelf, "Attempt to connect to self.");
  const offline = world.agents.get(other);
  if (!offline) throw conflict(productCodes.unknownDestination, `No Agent answers at ${other}.`);
  return begin(world, online, newOperation("setUp", requestId, content, world.timeOf(online)), (operation) =>
    setUp(world, { online, offline, position, config, owner }, operation),
  );
}

/** Type, shared hostname and members stay as long as the pair lives (Advanced Failover options). */
function refuseOtherIdentity({ config }: PairCopy, wanted: PutPair): void {
  const same =
    config.main.address === wanted.config.main.address &&
    config.backup.address === wanted.config.backup.address &&
    config.type === wanted.config.type &&
    config.hostname === wanted.config.hostname;
  if (!same)
    throw conflict(apiCodes.unsupported, "Members, type and shared hostname of a live pair cannot be changed; end it and set it up again.");
}

function writeOwner(world: World, agent: Agent, copy: PairCopy, owner: string): void {
  const written = world.writeCopy(agent, { ...copy, owner });
  const buddy = world.reachableBuddy(agent);
  if (buddy?.buddyAddress === agent.address) world.copyTo(buddy, written);
  world.changed();
}

const stale = (agent: Agent): Refusal =>
  conflict(apiCodes.staleRevision, `The pair on ${agent.address} was changed since; its revision is ${agent.revision}.`);
const foreign = ({ owner }: PairCopy): Refusal =>
  conflict(apiCodes.foreignOwner, owner === null ? "The pair was made by hand." : `The pair belongs to ${owner}.`);
