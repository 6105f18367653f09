import { isIP } from "node:net";
import type { PairConfig, ProbeRequest, ProbeResult } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import type { World } from "./world.js";

/** What this member sees from its own network: which addresses answer a ping, and what names resolve to. */
export async function probe(world: World, agent: Agent, { addresses, names }: ProbeRequest): Promise<ProbeResult> {
  const [resolved, reversed] = await Promise.all([
    Promise.all(names.map((name) => resolve(world, name))),
    Promise.all(addresses.map((address) => reverse(world, address))),
  ]);
  return {
    addresses: addresses.map((address) => {
      const answers = world.network.answers(agent, address);
      return { address, answers, mac: answers ? macOf(world, address) : null };
    }),
    names: names.map((name, index) => ({ name, addresses: resolved[index] ?? [] })),
    reverse: addresses.map((address, index) => ({ address, names: reversed[index] ?? [] })),
  };
}

async function resolve({ nameService, names }: World, name: string): Promise<string[]> {
  if (nameService) return nameService.resolve(name);
  return [...(names.get(canonical(name)) ?? [])].filter((found) => isIP(found) > 0);
}

async function reverse({ nameService, names }: World, address: string): Promise<string[]> {
  if (nameService) return nameService.reverse(address);
  return [...names].filter(([, found]) => found.includes(address)).map(([name]) => name);
}

/** A host that is no Agent answers from a card of its own. */
function macOf(world: World, address: string): string {
  const cards = [...world.agents.values()].flatMap(({ cards }) => cards);
  return cards.find(({ addresses }) => addresses.some((held) => held.address === address))?.mac ?? "02-FF-FF-00-00-01";
}

export const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, "");

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
