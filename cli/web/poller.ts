import { type Clock, reasonOf, redact, systemClock } from "pulumi-dataminer-failover/core";
import { type PairStatus, type PairTarget, Slots } from "pulumi-dataminer-failover/operations";

/** One pair as the page knows it. */
export interface Watched {
  /** Its place among the targets, from 1. */
  readonly id: number;
  readonly name: string;
  /** The last known status; null until it was read once. */
  status: PairStatus | null;
  /** When that was, in milliseconds of the poller's clock. */
  readAt: number | null;
  isBeingRead: boolean;
  /** Why the last read gave no status; null when it gave one. */
  problem: string | null;
  reads: number;
  failures: number;
}

/** `previous`: the last known status, null before the first one, so that what lasts too long is told although no Agent says since when. */
export type ReadStatus = (
  target: PairTarget,
  options: { signal: AbortSignal; patienceMilliseconds: number; previous: PairStatus | null },
) => Promise<PairStatus>;

export interface PollerOptions {
  targets: readonly PairTarget[];
  read: ReadStatus;
  clock?: Clock;
}

interface Entry {
  readonly target: PairTarget;
  readonly watched: Watched;
  failuresInARow: number;
  /** Only who waits for the next minute may be woken: the others are being read, or were just now. */
  phase: "reading" | "resting" | "waiting";
  /** Ends the phase. */
  ends: AbortController;
}

/** As often as the product's own Failover Status window. */
const intervalMilliseconds = 60_000;
/** A read that throws, which is no silence but a target that is wrong, is tried again ever later, up to this. */
const longestPauseMilliseconds = 5 * intervalMilliseconds;
/** No pair is read again sooner than this, whoever asks: viewers cannot press an Agent. */
const restMilliseconds = 5_000;
/** A hundred silent pairs are through within the minute: five rounds of ten seconds. */
const concurrency = 20;
const patienceMilliseconds = 10_000;
/** A read has its own patience, twice with a pause where members contradict each other. One that never ends may not keep its slot. */
const deadlineMilliseconds = 4.5 * patienceMilliseconds;

/** Reads every pair once a minute, for all viewers together. */
export class Poller {
  readonly clock: Clock;
  /** Changes whenever there is something new to see. */
  revision = 0;
  isStopped = false;
  private readonly read: ReadStatus;
  private readonly entries: readonly Entry[];
  private readonly slots = new Slots(concurrency);

  constructor({ targets, read, clock = systemClock }: PollerOptions) {
    this.clock = clock;
    this.read = read;
    this.entries = targets.map((target, index) => ({
      target,
      watched: {
        id: index + 1,
        name: target.name,
        status: null,
        readAt: null,
        isBeingRead: false,
        problem: null,
        reads: 0,
        failures: 0,
      },
      failuresInARow: 0,
      phase: "waiting",
      ends: new AbortController(),
    }));
  }

  get pairs(): readonly Watched[] {
    return this.entries.map(({ watched }) => watched);
  }

  /** Resolves when it was stopped and nothing is under way any more. */
  async run(): Promise<void> {
    await Promise.all(this.entries.map((entry) => this.watch(entry)));
  }

  stop(): void {
    this.isStopped = true;
    for (const { ends } of this.entries) ends.abort();
  }

  /** Reads one pair, or all of them, without waiting for the minute. */
  refresh(id?: number): void {
    for (const { watched, phase, ends } of this.entries) {
      if (phase === "waiting" && (id === undefined || watched.id === id)) ends.abort();
    }
  }

  private async watch(entry: Entry): Promise<void> {
    while (!this.isStopped) {
      const began = this.clock.now();
      await this.slots.use(() => this.readOnce(entry));
      await this.pass(entry, "resting", restMilliseconds);
      const pause = Math.min(intervalMilliseconds * 2 ** Math.max(0, entry.failuresInARow - 1), longestPauseMilliseconds);
      await this.pass(entry, "waiting", began + pause - this.clock.now());
    }
  }

  private async pass(entry: Entry, phase: Entry["phase"], milliseconds: number): Promise<void> {
    if (this.isStopped || milliseconds <= 0) return;
    const { signal } = this.enter(entry, phase);
    // Only the end of the phase can abort it, and that is no failure.
    await this.clock.sleep(milliseconds, signal).catch(() => {});
  }

  private async readOnce(entry: Entry): Promise<void> {
    if (this.isStopped) return;
    const { watched } = entry;
    this.show(watched, { isBeingRead: true });
    try {
      const status = await this.readInTime(entry);
      entry.failuresInARow = 0;
      this.show(watched, { status, readAt: this.clock.now(), problem: null });
    } catch (error) {
      if (this.isStopped) return;
      entry.failuresInARow++;
      this.show(watched, { problem: redact(reasonOf(error)), failures: watched.failures + 1 });
    } finally {
      this.show(watched, { isBeingRead: false, reads: watched.reads + 1 });
    }
  }

  private async readInTime(entry: Entry): Promise<PairStatus> {
    const ends = this.enter(entry, "reading");
    const { signal } = ends;
    const late = this.clock.sleep(deadlineMilliseconds, signal).then(() => {
      throw new Error(`Reading ${entry.target.name}: no result within ${deadlineMilliseconds / 1000} s. It is tried again by itself.`);
    });
    try {
      return await Promise.race([this.read(entry.target, { signal, patienceMilliseconds, previous: entry.watched.status }), late]);
    } finally {
      ends.abort();
    }
  }

  private enter(entry: Entry, phase: Entry["phase"]): AbortController {
    entry.phase = phase;
    entry.ends = new AbortController();
    return entry.ends;
  }

  private show(watched: Watched, change: Partial<Watched>): void {
    Object.assign(watched, change);
    this.revision++;
  }
}
