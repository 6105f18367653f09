import type { Simulator } from "../../simulator/index.js";
import type { PairWorld } from "../support/world.js";
import { type LivePairOptions, openLivePair, openPrepared, type TwoAgents } from "./pairs.js";
import type { Resource } from "./resource.js";

export const zone = "skyline.local.";

/** Two Agents with a name server, and what a program declares of their virtual IP address. */
export interface VirtualIpWorld extends Pick<TwoAgents, "world" | "simulator" | "agent" | "pair"> {
  at: (last: number) => string;
  args: (more?: object, dns?: object | null) => Record<string, unknown>;
  /** What the name server has at a short name, sorted. */
  addresses: (name: string) => string[];
  /** Short names that an address leads to. */
  names: (last: number) => string[];
  /** The setting of the first interface of both. */
  registers: () => (boolean | undefined)[];
}

export async function preparedWorld(network: string, options: LivePairOptions = {}): Promise<VirtualIpWorld> {
  return withDns(await openPrepared(network, { dns: { zone }, ...options }));
}

export async function pairedWorld(network: string, options: LivePairOptions = {}): Promise<VirtualIpWorld> {
  return withDns(await openLivePair(network, { dns: { zone }, ...options }));
}

async function withDns({ world, simulator, agent, pair }: TwoAgents): Promise<VirtualIpWorld> {
  await simulator.registered();
  const at = world.address;
  const { nameServer } = simulator;
  const short = (name: string) => name.replace(`.${zone}`, "");
  return {
    world,
    simulator,
    agent,
    pair,
    at,
    args: (more, dns = {}) => ({
      agents: [world.connection(1), world.connection(2)],
      address: at(5),
      prefixLength: 24,
      network: "corporate",
      ...(dns === null ? {} : { dns: { ...dnsOf(world, simulator), ...dns } }),
      __owner: "room/test/vip",
      ...more,
    }),
    addresses: (name) => nameServer.zone(zone).data(`${name}.${zone}`, "A"),
    names: (last) => nameServer.names(at(last)).map(short),
    registers: () => [1, 2].map((last) => agent(last === 1 ? 1 : 2).snapshot().agent.interfaces[0]?.registersInDns),
  };
}

function dnsOf(world: PairWorld, { nameServer, dns }: Simulator): object {
  return {
    server: `${nameServer.address}:${nameServer.port}`,
    zone: "skyline.local",
    keyFile: dns?.keyFile,
    hostname: "dma-virtual",
    members: [
      { hostname: "dma-main", address: world.address(1) },
      { hostname: "dma-backup", address: world.address(2) },
    ],
  };
}

/** Names of the records that a resource says it owns, without the zone. */
export const owned = ({ outs }: Resource): string[] =>
  (outs.ownedRecords as { name: string; type: string; data: string }[])
    .map(({ name, type }) => `${type} ${name.replace(`.${zone}`, "")}`)
    .sort();
