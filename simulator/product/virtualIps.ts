import type { PairConfig } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import type { World } from "./world.js";

/**
 * A virtual address is free when it answers no ping, or only because this Agent holds it itself (known issue "Online Failover Agent
 * unable to acquire VIP").
 */
export function busyVirtualIps(world: World, agent: Agent, config: PairConfig): string[] {
  const held = agent.heldVirtualIps();
  return config.virtualIps
    .map(({ address }) => address)
    .filter((address) => !held.includes(address) && world.network.answers(agent, address));
}

export const virtualIpsAreFree = (world: World, agent: Agent, config: PairConfig): boolean =>
  busyVirtualIps(world, agent, config).length === 0;

/** Text of the status while it waits for an address. */
export const acquiring = (config: PairConfig): string => `Acquiring Virtual IP Address ${config.virtualIps[0]?.address ?? ""}`;

export const isAcquiring = (agent: Agent): boolean => agent.failoverStatus?.startsWith("Acquiring Virtual IP Address") ?? false;
