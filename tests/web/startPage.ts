import { onTestFinished } from "vitest";
import { Poller, type ReadStatus } from "../../cli/web/poller.js";
import { type Listener, servePage } from "../../cli/web/servePage.js";
import { createStatusPage, type StatusPageOptions } from "../../cli/web/statusPage.js";
import type { PairStatus } from "../../operations/index.js";
import { StandingClock, settle } from "./standingClock.js";

/** What the pairs say by name; an error is thrown, and nothing at all is a read that never ends. */
export type Told = Record<string, PairStatus | Error | undefined>;

export type PageOptions = Omit<StatusPageOptions, "poller">;

/** A page of pairs that say what the test tells, and time that stands still. The reads that it began are in `reads`. */
export async function preparePage(told: Told, options: PageOptions = {}) {
  const clock = new StandingClock();
  const reads: string[] = [];
  const read: ReadStatus = ({ name }, { signal }) => {
    reads.push(name);
    const answer = told[name];
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer) return Promise.resolve(answer);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  const targets = Object.keys(told).map((name) => ({ name, main: { host: "10.10.10.1" }, backup: { host: "10.10.10.2" } }));
  const poller = new Poller({ targets, read, clock });
  const app = createStatusPage({ poller, ...options });
  const polling = poller.run();
  onTestFinished(async () => {
    poller.stop();
    await polling;
  });
  // Every read takes its turn through the slots.
  for (let turn = 0; turn < 10; turn++) await settle();
  return { app, clock, poller, reads, told };
}

/** The same behind a socket. */
export async function startPage(told: Told, { tls, ...options }: PageOptions & Pick<Listener, "tls"> = {}) {
  const prepared = await preparePage(told, options);
  const served = await servePage(prepared.app, { host: "127.0.0.1", port: 0, tls });
  onTestFinished(() => served.close());
  return { ...prepared, ...served };
}
