import { type Clock, systemClock } from "../core/clock.js";
import { agentAddress, type Connection, tokenOf } from "./connection.js";
import { originOf } from "./pools.js";
import type { Snapshot } from "./snapshotSchema.js";

/** How old a Snapshot may be when the `read` verb takes it: the resources of one pair are refreshed within that time. */
const freshMilliseconds = 5_000;

interface Kept {
  since: number;
  snapshot: Promise<Snapshot>;
}

const kept = new Map<string, Kept>();

/**
 * For the `read` verb only: a Snapshot at most 5 s old, or under way, serves every resource that refreshes the same Agent, so a
 * whole pair costs one GET an Agent. A failure is not kept.
 */
export function sharedSnapshot(connection: Connection, read: () => Promise<Snapshot>, clock: Clock = systemClock): Promise<Snapshot> {
  const key = JSON.stringify([
    originOf(connection),
    connection.basePath,
    agentAddress(connection),
    connection.caFile,
    connection.tlsServerName,
    tokenOf(connection),
  ]);
  const known = kept.get(key);
  if (known && clock.now() - known.since <= freshMilliseconds) return known.snapshot;
  const snapshot = read().then((answer) => {
    const entry = kept.get(key);
    if (entry?.snapshot === snapshot) entry.since = clock.now();
    return answer;
  });
  kept.set(key, { since: Number.POSITIVE_INFINITY, snapshot });
  snapshot.catch(() => {
    if (kept.get(key)?.snapshot === snapshot) kept.delete(key);
  });
  return snapshot;
}

/** A write to either member may change what both say: nothing that was read before it counts any more. */
export function forgetSnapshots(): void {
  kept.clear();
}
