import { vi } from "vitest";
import { systemClock } from "../../provider/core/clock.js";
import type { Clock } from "../../simulator/index.js";

/** Longer timers are deadlines of the provider. Nothing else in these worlds waits so long in our time. */
const deadlineMilliseconds = 10_000;
/** The most of our time that counts at once: a process that was held up has lived through nothing meanwhile. */
const longestTick = 2;

interface Entry {
  due: number;
  run: () => void;
}

/**
 * One time for the simulated Agents and the provider, much faster than ours: 10 s between two looks of the provider are 10 s in the
 * Agents' lives too, as on real servers. What falls due runs in order, however busy the machine is.
 */
export class QuickTime {
  private now = Date.now();
  private last = performance.now();
  private queue: Entry[] = [];
  private readonly ticking = setInterval(() => this.tick(), 1);

  constructor(private readonly speed: number) {}

  /** For one simulated world. */
  clock(): Clock {
    const mine = new Set<() => void>();
    return {
      now: () => this.now,
      after: (seconds, run) => {
        const cancel = this.after(seconds * 1000, () => {
          mine.delete(cancel);
          run();
        });
        mine.add(cancel);
        return () => {
          mine.delete(cancel);
          cancel();
        };
      },
      close: () => {
        for (const cancel of mine) cancel();
      },
    };
  }

  /** The provider's pauses, deadlines and limits for one answer follow this time from now on. */
  rule(): void {
    vi.spyOn(systemClock, "now").mockImplementation(() => this.now);
    vi.spyOn(systemClock, "sleep").mockImplementation((milliseconds, signal) => this.sleep(milliseconds, signal));
    vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      const controller = new AbortController();
      this.after(milliseconds, () => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")));
      return controller.signal;
    });
    const { setTimeout } = globalThis;
    const quick = (act: () => void, milliseconds = 0, ...rest: []) => {
      if (milliseconds < deadlineMilliseconds) return setTimeout(act, milliseconds, ...rest);
      this.after(milliseconds, act);
      return setTimeout(() => {}, 0); // Somebody wants to unref it.
    };
    vi.spyOn(globalThis, "setTimeout").mockImplementation(Object.assign(quick, { __promisify__: setTimeout.__promisify__ }));
  }

  end(): void {
    clearInterval(this.ticking);
    vi.restoreAllMocks();
  }

  after(milliseconds: number, run: () => void): () => void {
    const entry = { due: this.now + milliseconds, run };
    const at = this.queue.findIndex(({ due }) => due > entry.due);
    this.queue.splice(at === -1 ? this.queue.length : at, 0, entry);
    return () => {
      this.queue = this.queue.filter((other) => other !== entry);
    };
  }

  private sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((done, failed) => {
      const abort = () => {
        cancel();
        failed(signal?.reason);
      };
      const cancel = this.after(milliseconds, () => {
        signal?.removeEventListener("abort", abort);
        done();
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  private tick(): void {
    const real = performance.now();
    const until = this.now + Math.min(real - this.last, longestTick) * this.speed;
    this.last = real;
    for (let next = this.queue[0]; next && next.due <= until; next = this.queue[0]) {
      this.queue.shift();
      this.now = Math.max(this.now, next.due);
      next.run();
    }
    this.now = until;
  }
}

const said: string[] = [];

/** Keeps what resources say on stderr instead of printing it; everything else is printed. */
export function keepProgress(): void {
  const write = process.stderr.write.bind(process.stderr);
  vi.spyOn(process.stderr, "write").mockImplementation((chunk, ...rest) => {
    const line = String(chunk);
    if (!line.startsWith("FailoverPair ")) return write(chunk, ...(rest as []));
    said.push(line.trimEnd());
    return true;
  });
}

/** What one resource has said so far, without its name. */
export const linesOf = (label: string): string[] =>
  said.filter((line) => line.startsWith(`${label}: `)).map((line) => line.slice(label.length + 2));
