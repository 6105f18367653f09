import type { Position } from "../../provider/failover/configuration.js";

/** One thing that was looked at before the switch. */
export interface SwitchCheck {
  /** "members answer", "in sync", "15 minutes", … */
  name: string;
  passed: boolean;
  /** What was seen, in one line. */
  seen: string;
}

/** One phase of the switch as it was seen. Short ones may have been missed. */
export interface SwitchPhase {
  phase: string;
  /** When it was first seen, ISO 8601. */
  seenAt: string;
}

/**
 * `switched`: the roles are swapped, and both members say so. `alreadyOnline`: nothing was to be done. `wouldSwitch`,
 * `wouldBeRefused`: a dry run. `refused`: a check did not pass, nothing was touched. `failed`: it was begun, or may have been, and
 * did not end well. `stoppedWaiting`: whoever asked went away, and the Agents go on.
 */
export type SwitchOutcome = "switched" | "alreadyOnline" | "wouldSwitch" | "wouldBeRefused" | "refused" | "failed" | "stoppedWaiting";

/** Everything about one request for a switch, for the audit. Plain JSON. */
export interface SwitchRecord {
  requestId: string;
  /** The name of the target. */
  pair: string;
  dataMinerId: number | null;
  members: Record<Position, string>;
  /** Who was online; null where that was not clear. */
  from: Position | null;
  /** Who was to go online. */
  to: Position | null;
  reason: string;
  /** Whether the 15 minutes were not to count. */
  forced: boolean;
  dryRun: boolean;
  /** Whether this request had been sent before: then what that began was followed, and nothing new. */
  repeated: boolean;
  checks: SwitchCheck[];
  /** Of the product; ask the Agents for it with its id. */
  operationId: string | null;
  phases: SwitchPhase[];
  outcome: SwitchOutcome;
  /** Code and line of the error, where it ended with one. */
  error: { code: string; message: string } | null;
  startedAt: string;
  finishedAt: string;
}

const records = new WeakMap<object, SwitchRecord>();

/** The audit record of a switch that ended with this error; undefined for any other error. */
export const switchRecordOf = (error: unknown): SwitchRecord | undefined =>
  typeof error === "object" && error !== null ? records.get(error) : undefined;

/** Lets the record be found by the error that is thrown. */
export function keepRecord(error: unknown, record: SwitchRecord): void {
  if (typeof error === "object" && error !== null) records.set(error, record);
}
