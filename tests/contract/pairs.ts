import type { AgentControl, LoggedRequest, PairControl, Simulator } from "../../simulator/index.js";
import { type PairWorld, startPairWorld, type WorldOptions } from "../support/world.js";
import { type LivePairOptions as LiveWorldOptions, startLivePair } from "./livePair.js";

/** Two Agents, and what a program declares of their pair. */
export interface TwoAgents {
  world: PairWorld;
  simulator: Simulator;
  args: (more?: object) => Record<string, unknown>;
  agent: (last: number) => AgentControl;
  pair: () => PairControl;
  /** Every request that wrote, or could have; but not the first, by which a creation took over the pair that stood there as its own. */
  writes: () => readonly LoggedRequest[];
}

export interface LivePairOptions extends LiveWorldOptions {
  /** What the program declares otherwise. */
  declared?: object;
}

const ours = "room/test/pair";
const opened: PairWorld[] = [];

export const closeWorlds = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((world) => world.close()));
};

/** Two prepared Agents and no pair yet. */
export async function openPrepared(network: string, options: WorldOptions = {}): Promise<TwoAgents> {
  return twoAgents(await startPairWorld(network, options), { __owner: ours });
}

/** Two Agents that are a pair already, as if an earlier run had set it up; its owner declares it, unless it has none. */
export async function openLivePair(network: string, { declared, ...options }: LivePairOptions = {}): Promise<TwoAgents> {
  const { owner = ours } = options;
  const declaring = { __owner: owner ?? ours, ...declared };
  const two = twoAgents(await startLivePair(network, options), declaring);
  return declaring.__owner === owner ? { ...two, writes: () => withoutTakeOver(two.writes()) } : two;
}

/** A pair that stands there already gets the generation of the resource that is made for it. */
function withoutTakeOver(requests: readonly LoggedRequest[]): readonly LoggedRequest[] {
  const [first, ...others] = requests;
  return first?.route === "putPair" && first.status === 200 ? others : requests;
}

function twoAgents(world: PairWorld, declared: object): TwoAgents {
  opened.push(world);
  const { simulator } = world;
  const members = { main: world.connection(1), backup: world.connection(2) };
  return {
    world,
    simulator,
    args: (more) => ({ ...members, ...world.pair(), ...declared, ...more }),
    agent: (last) => simulator.agent(world.address(last)),
    pair: () => simulator.pair(),
    writes: () => simulator.requests.all().filter(({ method, path }) => method !== "GET" && path !== "probe"),
  };
}
