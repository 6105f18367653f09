import type { PairConfig } from "../../provider/agent/pairSchema.js";
import { configOn, type PairWorld, startPairWorld, type WorldOptions } from "../support/world.js";

export interface LivePairOptions extends WorldOptions {
  owner?: string | null;
  /** What the Agents hold otherwise. */
  config?: Partial<PairConfig>;
}

/** A world whose two Agents are a pair already, as the `pair` of the world declares it. */
export function startLivePair(network: string, { owner = "room/test/pair", config, ...options }: LivePairOptions = {}): Promise<PairWorld> {
  return startPairWorld(network, { ...options, pairs: [{ owner, config: configOn(network, config) }] });
}
