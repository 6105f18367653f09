import type { AgentControl } from "./agentControl.js";
import type { Clock } from "./clock.js";
import type { NameServer } from "./dns/nameServer.js";
import type { DnsFacts } from "./dns/options.js";
import type { StartedDns } from "./dns/startDns.js";
import type { Hosting, Routing } from "./host/endpoint.js";
import type { RequestLog } from "./host/requestLog.js";
import { PairControl } from "./pairControl.js";
import { canonical } from "./product/probing.js";
import type { World } from "./product/world.js";

/** A running world: its Agents, its pairs, and everything that can be made to happen to them. */
export class Simulator {
  /** The authority that signed the Agents' certificates; null over http. */
  readonly caPem: string | null;
  /** A file with it, which goes when the simulator is closed. */
  readonly caFile: string | null;
  /** Bearer token of every Agent. */
  readonly token: string;
  /** Path of the Failover API on each Agent. */
  readonly basePath: string;
  /** The clock of the whole world. */
  readonly clock: Clock;
  /** Where its DNS is, whose ever it is; null without one. */
  readonly dns: DnsFacts | null;

  constructor(
    private readonly world: World,
    private readonly controls: ReadonlyMap<string, AgentControl>,
    /** Every request that reached an Agent. */
    readonly requests: RequestLog,
    private readonly router: Routing,
    authority: { caPem: string | null; caFile: string | null },
    { token, basePath }: Hosting,
    private readonly startedDns: StartedDns | null,
    private readonly shut: () => Promise<void>,
  ) {
    this.caPem = authority.caPem;
    this.caFile = authority.caFile;
    this.token = token;
    this.basePath = basePath;
    this.clock = world.clock;
    this.dns = startedDns?.facts ?? null;
  }

  /** The simulator's own name server, to be asked, changed and broken directly. */
  get nameServer(): NameServer {
    const { ownNameServer } = this;
    if (!ownNameServer) throw new Error("This world has no name server of its own; start it with the option `dns`.");
    return ownNameServer;
  }

  /** The name server of the simulator, or null where there is none of its own. */
  get ownNameServer(): NameServer | null {
    return this.startedDns?.nameServer ?? null;
  }

  /** Every Agent, in the order in which they were given. */
  get agents(): readonly AgentControl[] {
    return [...this.controls.values()];
  }

  /** The Agent of an address; an error when there is none. */
  agent(address: string): AgentControl {
    const control = this.controls.get(address);
    if (!control) throw new Error(`There is no Agent ${address}; there are ${[...this.controls.keys()].join(", ")}.`);
    return control;
  }

  /** Every pair that at least one member knows of. */
  get pairs(): readonly PairControl[] {
    const found = new Map<string, PairControl>();
    for (const { copy } of this.world.agents.values()) {
      if (!copy) continue;
      const { main, backup } = copy.config;
      found.set(`${main.address}+${backup.address}`, new PairControl(this.world, main.address, backup.address));
    }
    return [...found.values()];
  }

  /** The pair of an Agent; without an address, the only one there is. */
  pair(address?: string): PairControl {
    const { pairs } = this;
    const found = pairs.filter(
      ({ mainAddress, backupAddress }) => address === undefined || address === mainAddress || address === backupAddress,
    );
    const [pair] = found;
    if (!pair || found.length > 1) throw new Error(`${address ?? "This world"} has ${found.length} pairs, not one.`);
    return pair;
  }

  /** Which Agent runs the script of a call; may be set. */
  get routing(): "direct" | "anyAgent" {
    return this.router.mode;
  }

  /** Changes it. */
  set routing(mode: "direct" | "anyAgent") {
    this.router.mode = mode;
  }

  /** A foreign host answers on this address, or does no longer: a stranger on a virtual address, or a gateway. */
  setForeignHost(address: string, answers: boolean): void {
    if (answers) this.world.network.hosts.add(address);
    else this.world.network.hosts.delete(address);
    this.world.changed();
  }

  /** A heartbeat target answers nobody any more, or does again. */
  setSilent(address: string, silent: boolean): void {
    if (silent) this.world.network.silent.add(address);
    else this.world.network.silent.delete(address);
    this.world.changed();
  }

  /** What a name resolves to when an Agent is asked to probe; reverse look-ups follow from it. */
  setName(name: string, addresses: readonly string[]): void {
    if (this.world.nameService) throw new Error("This world has a DNS: names are set in its name server.");
    if (addresses.length === 0) this.world.names.delete(canonical(name));
    else this.world.names.set(canonical(name), addresses);
  }

  /** Operations and switches stay in this phase until it is released. */
  holdPhase(phase: string): void {
    this.world.heldPhases.add(phase);
  }

  /** Ends what `holdPhase` began. */
  releasePhase(phase: string): void {
    this.world.heldPhases.delete(phase);
    this.world.changed();
  }

  /** From now on the rest of a DataMiner System learns of a new primary address only so many simulated seconds later. */
  slowSystem(seconds: number): void {
    this.world.systemLearnsAfterSeconds = seconds;
  }

  /** The next time that a phase begins, this happens. */
  atPhase(phase: string, act: () => void): void {
    const watcher = (_: unknown, entered: string): void => {
      if (entered !== phase) return;
      this.world.phaseWatchers.delete(watcher);
      act();
    };
    this.world.phaseWatchers.add(watcher);
  }

  /** Resolves when something holds; it is asked again whenever a fact has changed. */
  until(holds: () => boolean): Promise<void> {
    return this.world.until(holds);
  }

  /** Resolves when no operation and no switch is under way, and no message to the name server. */
  settled(): Promise<void> {
    const { agents, procedures, registrations } = this.world;
    return this.world.until(() => {
      const isQuiet = procedures.size === 0 && [...registrations.values()].every(({ isUnderWay }) => !isUnderWay);
      return isQuiet && [...agents.values()].every(({ isSteady }) => isSteady);
    });
  }

  /** Resolves when every Agent has registered what it is to register. While the name server is down that takes until it is back. */
  registered(): Promise<void> {
    return this.world.until(() => [...this.world.registrations.values()].every(({ isComplete }) => isComplete));
  }

  /** Ends every connection and every timer. */
  close(): Promise<void> {
    return this.shut();
  }
}
