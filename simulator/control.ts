import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { PairConfig } from "pulumi-dataminer-failover/agent";
import { isDnsFault } from "./dns/faults.js";
import type { NameServer } from "./dns/nameServer.js";
import { isFault } from "./host/faults.js";
import { ListenError } from "./host/listener.js";
import type { Simulator } from "./simulator.js";

const controlAddress = "127.0.0.1";

/** The control API while it listens. */
export interface Control {
  /** Where it listens, as in `http://127.0.0.1:8111`. */
  url: string;
  /** Stops listening. */
  close(): Promise<void>;
}

const recordTypes = ["A", "AAAA", "PTR", "CNAME", "NS", "TXT"] as const;

type Arguments = Record<string, unknown>;
type Command = (simulator: Simulator, given: Arguments) => void | Promise<void>;

/** What can be asked with POST and a JSON object; each is a method of the simulator, an Agent or a pair. */
const commands: Record<string, Command> = {
  switch: (simulator, given) => simulator.pair(optionalText(given, "agent")).switchRoles(),
  "end-pair": (simulator, given) => simulator.pair(optionalText(given, "agent")).end(),
  stop: (simulator, given) => simulator.agent(text(given, "agent")).stop(),
  start: (simulator, given) => simulator.agent(text(given, "agent")).start(),
  restart: (simulator, given) => simulator.agent(text(given, "agent")).restart(optionalNumber(given, "seconds")),
  "cut-off": (simulator, given) =>
    simulator.agent(text(given, "agent")).cutOff({
      how: oneOf(given, "how", ["hang", "reset"], "hang"),
      from: oneOf(given, "from", ["clients", "everyone"], "clients"),
    }),
  reconnect: (simulator, given) => simulator.agent(text(given, "agent")).reconnect(),
  unplug: (simulator, given) => simulator.agent(text(given, "agent")).unplug(optionalNumber(given, "interface") ?? 1),
  plug: (simulator, given) => simulator.agent(text(given, "agent")).plug(optionalNumber(given, "interface") ?? 1),
  database: (simulator, given) => simulator.agent(text(given, "agent")).setDatabase(oneOf(given, "state", ["OK", "Failing"])),
  clock: (simulator, given) => simulator.agent(text(given, "agent")).setClock(optionalNumber(given, "secondsAhead") ?? 0),
  "runtime-error": (simulator, given) => simulator.agent(text(given, "agent")).raiseRuntimeError(),
  "prepare-again": (simulator, given) =>
    simulator.agent(text(given, "agent")).prepareAgain({ dataMinerId: optionalNumber(given, "dataMinerId") ?? 111 }),
  "edit-configuration": (simulator, given) =>
    simulator.pair(optionalText(given, "agent")).editConfig(PairConfig.partial().strict().parse(given.change) as Partial<PairConfig>),
  "set-owner": (simulator, given) => simulator.pair(optionalText(given, "agent")).setOwner(optionalText(given, "owner") ?? null),
  "set-pair-state": (simulator, given) =>
    simulator.pair(optionalText(given, "agent")).setState(oneOf(given, "state", ["active", "inactive", "invalid"])),
  "break-path": (simulator, given) => simulator.pair(optionalText(given, "agent")).breakPath(optionalNumber(given, "interface")),
  "mend-path": (simulator, given) => simulator.pair(optionalText(given, "agent")).mendPath(),
  "foreign-host": (simulator, given) => simulator.setForeignHost(text(given, "address"), given.answers !== false),
  silence: (simulator, given) => simulator.setSilent(text(given, "address"), given.silent !== false),
  "hold-phase": (simulator, given) => simulator.holdPhase(text(given, "phase")),
  "release-phase": (simulator, given) => simulator.releasePhase(text(given, "phase")),
  "register-in-dns": (simulator, given) => simulator.agent(text(given, "agent")).registerInDns(),
  "dns-set": (simulator, given) => {
    const { nameServer } = simulator;
    const name = text(given, "name");
    const data = optionalList(given, "data");
    const ttl = optionalNumber(given, "ttl");
    nameServer.zoneOf(name).set(name, oneOf(given, "type", recordTypes), data, ttl === undefined ? {} : { ttl });
  },
  "dns-stop": (simulator) => simulator.nameServer.stop(),
  "dns-start": (simulator) => simulator.nameServer.start(),
  "dns-fail": (simulator, given) => {
    if (!isDnsFault(given.fault)) throw new Error('"fault" must be a fault, like {"kind": "loseAnswer"}.');
    simulator.nameServer.fail(given.fault, { times: optionalNumber(given, "times") ?? 1 });
  },
  fail: (simulator, given) => {
    if (!isFault(given.fault)) throw new Error('"fault" must be a fault, like {"kind": "loseAnswer"}.');
    simulator.agent(text(given, "agent")).fail(given.fault, { times: optionalNumber(given, "times") ?? 1 });
  },
};

/** Serves GET /state and a POST for each command, on loopback and never on an Agent's address. Port 0: any free one. */
export async function serveControl(simulator: Simulator, port = 0): Promise<Control> {
  const server = createAdaptorServer({ fetch: controlApp(simulator).fetch, overrideGlobalObjects: false });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(controlAddress, port, error)));
    server.listen(port, controlAddress, () => {
      const address = server.address();
      resolve(address && typeof address === "object" ? address.port : port);
    });
  });
  return {
    url: `http://${controlAddress}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function controlApp(simulator: Simulator): Hono {
  const app = new Hono();
  app.get("/state", (call) => call.json(stateOf(simulator)));
  app.post("/:command", async (call) => {
    const command = Object.hasOwn(commands, call.req.param("command")) ? commands[call.req.param("command")] : undefined;
    if (!command) return call.json({ error: `There is no such command; there are ${Object.keys(commands).join(", ")}.` }, 404);
    // A web page cannot send this type to another site without asking first.
    if (!/^application\/json\b/i.test(call.req.header("content-type") ?? "")) {
      return call.json({ error: "Send a JSON object with content-type application/json." }, 415);
    }
    try {
      await command(simulator, (await call.req.json()) as Arguments);
    } catch (error) {
      return call.json({ error: error instanceof Error ? error.message : String(error) }, 400);
    }
    return call.json(stateOf(simulator));
  });
  return app;
}

/** Everything the world knows, asked directly and not through the Agents' API. */
function stateOf(simulator: Simulator) {
  return {
    time: new Date(simulator.clock.now()).toISOString(),
    agents: simulator.agents.map((agent) => ({
      address: agent.address,
      url: agent.url,
      running: agent.isRunning,
      snapshot: agent.snapshot(),
    })),
    pairs: simulator.pairs.map(({ mainAddress, backupAddress, online, owner }) => ({
      main: mainAddress,
      backup: backupAddress,
      online,
      owner,
    })),
    requests: simulator.requests.count(),
    dns: simulator.ownNameServer ? dnsStateOf(simulator.ownNameServer) : null,
  };
}

const dnsStateOf = ({ address, port, zones }: NameServer) => ({
  server: { host: address, port },
  zones: zones.map((zone) => ({ name: zone.name, serial: zone.serial, records: zone.records() })),
});

function text(given: Arguments, name: string): string {
  const value = optionalText(given, name);
  if (value === undefined) throw new Error(`"${name}" is missing.`);
  return value;
}

function optionalText(given: Arguments, name: string): string | undefined {
  const value = given[name] ?? undefined;
  if (value !== undefined && typeof value !== "string") throw new Error(`"${name}" must be text.`);
  return value;
}

function optionalList(given: Arguments, name: string): string[] {
  const value = given[name] ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) throw new Error(`"${name}" must be a list of texts.`);
  return value;
}

function optionalNumber(given: Arguments, name: string): number | undefined {
  const value = given[name] ?? undefined;
  if (value !== undefined && typeof value !== "number") throw new Error(`"${name}" must be a number.`);
  return value;
}

function oneOf<Value extends string>(given: Arguments, name: string, values: readonly Value[], usual?: Value): Value {
  const value = values.find((candidate) => candidate === (given[name] ?? usual));
  if (value === undefined) throw new Error(`"${name}" must be ${values.join(" or ")}.`);
  return value;
}
