import { PairConfig, type Position } from "pulumi-dataminer-failover/agent";
import { type Agent, otherPosition, type PairCopy } from "./product/agent.js";
import { followConfiguration } from "./product/changing.js";
import { checkEnding, end } from "./product/ending.js";
import { goOnline } from "./product/switching.js";
import type { World } from "./product/world.js";

/** A change of a configuration: the keys that are different, or a function from the old one to the new one. */
export type ConfigChange = Partial<PairConfig> | ((config: PairConfig) => PairConfig);

/** One Failover pair, changed by hand: behind the back of whoever manages it. */
export class PairControl {
  constructor(
    private readonly world: World,
    /** Corporate IP address of main. */
    readonly mainAddress: string,
    /** Corporate IP address of the backup. */
    readonly backupAddress: string,
  ) {}

  /** The configuration that was written last, on whichever member. */
  get config(): PairConfig {
    return this.newestCopy().config;
  }

  /** The owner that was written last; null: made by hand. */
  get owner(): string | null {
    return this.newestCopy().owner;
  }

  /** Who is online, asked of both members directly. */
  get online(): Position | "none" | "both" {
    const online = this.members().filter(({ power, isOnline }) => power === "running" && isOnline);
    if (online.length !== 1) return online.length === 0 ? "none" : "both";
    return online[0]?.address === this.mainAddress ? "main" : "backup";
  }

  /** Switches like a person in Cube, and resolves when the other member is online and this one offline. */
  async switchRoles(): Promise<void> {
    const to = otherPosition(this.startSwitch());
    await this.settled();
    if (this.online !== to) throw new Error(`The switch to ${to} failed: ${this.describe()}.`);
  }

  /** Begins a switch and returns at once: who is online until then. */
  startSwitch(): Position {
    const from = this.online;
    if (from === "none" || from === "both") throw new Error(`No switch without one online Agent: ${this.describe()}.`);
    goOnline(this.world, this.member(otherPosition(from)), "person");
    return from;
  }

  /** Brings one member online, whatever the other one is. */
  bringOnline(position: Position): void {
    goOnline(this.world, this.member(position), "person");
  }

  /**
   * Ends the pair like a person in Cube, and resolves when that is done. An offline member that the online one does not reach is given
   * up: it keeps everything, and still knows of the pair when it comes back.
   */
  async end(): Promise<void> {
    const online = this.online;
    if (online === "none" || online === "both") throw new Error(`No ending without one online Agent: ${this.describe()}.`);
    const [keep, reset] = [this.member(online), this.member(otherPosition(online))];
    const ending = { keep, reset, mode: "delete" as const, offlineUnavailable: !this.world.network.reaches(keep, reset) };
    checkEnding(this.world, ending);
    end(this.world, ending, null);
    await this.world.until(() => keep.copy === null && this.world.procedureOf(keep) === null);
  }

  /** Resolves when both members are Online, Offline or stopped, and no work is under way. */
  settled(): Promise<void> {
    return this.world.until(() => this.members().every((agent) => agent.isSteady && this.world.procedureOf(agent) === null));
  }

  /** Changes the configuration on both members, or on one alone, which from then on does not follow the other. The owner stays. */
  editConfig(change: ConfigChange, { only }: { only?: Position } = {}): void {
    const agent = only ? this.member(only) : this.writer();
    const copy = this.copyOf(agent);
    const config = PairConfig.parse(typeof change === "function" ? change(structuredClone(copy.config)) : { ...copy.config, ...change });
    this.write(agent, { ...copy, config, apart: only !== undefined });
  }

  /** Members that were changed apart follow the newest configuration again. */
  meet(): void {
    for (const agent of this.members()) if (agent.copy) agent.copy = { ...agent.copy, apart: false };
    this.world.changed();
    for (const agent of this.members()) followConfiguration(this.world, agent);
  }

  /** Writes another owner, or none. */
  setOwner(owner: string | null): void {
    const agent = this.writer();
    this.write(agent, { ...this.copyOf(agent), owner });
  }

  /** `inactive`: somebody has disabled it, which clears the owner too; `invalid`: the members do not agree. */
  setState(state: PairCopy["state"]): void {
    const agent = this.writer();
    const copy = this.copyOf(agent);
    this.write(agent, { ...copy, state, owner: state === "inactive" ? null : copy.owner });
  }

  /** Takes the path between the two away, on one interface or on all; each still reaches everything else. */
  breakPath(index?: number): void {
    this.world.network.breakPath(this.member("main"), this.member("backup"), index);
    this.world.changed();
  }

  /** Ends what `breakPath` began. */
  mendPath(): void {
    this.world.network.mendPath(this.member("main"), this.member("backup"));
    this.world.changed();
  }

  private write(agent: Agent, copy: PairCopy): void {
    const written = this.world.writeCopy(agent, copy);
    const buddy = this.world.buddyOf(agent);
    if (!copy.apart && buddy?.copy && this.world.network.reaches(agent, buddy)) this.world.copyTo(buddy, written);
    for (const member of this.members()) followConfiguration(this.world, member);
    this.world.changed();
  }

  /** Configurations are written on the online member, or on whoever has one. */
  private writer(): Agent {
    const holders = this.members().filter(({ copy }) => copy !== null);
    const writer = holders.find(({ isOnline }) => isOnline) ?? holders[0];
    if (!writer) throw new Error(`${this.mainAddress} and ${this.backupAddress} are no pair any more.`);
    return writer;
  }

  private newestCopy(): PairCopy {
    const copies = this.members().flatMap(({ copy }) => (copy ? [copy] : []));
    const [newest] = copies.sort((a, b) => b.written - a.written);
    if (!newest) throw new Error(`${this.mainAddress} and ${this.backupAddress} are no pair any more.`);
    return newest;
  }

  private copyOf(agent: Agent): PairCopy {
    if (!agent.copy) throw new Error(`${agent.address} is in no pair.`);
    return agent.copy;
  }

  private members(): Agent[] {
    return [this.member("main"), this.member("backup")];
  }

  private member(position: Position): Agent {
    const agent = this.world.agents.get(position === "main" ? this.mainAddress : this.backupAddress);
    if (!agent) throw new Error(`There is no ${position} Agent.`);
    return agent;
  }

  private describe(): string {
    return this.members()
      .map(({ address, failoverStatus }) => `${address} is ${failoverStatus ?? "in no pair"}`)
      .join(", ");
  }
}
