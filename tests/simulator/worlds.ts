import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import { onTestFinished } from "vitest";
import type { Operation } from "../../provider/agent/operationSchema.js";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import {
  type AgentOptions,
  type ManualClock,
  manualClock,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../simulator/index.js";

export const main = "127.30.1.1";
export const backup = "127.30.1.2";
export const virtualIp = "127.30.1.5";
export const mainTarget = "127.30.1.254";
export const backupTarget = "127.30.1.253";
export const owner = "project/stack/pair";
export const token = "a-token-of-at-least-thirty-two-characters";

/** The recommended four heartbeats, and nothing unusual. */
export const config: PairConfig = {
  type: "virtualIp",
  main: { address: main, acquisitionAddress: null },
  backup: { address: backup, acquisitionAddress: null },
  virtualIps: [{ network: "corporate", address: virtualIp, prefixLength: 24 }],
  hostname: null,
  mode: "automatic",
  heartbeats: [
    { kind: "normal", from: "main", target: { agent: "backup" }, interface: 1, maxFailures: 3 },
    { kind: "normal", from: "backup", target: { agent: "main" }, interface: 1, maxFailures: 3 },
    { kind: "inverted", from: "main", target: { address: mainTarget }, interface: null, maxFailures: 3 },
    { kind: "inverted", from: "backup", target: { address: backupTarget }, interface: null, maxFailures: 3 },
  ],
  syncInterface: null,
  restartWhenGoingOffline: false,
};

export const hostnameConfig: PairConfig = { ...config, type: "sharedHostname", virtualIps: [], hostname: "dma.example.com" };

export interface WorldOptions extends Partial<Omit<SimulatorOptions, "clock" | "agents">> {
  main?: Partial<AgentOptions>;
  backup?: Partial<AgentOptions>;
  others?: readonly AgentOptions[];
}

const agentsOf = (options: WorldOptions): AgentOptions[] => [
  { address: main, dataMinerId: 111, name: "DMA-MAIN", system: "DMS", elementCount: 40, ...options.main },
  { address: backup, dataMinerId: 111, name: "DMA-BACKUP", pristine: true, ...options.backup },
  ...(options.others ?? []),
];

/** A world whose time the test moves, so that nothing depends on how fast it runs. */
export async function stillWorld(options: WorldOptions = {}): Promise<{ world: Simulator; clock: ManualClock; api: Api }> {
  const clock = manualClock();
  const { main: _, backup: __, others: ___, ...rest } = options;
  const world = await startSimulator({ token, ...rest, agents: agentsOf(options), clock });
  onTestFinished(() => world.close());
  return { world, clock, api: new Api(world) };
}

/** The same with a pair that is there from the start. */
export const pairedWorld = (options: WorldOptions = {}, pair: PairConfig = config) =>
  stillWorld({ ...options, pairs: options.pairs ?? [{ config: pair, owner }] });

/** A world that runs by itself, a thousand times faster than ours. */
export async function fastWorld(options: WorldOptions = {}): Promise<{ world: Simulator; api: Api }> {
  const { main: _, backup: __, others: ___, ...rest } = options;
  const world = await startSimulator({ token, timeScale: 1000, ...rest, agents: agentsOf(options) });
  onTestFinished(() => world.close());
  return { world, api: new Api(world) };
}

export interface Answer {
  status: number;
  body: { errors?: { code?: string; errorCode?: number; detail?: string; faultingNode?: number }[] } & Record<string, unknown>;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

type Query = Record<string, string | undefined>;

/** Calls the Agents over their sockets. */
export class Api {
  constructor(private readonly world: Simulator) {}

  /** One call. `agent`, `dataMinerId` and `bypassProxy` are there unless they are given as undefined. */
  async call(
    method: string,
    address: string,
    route: string,
    query: Query = {},
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const given: Query = {
      agent: address,
      ...(method === "GET" || route === "probe" ? {} : { dataMinerId: "111" }),
      ...query,
      bypassProxy: "true",
    };
    if ("bypassProxy" in query) given.bypassProxy = query.bypassProxy;
    const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const url = `${this.world.agent(address).url}${this.world.basePath}/${route}?${new URLSearchParams(entries)}`;
    const answer = await this.patiently(url, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    const json = String(answer.headers["content-type"]).includes("json") ? JSON.parse(text) : {};
    return { status: answer.statusCode, body: json, headers: answer.headers, text };
  }

  async snapshot(address: string): Promise<Snapshot> {
    const { status, body, text } = await this.call("GET", address, "agent");
    if (status !== 200) throw new Error(`${address} answered ${status}: ${text}`);
    return body as unknown as Snapshot;
  }

  /** Under the revision that is true now, unless told otherwise. */
  async putPair(address: string, change: Record<string, unknown> = {}, query: Query = {}): Promise<Answer> {
    const { revision } = this.world.agent(address).snapshot();
    return this.call("PUT", address, "pair", query, { requestId: randomUUID(), revision, owner, previousOwner: null, config, ...change });
  }

  async endPair(address: string, change: Query = {}): Promise<Answer> {
    const { revision, pair } = this.world.agent(address).snapshot();
    const other = pair?.position === "main" ? backup : main;
    const wanted = { requestId: randomUUID(), revision, owner, mode: "delete", keep: address, reset: other, offlineUnavailable: "false" };
    return this.call("DELETE", address, "pair", { ...wanted, ...change });
  }

  switchPair(address: string, online: "main" | "backup", change: Record<string, unknown> = {}): Promise<Answer> {
    return this.call("POST", address, "pair/switch", {}, { requestId: randomUUID(), online, reason: "test", ...change });
  }

  async operation(address: string, id: unknown): Promise<Operation> {
    return (await this.call("GET", address, "operation", { id: String(id) })).body as unknown as Operation;
  }

  /**
   * A listener that is opened again takes a moment of real time; a refused connection is tried again for a while.
   * `fetch` would not do: by its own rules it sends a call that was answered 421 a second time.
   */
  private async patiently(url: string, options: Parameters<typeof request>[1]): ReturnType<typeof request> {
    for (let tries = 0; ; tries++) {
      try {
        return await request(url, { ...options, reset: true }); // A connection of its own: others may just have been dropped.
      } catch (error) {
        const mayOpen = this.world.agents.some(({ url: base, isRunning }) => url.startsWith(`${base}/`) && isRunning);
        if ((error as { code?: string }).code !== "ECONNREFUSED" || !mayOpen || tries > 200) throw error;
        await pause(5);
      }
    }
  }
}

/** Both members' texts of the row "Failover Status". */
export const roles = (world: Simulator): (string | undefined)[] =>
  [main, backup].map((address) => world.agent(address).snapshot().status?.failoverStatus);

export const heldBy = (world: Simulator, address: string): string[] =>
  world
    .agent(address)
    .snapshot()
    .agent.interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => virtual).map((held) => held.address));

export const code = (answer: Answer): unknown => answer.body.errors?.[0]?.code ?? answer.body.errors?.[0]?.errorCode;
