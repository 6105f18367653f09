import { apiCodes, type PairConfig } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import { conflict, productCodes } from "./operations.js";
import { busyVirtualIps } from "./probing.js";
import type { World } from "./world.js";

/**
 * What the product checks before it makes a pair (Preparing the two DataMiner Agents). `prepared`: the two are a pair already, a disabled
 * one.
 */
export function checkMembers(world: World, online: Agent, offline: Agent, config: PairConfig, prepared: boolean): void {
  if (!world.network.reaches(online, offline)) {
    throw conflict(productCodes.noConnection, `There is no connection available with the DataMiner at ${offline.address}.`);
  }
  if (online.dataMinerId === null || online.dataMinerId !== offline.dataMinerId) {
    throw conflict(
      apiCodes.differentIds,
      `${online.address} has DataMiner ID ${online.dataMinerId ?? "none"}, ${offline.address} has ${offline.dataMinerId ?? "none"}.`,
    );
  }
  if (online.version !== offline.version) {
    throw conflict(
      apiCodes.versionIncompatibility,
      `${online.address} runs ${online.version}, ${offline.address} runs ${offline.version}.`,
    );
  }
  if (online.nats !== offline.nats) {
    throw conflict(
      productCodes.requirementsNotMet,
      `NATS is ${online.nats} on ${online.address} and ${offline.nats} on ${offline.address}.`,
    );
  }
  if (online.cluster === null) throw conflict(productCodes.notInCluster, `${online.address} is not in any cluster.`);
  if (!prepared) checkBackup(offline);
  if (online.swarming || offline.swarming) throw conflict(productCodes.requirementsNotMet, "Swarming is enabled.");
  checkType(world, online, offline, config);
  checkInterfaces(online, config);
  checkInterfaces(offline, config);
  const [busy] = busyVirtualIps(world, online, config);
  if (busy !== undefined) throw conflict(productCodes.notAllowed, `Virtual IP address ${busy} is in use by another host.`);
}

function checkBackup(backup: Agent): void {
  if (backup.cluster !== null)
    throw conflict(productCodes.notAllowed, `${backup.address} is in cluster ${backup.cluster}; a backup Agent must be in none.`);
  if (backup.copy) throw conflict(productCodes.notAllowed, `${backup.address} is in a Failover pair already.`);
  if (!backup.pristine) throw conflict(productCodes.notAllowed, `${backup.address} was used before; reset it to factory settings first.`);
}

/** Types are not mixed within one DataMiner System (About DMA Failover, RN 37075). */
function checkType(world: World, online: Agent, offline: Agent, config: PairConfig): void {
  for (const { address, profile } of [online, offline]) {
    if (!profile.pairTypes.some((type) => type === config.type))
      throw conflict(apiCodes.unsupported, `${address} cannot be in a pair of type ${config.type}.`);
  }
  const [other] = systemPairTypes(world, online, [online, offline]).filter((type) => type !== config.type);
  if (other !== undefined) throw conflict(productCodes.notAllowed, `The DataMiner System has pairs of type ${other}; types are not mixed.`);
  if (config.type === "virtualIp" && agentsByHostname(world, online)) {
    throw conflict(productCodes.notAllowed, "An Agent of the DataMiner System was added by hostname; only shared hostnames are allowed.");
  }
}

function checkInterfaces(agent: Agent, config: PairConfig): void {
  for (const { network, address } of config.virtualIps) {
    if (!agent.cards.some((card) => card.network === network)) {
      throw conflict(productCodes.requirementsNotMet, `${agent.address} has no interface on the ${network} network for ${address}.`);
    }
  }
}

/** Types of the pairs in an Agent's DataMiner System. */
export function systemPairTypes(world: World, agent: Agent, leftOut: readonly Agent[] = []): string[] {
  const members = agent.cluster === null ? [] : world.systemAgents(agent.cluster).filter((member) => !leftOut.includes(member));
  return [...new Set(members.flatMap(({ copy }) => (copy ? [copy.config.type] : [])))];
}

export const agentsByHostname = (world: World, agent: Agent): boolean =>
  agent.cluster !== null && world.systemAgents(agent.cluster).some(({ options }) => options.addedByHostname === true);
