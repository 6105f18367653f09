import { type StatusDocument, statusDocument } from "../output/statusText.js";
import { judge, type Level } from "./attention.js";
import type { Poller } from "./poller.js";

/** What `/api/status` answers. */
export interface StatusApi {
  schemaVersion: 1;
  /** ISO 8601. */
  now: string;
  pairs: {
    name: string;
    level: Level;
    label: string;
    /** Being read at this moment. */
    reading: boolean;
    /** Of the status, in seconds; null when there is none yet. */
    ageSeconds: number | null;
    /** Why the last read gave no status. */
    problem: string | null;
    reads: number;
    failures: number;
    /** The last known one. */
    status: StatusDocument | null;
  }[];
}

export function statusApi({ pairs, clock }: Pick<Poller, "pairs" | "clock">): StatusApi {
  const now = clock.now();
  return {
    schemaVersion: 1,
    now: new Date(now).toISOString(),
    pairs: pairs.map((pair) => {
      const { level, label } = judge(pair);
      const { name, isBeingRead: reading, readAt, problem, reads, failures, status } = pair;
      const ageSeconds = readAt === null ? null : (now - readAt) / 1000;
      return { name, level, label, reading, ageSeconds, problem, reads, failures, status: status && statusDocument(status) };
    }),
  };
}
