import { PairConfig } from "../../provider/agent/pairSchema.js";
import { type AgentOptions, type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.js";

/** The name of the environment variable, and the token itself, in every story. */
export const tokenEnv = "STORY_DMA_TOKEN";
export const token = "0123456789-story-token-abcdefghijkl";

export interface WorldOptions extends Partial<Omit<SimulatorOptions, "agents">> {
  main?: Partial<AgentOptions>;
  backup?: Partial<AgentOptions>;
  /** More Agents, by the last number of their address. */
  others?: Record<number, Partial<AgentOptions>>;
}

/** Two prepared Agents, DMA-MAIN in a DataMiner System and a pristine DMA-BACKUP, on a loopback network of their own. */
export interface PairWorld {
  simulator: Simulator;
  /** The address of this network that ends in `last`. */
  address: (last: number) => string;
  /** Args of a DmaAgent, or a written-out connection. */
  connection: (last: number, more?: object) => Record<string, unknown>;
  /** Args of the pair, without its members. */
  pair: (more?: object) => Record<string, unknown>;
  close: () => Promise<void>;
}

/** `network` makes the addresses: two numbers that no other test file uses, as in "51.1". */
export async function startPairWorld(network: string, options: WorldOptions = {}): Promise<PairWorld> {
  const { main, backup, others = {}, ...rest } = options;
  const address = (last: number) => `127.${network}.${last}`;
  const simulator = await startSimulator({
    token,
    timeScale: 2000,
    hosts: [address(254), address(253)],
    agents: [
      { address: address(1), dataMinerId: 111, name: "DMA-MAIN", system: "DMS", elementCount: 40, ...main },
      { address: address(2), dataMinerId: 111, name: "DMA-BACKUP", pristine: true, ...backup },
      ...Object.entries(others).map(([last, more]) => ({ address: address(Number(last)), ...more })),
    ],
    ...rest,
  });
  return {
    simulator,
    address,
    connection: (last, more) => ({ host: address(last), protocol: "http", port: simulator.agent(address(last)).port, tokenEnv, ...more }),
    pair: (more) => ({
      virtualIps: [{ network: "corporate", address: address(5), prefixLength: 24 }],
      mode: "automatic",
      heartbeats: [
        { kind: "normal", from: "main", target: { agent: "backup" } },
        { kind: "normal", from: "backup", target: { agent: "main" } },
        { kind: "inverted", from: "main", target: { address: address(254) } },
        { kind: "inverted", from: "backup", target: { address: address(253) } },
      ],
      ...more,
    }),
    close: () => simulator.close(),
  };
}

/** The pair that `world.pair()` declares, as an Agent holds it. */
export function configOn(network: string, more: Partial<PairConfig> = {}): PairConfig {
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
