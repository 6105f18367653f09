import { isIP } from "node:net";
import type { ProbeRequest, ProbeResult } from "../../provider/agent/contract.js";
import type { Agent } from "./agent.js";
import type { World } from "./world.js";

/** What this member sees from its own network: which addresses answer a ping, and what names resolve to. */
export function probe(world: World, agent: Agent, { addresses, names }: ProbeRequest): ProbeResult {
  return {
    addresses: addresses.map((address) => {
      const answers = world.network.answers(agent, address);
      return { address, answers, mac: answers ? macOf(world, address) : null };
    }),
    names: names.map((name) => ({ name, addresses: [...(world.names.get(canonical(name)) ?? [])].filter((found) => isIP(found) > 0) })),
    reverse: addresses.map((address) => ({
      address,
      names: [...world.names].filter(([, found]) => found.includes(address)).map(([name]) => name),
    })),
  };
}

/** A host that is no Agent answers from a card of its own. */
function macOf(world: World, address: string): string {
  const cards = [...world.agents.values()].flatMap(({ cards }) => cards);
  return cards.find(({ addresses }) => addresses.some((held) => held.address === address))?.mac ?? "02-FF-FF-00-00-01";
}

export const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, "");
