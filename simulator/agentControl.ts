import type { Snapshot } from "pulumi-dataminer-failover/agent";
import type { Fault, FaultOptions, Faults } from "./host/faults.js";
import type { Listener } from "./host/listener.js";
import type { Agent } from "./product/agent.js";
import { raiseRuntimeError } from "./product/automaticFailover.js";
import { restart, type StartOptions, type StopOptions, start, stop } from "./product/power.js";
import { snapshotOf } from "./product/snapshot.js";
import { apartFromCluster } from "./product/status.js";
import type { World } from "./product/world.js";

/** How an Agent is cut off, and from whom. */
export interface CutOffOptions {
  /** `hang`: nothing is ever answered; `reset`: connections are taken and reset. */
  how?: "hang" | "reset";
  /** `clients`: only those who call; `everyone`: the other member and all heartbeat targets too. */
  from?: "clients" | "everyone";
}

/** One simulated Agent, as tests and demos hold it in their hands. */
export class AgentControl {
  /** The faults that `fail` has set; `clear` takes back those that have not happened yet. */
  readonly faults: Pick<Faults, "clear">;

  constructor(
    private readonly world: World,
    private readonly agent: Agent,
    private readonly listener: Listener,
    private readonly pendingFaults: Faults,
    private readonly protocol: "http" | "https",
  ) {
    this.faults = pendingFaults;
  }

  /** Its corporate IP address, where it listens. */
  get address(): string {
    return this.agent.address;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.listener.port;
  }

  /** Protocol, address and port, as in `http://127.20.1.1:8110`. */
  get url(): string {
    return `${this.protocol}://${this.address.includes(":") ? `[${this.address}]` : this.address}:${this.port}`;
  }

  /** Whether its DataMiner runs; false while it is stopped or restarting. */
  get isRunning(): boolean {
    return this.agent.power === "running";
  }

  /** Text of the row "Failover Status", at once; null without a pair. */
  get failoverStatus(): string | null {
    return this.agent.failoverStatus;
  }

  /**
   * What it knows, asked directly: also of an Agent that is stopped or cut off. Without the moment at which it is asked, so that
   * two of them are equal as long as nothing has changed.
   */
  snapshot(): Snapshot {
    const { timeUtc: _, ...known } = snapshotOf(this.world, this.agent);
    return known;
  }

  /** Its DataMiner stops: connections are refused until it is started. */
  stop(options?: StopOptions): void {
    stop(this.world, this.agent, options);
  }

  /** Starts its DataMiner again. */
  start(options?: StartOptions): void {
    start(this.world, this.agent, options);
  }

  /** Is down for so many simulated seconds, 20 unless told: shorter than most heartbeats tolerate. */
  restart(seconds?: number): void {
    restart(this.world, this.agent, seconds);
  }

  /** It runs on, but is not reached: by those who call, unless told otherwise. */
  cutOff({ how = "hang", from = "clients" }: CutOffOptions = {}): void {
    this.agent.isolation = { how, from };
    this.follow();
  }

  /** Ends what `cutOff` began. */
  reconnect(): void {
    this.agent.isolation = null;
    this.listener.drop();
    this.follow();
  }

  /** Takes the cable out of an interface (1-based). Without the corporate one it is not reached by those who call. */
  unplug(index: number): void {
    this.setConnected(index, false);
  }

  /** Puts the cable back into an interface (1-based). */
  plug(index: number): void {
    this.setConnected(index, true);
  }

  /** Somebody sets "Register this connection's addresses in DNS" of an interface by hand. */
  setRegistersInDns(index: number, registersInDns: boolean): void {
    this.card(index).registersInDns = registersInDns;
    this.world.changed();
  }

  /** Sets the row Database; with `Failing`, alarms are no longer forwarded either. */
  setDatabase(state: "OK" | "Failing"): void {
    this.agent.database = state;
    this.world.changed();
  }

  /** Its clock is set, so many seconds from the world's: what it has stamped before stays as it was. */
  setClock(secondsAhead: number): void {
    this.agent.clockOffsetMilliseconds = secondsAhead * 1000;
    this.world.changed();
  }

  /** So many forwards wait although forwarding goes on: over 1000 the stack is Too Large, and DB Sync is Active all the same. */
  setForwardsWaiting(count: number): void {
    this.agent.forwardsWaiting = count;
    this.world.changed();
  }

  /** Sets the row NATS communication, where this version shows it. */
  setNats(state: "OK" | "Failing"): void {
    this.agent.natsFails = state === "Failing";
    this.world.changed();
  }

  /** Its elements are lost, or somebody makes more. The known issue "Contents of Elements folder deleted" does the former. */
  setElementCount(count: number): void {
    this.agent.elementCount = count;
    this.world.changed();
  }

  /** Whether its NATS settings name the same endpoints as the rest of its DataMiner System. */
  setClusterEndpointsInSync(inSync: boolean): void {
    if (inSync) apartFromCluster.delete(this.agent);
    else apartFromCluster.add(this.agent);
    this.world.changed();
  }

  /** A runtime error; with the watchdog's `switch` the Agent gives its role up (MaintenanceSettings.xml, WatchDog). */
  raiseRuntimeError(): void {
    raiseRuntimeError(this.world, this.agent);
  }

  /** Sets RTE Count to 0. */
  clearRuntimeErrors(): void {
    this.agent.rteCount = 0;
    this.world.changed();
  }

  /** Something goes wrong with the next call, or the next few. */
  fail(fault: Fault, options?: FaultOptions): void {
    this.pendingFaults.add(fault, options);
  }

  /** It has forgotten every operation: GET operation answers 404. What is under way goes on. */
  forgetOperations(): void {
    this.agent.operations.clear();
  }

  /** Registers its addresses in DNS now, like `ipconfig /registerdns`; resolves when that was tried. */
  async registerInDns(): Promise<void> {
    const registration = this.world.registrations.get(this.agent);
    if (!registration) throw new Error("This world has no DNS; start it with the option `dns`.");
    registration.begin();
    await registration.settle();
  }

  /** Why it could not register its addresses when it last tried; null when it could. */
  get registrationProblem(): string | null {
    return this.world.registrations.get(this.agent)?.problem ?? null;
  }

  /** Does what a person does with a reset Agent before it can be a backup again (Ending a Failover configuration). */
  prepareAgain({ dataMinerId }: { dataMinerId: number }): void {
    this.agent.prepare(dataMinerId);
    start(this.world, this.agent);
    this.world.changed();
  }

  private setConnected(index: number, connected: boolean): void {
    Object.assign(this.card(index), { connected, touched: true });
    this.follow();
  }

  private card(index: number) {
    const card = this.agent.cards.find((candidate) => candidate.index === index);
    if (!card) throw new Error(`${this.address} has no interface ${index}; it has ${this.agent.cards.length}.`);
    return card;
  }

  private follow(): void {
    const { isolation, cards } = this.agent;
    const before = this.listener.gate;
    this.listener.gate = isolation?.how ?? (cards[0]?.connected === false ? "hang" : "serve");
    if (before === "hang" || this.listener.gate === "reset") this.listener.drop();
    this.world.changed();
  }
}
