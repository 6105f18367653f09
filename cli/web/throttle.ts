import type { Clock } from "pulumi-dataminer-failover/core";

const windowMilliseconds = 60_000;
const mostFailures = 5;
/** More strangers than this are not remembered one by one. */
const mostStrangers = 1_000;

/** Who has given wrong tokens lately, by address: guessing is slow, and the table stays small. */
export class Throttle {
  private readonly failures = new Map<string, { count: number; since: number }>();

  constructor(private readonly clock: Pick<Clock, "now">) {}

  /** Seconds until this address may try again; 0: now. */
  secondsLeft(address: string): number {
    const seen = this.failures.get(address);
    if (!seen || seen.count < mostFailures) return 0;
    return Math.max(0, Math.ceil((seen.since + windowMilliseconds - this.clock.now()) / 1000));
  }

  failed(address: string): void {
    if (this.secondsLeft(address) > 0) return;
    const now = this.clock.now();
    const seen = this.failures.get(address);
    const isOver = !seen || now - seen.since >= windowMilliseconds;
    this.failures.delete(address); // The one that failed last stands last, so that the oldest goes first.
    this.failures.set(address, isOver ? { count: 1, since: now } : { count: seen.count + 1, since: seen.since });
    if (this.failures.size <= mostStrangers) return;
    const [oldest] = this.failures.keys();
    if (oldest !== undefined) this.failures.delete(oldest);
  }
}
