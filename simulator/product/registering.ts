import type { Clock } from "../clock.js";
import type { Agent } from "./agent.js";

/** The DNS that the Agents' servers are set to. */
export interface NameService {
  /** The name of an Agent in the zone that all of them register in: absolute, with the trailing dot. */
  nameOf(agentName: string): string;
  /** Adds addresses at a name, and the name at the addresses, beside whatever is there. Rejects when that did not work out. */
  register(name: string, addresses: readonly string[]): Promise<void>;
  /** Addresses at a name; none when it has none or nothing answers. */
  resolve(name: string): Promise<string[]>;
  /** Names that an address points to, without the trailing dot. */
  reverse(address: string): Promise<string[]>;
}

/** Windows registers once a day even when nothing has changed. */
const secondsBetweenRegistrations = 24 * 3600;
/** After a failure it tries again, each time later; the last pause is the longest one. */
const secondsUntilRetry = [300, 600, 3000];

/**
 * What one Agent's server registers in DNS: all addresses of every interface that is set to it, own and virtual (Failover FAQ,
 * registering the same virtual IP).
 */
export class Registration {
  /** What each interface had when it was last looked at. */
  private readonly seen = new Map<number, string>();
  private underWay: Promise<void> | null = null;
  /** Something has changed meanwhile. */
  private isWanted = false;
  private failures = 0;
  /** Why the last registration did not work out; null when it did. */
  problem: string | null = null;
  private isClosed = false;
  private cancelNext: (() => void) | null = null;

  constructor(
    private readonly agent: Agent,
    private readonly service: NameService,
    private readonly clock: Clock,
    /** A registration has come to its end. */
    private readonly done: () => void,
  ) {}

  /** A message may be on its way. */
  get isUnderWay(): boolean {
    return this.underWay !== null;
  }

  /** Everything that is to be registered is, by what the server has said. */
  get isComplete(): boolean {
    return this.underWay === null && (this.failures === 0 || this.addresses().length === 0);
  }

  /** Registers when an interface has other addresses than before. What has left is not unregistered. */
  follow(): void {
    for (const { index, addresses, connected, registersInDns } of this.agent.cards) {
      const now = connected && registersInDns ? addresses.map(({ address }) => address).join(" ") : "";
      const before = this.seen.get(index) ?? "";
      this.seen.set(index, now);
      if (now !== before && now !== "") this.isWanted = true;
    }
    if (this.isWanted && !this.underWay) this.begin();
  }

  /** Registers at once, like `ipconfig /registerdns`. */
  begin(): void {
    this.isWanted = true;
    if (this.underWay) return;
    this.underWay = this.work().finally(() => {
      this.underWay = null;
      this.done();
    });
  }

  /** Resolves when no message is on its way any more. */
  async settle(): Promise<void> {
    while (this.underWay) await this.underWay;
  }

  close(): void {
    this.isClosed = true;
    this.cancelNext?.();
  }

  private async work(): Promise<void> {
    while (this.isWanted) {
      this.isWanted = false;
      this.cancelNext?.();
      const addresses = this.addresses();
      if (addresses.length === 0) return;
      try {
        if (!this.isConnected()) throw new Error("The name server cannot be reached from here.");
        await this.service.register(this.service.nameOf(this.agent.name), addresses);
        this.failures = 0;
        this.problem = null;
      } catch (error) {
        // A server that cannot register works on all the same, and says nothing to anybody.
        this.failures++;
        this.problem = error instanceof Error ? error.message : String(error);
      }
      if (this.isClosed) return;
      this.cancelNext = this.clock.after(this.secondsUntilNext(), () => this.begin());
    }
  }

  private secondsUntilNext(): number {
    if (this.failures === 0) return secondsBetweenRegistrations;
    return secondsUntilRetry[Math.min(this.failures, secondsUntilRetry.length) - 1] ?? secondsBetweenRegistrations;
  }

  private addresses(): string[] {
    return this.agent.cards
      .filter(({ connected, registersInDns }) => connected && registersInDns)
      .flatMap(({ addresses }) => addresses.map(({ address }) => address));
  }

  /** It is Windows that registers, so a DataMiner that is stopped makes no difference. */
  private isConnected(): boolean {
    return this.agent.isolation?.from !== "everyone" && this.agent.cards.some(({ connected }) => connected);
  }
}
