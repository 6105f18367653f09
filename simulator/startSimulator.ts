import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { defaultBasePath } from "pulumi-dataminer-failover/agent";
import { AgentControl } from "./agentControl.js";
import { scaledClock } from "./clock.js";
import { reverseZoneOf, type StartedDns, startDns } from "./dns/startDns.js";
import { type Authority, type Certificate, makeAuthority } from "./host/certificates.js";
import { Endpoint, type Hosting, Routing } from "./host/endpoint.js";
import { Faults } from "./host/faults.js";
import { Listener } from "./host/listener.js";
import { RequestLog } from "./host/requestLog.js";
import type { AgentOptions, SimulatorOptions } from "./options.js";
import { Agent } from "./product/agent.js";
import { automaticFailover } from "./product/automaticFailover.js";
import { canonical } from "./product/probing.js";
import { establish } from "./product/settingUp.js";
import { World } from "./product/world.js";
import { Simulator } from "./simulator.js";

/** Starts a world of DataMiner Agents; every one listens before this resolves. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const world = new World(options.clock ?? scaledClock(options.timeScale ?? 1), automaticFailover);
  const protocol = options.protocol ?? "http";
  const authority = protocol === "https" ? await makeAuthority() : null;
  const requests = new RequestLog();
  const routing = new Routing(world, options.routing ?? "direct");
  const endpoints = new Map<string, Endpoint>();
  const hosting: Hosting = {
    world,
    basePath: options.basePath ?? defaultBasePath,
    token: options.token,
    executorOf: (addressed) => routing.executorOf(addressed),
    endpointOf: (address) => endpoints.get(address),
  };
  const listeners = new Map<string, Listener>();
  const controls = new Map<string, AgentControl>();
  for (const agentOptions of options.agents) {
    const agent = new Agent(agentOptions);
    if (world.agents.has(agent.address)) throw new Error(`Two Agents have the address ${agent.address}.`);
    const certificate = authority && (await certify(authority, agentOptions));
    agent.https = certificateFacts(agentOptions, certificate);
    world.agents.set(agent.address, agent);
    if (agent.cluster !== null) world.informSystem(agent, agent.address);
    const faults = new Faults();
    const endpoint = new Endpoint(hosting, agent, faults);
    const serve = serveLogged(world, agent, endpoint, requests, hosting.basePath, () => listener.gate === "hang");
    const listener = new Listener({ address: agent.address, port: options.port ?? 0, tls: certificate, serve });
    endpoints.set(agent.address, endpoint);
    listeners.set(agent.address, listener);
    controls.set(agent.address, new AgentControl(world, agent, listener, faults, protocol));
  }
  if (options.dns && options.names) throw new Error("With `dns`, names are set in the name server.");
  makeSurroundings(world, options);
  const failures: unknown[] = [];
  const listenerOf = (agent: Agent): Listener | undefined => listeners.get(agent.address);
  world.sockets = {
    open: (agent) =>
      void listenerOf(agent)
        ?.open()
        .catch((error) => failures.push(error)),
    close: (agent) => void listenerOf(agent)?.close(),
    drop: (agent) => listenerOf(agent)?.drop(),
  };
  const caFile = authority && (await writeCaFile(authority.caPem));
  let dns: StartedDns | null = null;
  const close = async (): Promise<void> => {
    world.close();
    await Promise.all([...listeners.values()].map((listener) => listener.close()));
    if (caFile) rmSync(join(caFile, ".."), { recursive: true, force: true });
    await dns?.close();
    if (failures.length > 0) throw failures[0];
  };
  try {
    await Promise.all([...listeners.values()].map((listener) => listener.open()));
    if (options.dns) dns = await startDns(options.dns, networkZones(world));
  } catch (error) {
    await close();
    throw error;
  }
  if (dns) world.useNameService(dns.service);
  return new Simulator(world, controls, requests, routing, { caPem: authority?.caPem ?? null, caFile }, hosting, dns, close);
}

function networkZones(world: World): string[] {
  const own = [...world.agents.values()].flatMap(({ cards }) =>
    cards.flatMap(({ addresses }) => addresses.filter(({ virtual }) => !virtual)),
  );
  return [...new Set(own.map(({ address, prefixLength }) => reverseZoneOf(address, prefixLength)))];
}

/** What is there from the start besides the Agents: names, other hosts, pairs. */
function makeSurroundings(world: World, { names = {}, hosts = [], pairs = [] }: SimulatorOptions): void {
  for (const [name, addresses] of Object.entries(names)) world.names.set(canonical(name), addresses);
  for (const host of hosts) world.network.hosts.add(host);
  for (const { config, owner = null, online: position = "main" } of pairs) {
    const [online, offline] = [config[position], config[position === "main" ? "backup" : "main"]].map(({ address }) =>
      world.agents.get(address),
    );
    if (!online || !offline) throw new Error(`A pair names Agents that are not there: ${config.main.address}, ${config.backup.address}.`);
    establish(world, { online, offline, position, config, owner });
  }
}

function serveLogged(world: World, agent: Agent, endpoint: Endpoint, requests: RequestLog, basePath: string, hangs: () => boolean) {
  return getRequestListener(
    async (request, env) => {
      const { pathname, search } = new URL(request.url);
      const entry = requests.add({
        addressed: agent.address,
        executed: null,
        method: request.method,
        path: pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length + 1) : pathname,
        route: endpoint.routeOf(request.method, pathname),
        query: search.slice(1),
        status: null,
        time: new Date(world.clock.now()).toISOString(),
      });
      if (hangs()) return new Promise<Response>(() => {}); // Its connection lives, and nothing ever comes.
      const response = await endpoint.app.fetch(request, { ...env, entry } as Parameters<typeof endpoint.app.fetch>[1]);
      if (!response.headers.has("x-hono-already-sent")) entry.status = response.status;
      return response;
    },
    { overrideGlobalObjects: false },
  );
}

function certify(authority: Authority, { address, subjectAltNames = [] }: AgentOptions): Promise<Certificate> {
  return authority.issue([address, ...subjectAltNames]);
}

function certificateFacts({ address, https }: AgentOptions, certificate: Certificate | null): Agent["https"] {
  if (https === null || (https === undefined && !certificate)) return null;
  const names = certificate?.subjectAltNames ?? [address];
  const notAfter = certificate?.notAfter ?? new Date(Date.now() + 31_536_000_000).toISOString();
  return { name: address, subjectAltNames: names, notAfter, trusted: true, ...https };
}

async function writeCaFile(caPem: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "dma-failover-ca-")), "ca.pem");
  await writeFile(file, caPem);
  return file;
}
