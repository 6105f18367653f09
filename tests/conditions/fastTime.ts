import { vi } from "vitest";
import { systemClock } from "../../provider/core/clock.js";

/** A verb gets at least this long, and half of it is waited for one answer: real sockets on a busy machine need some of our time. */
const leastMilliseconds = 2_000;
/** Longer timers are deadlines of the provider. Nothing in these worlds takes so long. */
const deadlineMilliseconds = 10_000;

/**
 * From here on the provider's time runs `speed` times faster than ours. With the simulator's `timeScale` at the same figure, two looks
 * of the provider that lie 10 s apart have 10 s of the Agents' lives between them, as on real servers.
 */
export function quickenTime(speed: number): void {
  const [start, origin] = [Date.now(), performance.now()];
  const { sleep } = systemClock;
  vi.spyOn(systemClock, "now").mockImplementation(() => start + (performance.now() - origin) * speed);
  vi.spyOn(systemClock, "sleep").mockImplementation((milliseconds, signal) => sleep(milliseconds / speed, signal));
  const { timeout } = AbortSignal;
  vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) =>
    timeout.call(AbortSignal, Math.max(milliseconds / speed, leastMilliseconds / 2)),
  );
  const { setTimeout } = globalThis;
  const quick = (act: () => void, milliseconds = 0, ...rest: []) =>
    setTimeout(act, milliseconds < deadlineMilliseconds ? milliseconds : Math.max(milliseconds / speed, leastMilliseconds), ...rest);
  vi.spyOn(globalThis, "setTimeout").mockImplementation(Object.assign(quick, { __promisify__: setTimeout.__promisify__ }));
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
