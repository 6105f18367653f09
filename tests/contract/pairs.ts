import { PairConfig } from "../../provider/agent/pairSchema.js";
import type { AgentControl, LoggedRequest, PairControl, Simulator } from "../../simulator/index.js";
import { type PairWorld, startPairWorld, type WorldOptions } from "../support/world.js";

/** Two Agents, and what a program declares of their pair. */
export interface TwoAgents {
  world: PairWorld;
  simulator: Simulator;
  args: (more?: object) => Record<string, unknown>;
  agent: (last: number) => AgentControl;
  pair: () => PairControl;
  /** Every request that wrote, or could have. */
  writes: () => readonly LoggedRequest[];
}

export interface PairOptions extends WorldOptions {
  owner?: string | null;
  /** What the program declares otherwise. */
  declared?: object;
}

export interface LivePairOptions extends PairOptions {
  /** What the Agents hold otherwise. */
  config?: Partial<PairConfig>;
}

const ours = "room/test/pair";
const opened: PairWorld[] = [];

export const closeWorlds = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((world) => world.close()));
};

/** Two prepared Agents and no pair yet. */
export async function openPrepared(network: string, { owner = ours, declared, ...options }: PairOptions = {}): Promise<TwoAgents> {
  return twoAgents(await startPairWorld(network, options), owner, declared);
}

/** Two Agents that are a pair already, as if an earlier run had set it up. */
export async function openLivePair(
  network: string,
  { owner = ours, config, declared, ...options }: LivePairOptions = {},
): Promise<TwoAgents> {
  const pairs = [{ owner, config: configOn(network, config) }];
  return twoAgents(await startPairWorld(network, { ...options, pairs }), ours, { __owner: owner ?? ours, ...declared });
}

function twoAgents(world: PairWorld, owner: string | null, declared?: object): TwoAgents {
  opened.push(world);
  const { simulator } = world;
  const members = { main: world.connection(1), backup: world.connection(2) };
  return {
    world,
    simulator,
    args: (more) => ({ ...members, ...world.pair(), __owner: owner, ...declared, ...more }),
    agent: (last) => simulator.agent(world.address(last)),
    pair: () => simulator.pair(),
    writes: () => simulator.requests.all().filter(({ method, path }) => method !== "GET" && path !== "probe"),
  };
}

function configOn(network: string, more: Partial<PairConfig> = {}): PairConfig {
  const address = (last: number) => `127.${network}.${last}`;
  const heartbeat = (kind: string, from: string, target: object) => ({ kind, from, target, interface: null, maxFailures: 3 });
  return PairConfig.parse({
    type: "virtualIp",
    main: { address: address(1), acquisitionAddress: null },
    backup: { address: address(2), acquisitionAddress: null },
    virtualIps: [{ network: "corporate", address: address(5), prefixLength: 24 }],
    hostname: null,
    mode: "automatic",
    heartbeats: [
      heartbeat("normal", "main", { agent: "backup" }),
      heartbeat("normal", "backup", { agent: "main" }),
      heartbeat("inverted", "main", { address: address(254) }),
      heartbeat("inverted", "backup", { address: address(253) }),
    ],
    syncInterface: null,
    restartWhenGoingOffline: false,
    ...more,
  });
}
