import { type Simulator, startSimulator } from "../../simulator/index.js";
import { configOn, token, tokenEnv } from "../support/world.js";

/** What happens to each of six pairs, by its name. */
export const fates = {
  clean: "nothing",
  heartbeat: "somebody changes a heartbeat",
  role: "somebody switches it",
  database: "a database fails",
  half: "one member is gone",
  dead: "both members are gone",
} as const;
export type Fate = keyof typeof fates;
export const names = Object.keys(fates) as Fate[];

/** Six pairs that work, each on a network of its own in 127.`octet`. */
export interface SixPairs {
  simulator: Simulator;
  /** Args of a pair, as a program or an inventory declares it. */
  declared: (name: Fate) => Record<string, unknown> & { main: object; backup: object };
  address: (name: Fate, last: number) => string;
  /** Lets happen to each what its name says. */
  disturb: () => Promise<void>;
  close: () => Promise<void>;
}

/** `owner`: who owns each pair; with it a program that declares the pairs takes them up as its own. */
export async function startSixPairs(octet: number, owner: (name: Fate) => string | null = () => null): Promise<SixPairs> {
  const network = (name: Fate) => `${octet}.${names.indexOf(name) + 1}`;
  const address = (name: Fate, last: number) => `127.${network(name)}.${last}`;
  const simulator = await startSimulator({
    token,
    timeScale: 2000,
    agents: names.flatMap((name, index) => [
      { address: address(name, 1), dataMinerId: 101 + index, name: `${name}-main`, system: "DMS", registersInDns: false },
      { address: address(name, 2), dataMinerId: 101 + index, name: `${name}-backup`, system: "DMS", registersInDns: false },
    ]),
    hosts: names.flatMap((name) => [address(name, 254), address(name, 253)]),
    pairs: names.map((name) => ({ config: configOn(network(name)), owner: owner(name) })),
  });
  const connection = (name: Fate, last: number) => ({
    host: address(name, last),
    protocol: "http",
    port: simulator.agent(address(name, last)).port,
    tokenEnv,
  });
  return {
    simulator,
    address,
    declared: (name) => {
      const { virtualIps, mode, heartbeats } = configOn(network(name));
      const declaredHeartbeats = heartbeats.map(({ interface: _, ...heartbeat }) => heartbeat);
      return { main: connection(name, 1), backup: connection(name, 2), virtualIps, mode, heartbeats: declaredHeartbeats };
    },
    disturb: async () => {
      simulator.pair(address("heartbeat", 1)).editConfig(({ heartbeats, ...config }) => ({
        ...config,
        heartbeats: heartbeats.map((one, index) => (index === 1 ? { ...one, maxFailures: 9 } : one)),
      }));
      await simulator.pair(address("role", 1)).switchRoles();
      simulator.agent(address("database", 2)).setDatabase("Failing");
      simulator.agent(address("half", 2)).stop();
      for (const last of [1, 2]) simulator.agent(address("dead", last)).stop();
    },
    close: () => simulator.close(),
  };
}
