import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { type Agent, otherPosition, type PairCopy } from "./agent.js";
import { Network } from "./network.js";
import type { OperationRecord } from "./operations.js";
import { type NameService, Registration } from "./registering.js";

/** What the state machine asks of the sockets. */
export interface Sockets {
  open(agent: Agent): void;
  close(agent: Agent): void;
  /** Ends what is connected; new connections are taken. */
  drop(agent: Agent): void;
}

/** What the product makes of the facts of a world, whoever has changed them. */
export interface Consequences {
  /** Brings every Agent up to date with what it sees around it. */
  observe(world: World): void;
  /** What members do by themselves. */
  react(world: World): void;
  /** Simulated seconds from `since`, when `react` was called, until it may come to another conclusion although no fact has changed. */
  nextReaction(world: World, since: number): number | null;
}

/** Long work that is under way, as others see it. */
export interface LongWork {
  readonly phase: string;
  readonly options: { readonly kind: OperationRecord["kind"]; readonly driver: Agent; readonly members: readonly Agent[] };
  /** Called whenever a fact has changed: goes on if it can. */
  check(): void;
}

type Waiter = { holds: () => boolean; resolve: () => void; reject: (error: Error) => void };

/** All Agents and what lies between them. Every change of a fact ends in `changed`, from where the consequences follow. */
export class World {
  readonly agents = new Map<string, Agent>();
  readonly procedures = new Set<LongWork>();
  readonly network = new Network(this.agents);
  /** Phases in which procedures stay until they are released. */
  readonly heldPhases = new Set<string>();
  /** Told when a procedure enters a phase. */
  readonly phaseWatchers = new Set<(procedure: LongWork, phase: string) => void>();
  /** Where each DataMiner System reaches a DataMiner ID (RN 43257). */
  readonly primaryAddresses = new Map<string, string>();
  /** How long the rest of a system takes to learn of a new primary address. */
  systemLearnsAfterSeconds = 0;
  readonly names = new Map<string, readonly string[]>();
  /** The DNS that the Agents are set to; null: they know `names` and register nowhere. */
  nameService: NameService | null = null;
  readonly registrations = new Map<Agent, Registration>();
  sockets: Sockets = { open: () => {}, close: () => {}, drop: () => {} };

  private settling = false;
  private dirty = false;
  private writes = 0;
  private waiters: Waiter[] = [];
  private cancelWake: (() => void) | null = null;
  private isClosed = false;

  constructor(
    readonly clock: Clock,
    private readonly consequences: Consequences,
  ) {}

  /** What an Agent's own clock shows. */
  timeOf({ clockOffsetMilliseconds }: Agent): number {
    return this.clock.now() + clockOffsetMilliseconds;
  }

  buddyOf(agent: Agent): Agent | null {
    return agent.buddyAddress === null ? null : (this.agents.get(agent.buddyAddress) ?? null);
  }

  /** The other member, if this one can talk to it at all. */
  reachableBuddy(agent: Agent): Agent | null {
    const buddy = this.buddyOf(agent);
    return buddy && this.network.reaches(agent, buddy) ? buddy : null;
  }

  /** The long work that an Agent takes part in, as far as it can know. */
  procedureOf(agent: Agent): LongWork | null {
    for (const procedure of this.procedures) {
      const { driver, members } = procedure.options;
      if (driver === agent || (members.includes(agent) && this.network.reaches(agent, driver))) return procedure;
    }
    return null;
  }

  systemAgents(cluster: string): Agent[] {
    return [...this.agents.values()].filter((agent) => agent.cluster === cluster);
  }

  informSystem(agent: Agent, primaryAddress: string): void {
    if (agent.cluster === null || agent.dataMinerId === null) return;
    const name = `${agent.cluster}/${agent.dataMinerId}`;
    const learn = () => {
      this.primaryAddresses.set(name, primaryAddress);
      this.changed();
    };
    if (this.systemLearnsAfterSeconds === 0) learn();
    else this.clock.after(this.systemLearnsAfterSeconds, learn);
  }

  /**
   * Writes the pair's configuration on a member, under a new revision, and on the other one where it is reached (Failover configuration
   * in Cube).
   */
  writeCopy(agent: Agent, change: Partial<Omit<PairCopy, "revision" | "written">> & Pick<PairCopy, "position" | "config">): PairCopy {
    const before = agent.copy ?? { owner: null, state: "active", apart: false };
    const copy: PairCopy = { ...before, ...change, revision: randomUUID(), written: ++this.writes };
    agent.copy = copy;
    return copy;
  }

  /** Gives a member the copy that the other one holds. */
  copyTo(buddy: Agent, copy: PairCopy): void {
    buddy.copy = { ...copy, position: otherPosition(copy.position) };
  }

  /** Both members remember an operation, so that it can be asked of either and is kept over a restart. */
  remember(agent: Agent, operation: OperationRecord): void {
    agent.operations.set(operation.id, operation);
    this.reachableBuddy(agent)?.operations.set(operation.id, operation);
  }

  entered(procedure: LongWork, phase: string): void {
    // A copy: one that watches anew from within its own call is meant for the next phase.
    for (const watcher of [...this.phaseWatchers]) watcher(procedure, phase);
  }

  /** Lets everything follow from the facts as they are now. */
  changed(): void {
    this.dirty = true;
    if (this.settling) return;
    this.settling = true;
    // Time goes on while things follow: what falls due meanwhile was not seen, and must not count as seen.
    let since = this.clock.now();
    try {
      for (let round = 0; this.dirty; round++) {
        if (round > 1000) throw new Error("The simulated Agents never come to rest.");
        this.dirty = false;
        since = this.clock.now();
        this.meet();
        this.consequences.observe(this);
        this.consequences.react(this);
        for (const procedure of [...this.procedures]) procedure.check();
        this.noteStatus();
      }
    } finally {
      this.settling = false;
    }
    this.cancelWake?.();
    const seconds = this.consequences.nextReaction(this, since);
    this.cancelWake = seconds === null ? null : this.clock.after(seconds, () => this.changed());
    for (const registration of this.registrations.values()) registration.follow();
    for (const waiter of this.waiters.filter(({ holds }) => holds())) {
      this.waiters = this.waiters.filter((other) => other !== waiter);
      waiter.resolve();
    }
  }

  /** Sets every Agent to a DNS, where each one registers from now on. */
  useNameService(service: NameService): void {
    this.nameService = service;
    const done = (): void => {
      if (!this.isClosed) this.changed();
    };
    for (const agent of this.agents.values()) this.registrations.set(agent, new Registration(agent, service, this.clock, done));
    this.changed();
  }

  /** Resolves as soon as something holds. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ holds, resolve, reject });
      this.changed();
    });
  }

  close(): void {
    this.isClosed = true;
    this.clock.close();
    for (const registration of this.registrations.values()) registration.close();
    for (const { reject } of this.waiters) reject(new Error("The simulator was closed."));
    this.waiters = [];
  }

  private noteStatus(): void {
    for (const agent of this.agents.values()) {
      if (agent.failoverStatus !== agent.notedStatus.text) agent.notedStatus = { text: agent.failoverStatus, since: this.timeOf(agent) };
    }
  }

  /** Members that reach each other take over the newest configuration (Failover configuration in Cube), unless long work is under way. */
  private meet(): void {
    for (const agent of this.agents.values()) {
      const buddy = this.reachableBuddy(agent);
      if (!buddy || !agent.copy || !buddy.copy || buddy.buddyAddress !== agent.address) continue;
      if (agent.copy.apart || buddy.copy.apart || this.procedureOf(agent)) continue;
      if (agent.copy.written <= buddy.copy.written) continue;
      this.copyTo(buddy, agent.copy);
      this.dirty = true;
    }
  }
}
