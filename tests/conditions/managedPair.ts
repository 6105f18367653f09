import { afterAll, beforeAll } from "vitest";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { failoverPair } from "../../provider/index.js";
import type { AgentControl, PairControl, Simulator } from "../../simulator/index.js";
import { configOn, type PairWorld, startPairWorld, token, tokenEnv, type WorldOptions } from "../support/world.js";
import { keepProgress, linesOf, QuickTime } from "./fastTime.js";

type Values = Record<string, unknown>;

/** One resource as the engine keeps it from verb to verb; every verb is a run of its own. */
export class Program {
  id = "";
  inputs: Values = {};
  outs: Values = {};

  constructor(
    private readonly label: string,
    private readonly args: (more?: object) => Values,
  ) {}

  /** What the resource has said so far. */
  get lines(): string[] {
    return linesOf(this.label);
  }

  /** Check, then create or update. What a failure leaves behind is kept, as the engine keeps it. */
  async up(more?: object): Promise<this> {
    const { inputs: news, failures } = await failoverPair.check(this.inputs, this.args(more));
    if (failures.length > 0) throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    try {
      const made = this.id === "" ? await failoverPair.create(news) : await failoverPair.update(this.id, this.outs, news);
      return Object.assign(this, { inputs: news }, made);
    } catch (error) {
      if (error instanceof Error && "properties" in error && "id" in error) {
        Object.assign(this, { id: error.id, outs: error.properties, inputs: this.id === "" ? news : this.inputs });
      }
      throw error;
    }
  }

  /** False when the pair is gone. */
  async refresh(): Promise<boolean> {
    const { id = "", props = {}, inputs = {} } = await failoverPair.read(this.id, this.outs);
    Object.assign(this, { id, outs: props, inputs });
    return id !== "";
  }

  /** What the engine would say is different from these args; empty when nothing is. */
  async drift(more?: object): Promise<string[]> {
    const before = this.lines.length;
    const { changes } = await failoverPair.diff(this.id, this.outs, (await failoverPair.check(this.inputs, this.args(more))).inputs);
    const said = this.lines.slice(before).flatMap((line) => /^differs from what is declared: (.*)$/.exec(line)?.[1]?.split(", ") ?? []);
    if (changes !== said.length > 0) throw new Error(`diff says ${changes} and names "${said.join(", ")}".`);
    return said;
  }

  /** State is left as it is, also when it succeeds. */
  destroy(): Promise<void> {
    return failoverPair.delete(this.id, this.outs);
  }
}

/** Two Agents, A at main and B at backup, and a program that declares them a pair. */
export interface ManagedPair extends Pick<PairWorld, "address" | "connection"> {
  simulator: Simulator;
  a: AgentControl;
  b: AgentControl;
  pair: PairControl;
  /** Whether one of the two knows of a pair. */
  isPaired: () => boolean;
  program: Program;
  /** The same program and state in another run. */
  another: () => Program;
  /** Texts of the row "Failover Status", asked of the simulator directly. */
  roles: () => (string | null)[];
  /** Resolves when the simulated members say so; which virtual address one waits for does not count. */
  become: (a: string, b: string) => Promise<void>;
  /** So many simulated seconds. */
  wait: (seconds: number) => Promise<void>;
  /** Ends its world; without it that happens with the file. */
  close: () => Promise<void>;
}

const worlds = new Set<PairWorld>();
let made = 0;

let time: QuickTime | undefined;

/** For a test file: time that runs so many times faster than ours, and an end of everything at last. */
export function prepareRoom(speed = 500): void {
  beforeAll(() => {
    process.env[tokenEnv] = token;
    time = new QuickTime(speed);
    time.rule();
    keepProgress();
  });
  afterAll(async () => {
    await Promise.all([...worlds].map((world) => world.close()));
    await closeConnections();
    time?.end();
  });
}

function startWorld(network: string, options: WorldOptions): Promise<PairWorld> {
  if (!time) throw new Error("prepareRoom() comes first.");
  return startPairWorld(network, { ...options, clock: time.clock() });
}

export interface PairOptions extends WorldOptions {
  /** Differences to what the program declares of the pair. */
  declared?: object;
}

/** Agents .3 and .4: a pair of somebody else in the same DataMiner System, so that a wrong address is always within reach. */
const neighbours = (network: string) => ({
  others: {
    3: { dataMinerId: 222, name: "NEXT-MAIN", system: "DMS", elementCount: 7 },
    4: { dataMinerId: 222, name: "NEXT-BACKUP", system: "DMS" },
  },
  pair: {
    owner: "next/door/pair",
    config: configOn(network, {
      main: { address: `127.${network}.3`, acquisitionAddress: null },
      backup: { address: `127.${network}.4`, acquisitionAddress: null },
      virtualIps: [{ network: "corporate", address: `127.${network}.6`, prefixLength: 24 }],
    }),
  },
});

/** A pair that the program has taken up, on a network of its own in 127.`octet`. */
export async function managedPair(octet: number, { config, ...options }: PairOptions & { config?: Partial<PairConfig> } = {}) {
  const [name, network] = nameOne(octet);
  const { others, pair } = neighbours(network);
  const pairs = [{ owner: `room/test/${name}`, config: configOn(network, config) }, pair];
  const managed = manage(await startWorld(network, { pairs, others, ...options }), name, options.declared);
  await managed.program.up();
  return managed;
}

/** Two prepared Agents that are no pair yet. */
export async function preparedAgents(octet: number, options: PairOptions = {}): Promise<ManagedPair> {
  const [name, network] = nameOne(octet);
  return manage(await startWorld(network, options), name, options.declared);
}

function nameOne(octet: number): [name: string, network: string] {
  const number = made++;
  return [`pair${octet}-${number}`, `${octet}.${number % 256}`];
}

function manage(world: PairWorld, name: string, declared: object = {}): ManagedPair {
  worlds.add(world);
  const { simulator, address, connection } = world;
  const [a, b] = [simulator.agent(address(1)), simulator.agent(address(2))];
  const args = (more?: object) => ({
    main: connection(1),
    backup: connection(2),
    ...world.pair(declared),
    __owner: `room/test/${name}`,
    ...more,
  });
  const roles = () => [a.failoverStatus, b.failoverStatus];
  const program = new Program(`FailoverPair ${name}`, args);
  return {
    simulator,
    address,
    connection,
    a,
    b,
    get pair() {
      return simulator.pair(address(1));
    },
    isPaired: () => simulator.pairs.some(({ mainAddress }) => mainAddress === a.address),
    program,
    another: () => Object.assign(new Program(`FailoverPair ${name}`, args), { id: program.id, inputs: program.inputs, outs: program.outs }),
    roles,
    become: (...wanted) =>
      simulator.until(() => roles().every((role, at) => role?.replace(/(?<=Virtual IP Address).*/, "") === wanted[at])),
    wait: (seconds) => new Promise((done) => simulator.clock.after(seconds, done)),
    close: () => {
      worlds.delete(world);
      return world.close();
    },
  };
}
