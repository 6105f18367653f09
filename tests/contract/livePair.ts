import { PairConfig } from "../../provider/agent/pairSchema.js";
import { type PairWorld, startPairWorld, type WorldOptions } from "../support/world.js";

export interface LivePairOptions extends WorldOptions {
  owner?: string | null;
  /** What the Agents hold otherwise. */
  config?: Partial<PairConfig>;
}

/** A world whose two Agents are a pair already, as the `pair` of the world declares it. */
export function startLivePair(network: string, { owner = "room/test/pair", config, ...options }: LivePairOptions = {}): Promise<PairWorld> {
  return startPairWorld(network, { ...options, pairs: [{ owner, config: configOn(network, config) }] });
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
