import { vi } from "vitest";
import { systemClock } from "../../provider/core/clock.js";

/** An Agent that takes a call and says nothing is given up after this; the product's own cap would be 35 s of our time. */
const longestAnswerMilliseconds = 1_000;

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
    timeout.call(AbortSignal, Math.max(milliseconds / speed, longestAnswerMilliseconds)),
  );
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
