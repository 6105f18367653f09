import { setTimeout as pause } from "node:timers/promises";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import type { AgentControl, LoggedMessage, LoggedRequest, NameServer, PairOptions, Simulator } from "../../simulator/index.js";
import { configOn, type PairWorld, startPairWorld, type WorldOptions } from "../support/world.js";
import { claimsIn } from "./claims.js";

type Values = Record<string, unknown>;

export interface VirtualIpWorldOptions extends WorldOptions {
  /** The two are a pair already, which main holds .5 for. */
  pair?: Omit<PairOptions, "config"> & { config?: Parameters<typeof configOn>[1] };
  /** More zones than the forward one and the reverse one of the network. */
  zones?: readonly string[];
}

/** Two Agents that register in DNS, their name server, and what a program declares of a virtual IP address. */
export interface VirtualIpWorld {
  world: PairWorld;
  simulator: Simulator;
  server: NameServer;
  at: (last: number) => string;
  agent: (last: number) => AgentControl;
  /** Args of the VirtualIp .5 with its records. */
  args: (more?: object) => Values;
  dns: (more?: object) => Values;
  /** The addresses at the names of main, backup and the virtual address. */
  table: () => string[][];
  /** The names that an address of this network leads to. */
  names: (last: number) => string[];
  /** Whether the corporate interfaces of main and backup register in DNS. */
  registers: () => (boolean | undefined)[];
  /** Every record of every zone, as text. */
  records: () => string[];
  /** Who owns what, as claimsIn tells it. */
  claims: () => string[];
  /** Messages of the provider that changed something, or were to. */
  updates: () => readonly LoggedMessage[];
  /** Requests that changed something on an Agent, or were to. */
  writes: () => readonly LoggedRequest[];
}

export const zone = "skyline.local.";
export const host = (label: string): string => `${label}.${zone}`;
export const owner = "room/test/vip";

const opened: PairWorld[] = [];

export const closeWorlds = async (): Promise<void> => {
  await Promise.all(opened.splice(0).map((world) => world.close()));
};

export async function openVirtualIpWorld(network: string, options: VirtualIpWorldOptions = {}): Promise<VirtualIpWorld> {
  const { pair, zones = [], ...rest } = options;
  const reverse = `${network.split(".").reverse().join(".")}.127.in-addr.arpa.`;
  const world = await startPairWorld(network, {
    dns: { zone, reverseZones: [reverse, ...zones] },
    ...(pair ? { pairs: [{ owner: "room/test/pair", ...pair, config: configOn(network, pair.config) }] } : {}),
    ...rest,
  });
  opened.push(world);
  const { simulator, address: at } = world;
  await simulator.registered();
  const server = simulator.nameServer;
  const dns = (more?: object) => ({
    server: `${server.address}:${server.port}`,
    zone: "skyline.local",
    keyFile: simulator.dns?.keyFile,
    hostname: "dma-virtual",
    members: [
      { hostname: "dma-main", address: at(1) },
      { hostname: "dma-backup", address: at(2) },
    ],
    ...more,
  });
  const agent = (last: number) => simulator.agent(at(last));
  const records = () => server.zones.flatMap((each) => each.records().map(({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${data}`));
  return {
    world,
    simulator,
    server,
    at,
    agent,
    dns,
    args: (more) => ({
      agents: [world.connection(1), world.connection(2)],
      address: at(5),
      prefixLength: 24,
      network: "corporate",
      dns: dns(),
      __owner: owner,
      ...more,
    }),
    table: () => ["dma-main", "dma-backup", "dma-virtual"].map((label) => server.addresses(host(label))),
    names: (last) => server.data(reverseNameOf(at(last)), "PTR"),
    registers: () => [1, 2].map((last) => agent(last).snapshot().agent.interfaces[0]?.registersInDns),
    records,
    claims: () => claimsIn(records()),
    updates: () => server.log.all({ opcode: "UPDATE", key: "dma-key." }).filter(({ changes }) => changes.length > 0),
    writes: () => simulator.requests.all().filter(({ method, path }) => method !== "GET" && path !== "probe"),
  };
}

/** What an error says; the resource itself says too much. */
export const failureOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "It succeeded, but it should have failed.",
    (error: Error) => error.message,
  );

/** Begins a change, and once the forward zone is changed lets everything fail that is to be changed in the other zone. */
export async function failedHalfWay(
  { server }: VirtualIpWorld,
  failingZone: string,
  isHalfDone: () => boolean,
  act: () => Promise<unknown>,
): Promise<string> {
  const ours = { changing: true, key: "dma-key", times: 99 } as const;
  server.fail({ kind: "slow", milliseconds: 200 }, { ...ours, zone });
  const failure = failureOf(act());
  let isOver = false;
  void failure.then(() => {
    isOver = true;
  });
  while (!isHalfDone() && !isOver) await pause(5);
  server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { ...ours, zone: failingZone });
  const said = await failure;
  server.clearFaults();
  return said;
}
