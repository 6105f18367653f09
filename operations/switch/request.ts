import { randomUUID } from "node:crypto";
import { RefusedError } from "../../provider/core/errors.js";
import type { Position } from "../../provider/failover/configuration.js";
import type { PairTarget } from "../pairTarget.js";

/** Where a switch stands. */
export interface SwitchProgress {
  step: "checking" | "switching" | "readingBack";
  /** The product's phase, or what was seen last. */
  seen: string;
  percent: number | null;
  elapsedMilliseconds: number;
}

export interface SwitchOptions {
  /** Who is to go online. Default: whoever is offline. */
  to?: Position | undefined;
  /** Why, in one line; the Agent and the record keep it. */
  reason: string;
  /** A UUID made for this one switch: sent again with it, it never starts a second one. Default: a new one. */
  requestId?: string | undefined;
  /** Only looks: both Agents are read, and nothing is asked of them. Default: false. */
  dryRun?: boolean | undefined;
  /** Does not wait for 15 minutes since the last switch. No other check can be forced. Default: false. */
  force?: boolean | undefined;
  /** For everything together. Default: 30 minutes; a switch of a large system takes 6 to 15 ("Failover benchmarks"). */
  timeoutMilliseconds?: number | undefined;
  onProgress?: ((progress: SwitchProgress) => void) | undefined;
  /** Ends the waiting. What was begun goes on at the Agents, and the error says so. */
  signal?: AbortSignal | undefined;
}

/** A request with every default in it. */
export interface SwitchRequest extends SwitchOptions {
  requestId: string;
  dryRun: boolean;
  force: boolean;
  timeoutMilliseconds: number;
}

const usualTimeoutMilliseconds = 30 * 60_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const longestReason = 500;

export function requestOf(target: PairTarget, options: SwitchOptions): SwitchRequest {
  const { reason, requestId = randomUUID(), dryRun = false, force = false, timeoutMilliseconds = usualTimeoutMilliseconds } = options;
  const wrong = [
    ...(reason.trim() === "" || reason.length > longestReason ? [`reason: expected 1 to ${longestReason} characters.`] : []),
    ...(uuid.test(requestId) ? [] : ["requestId: expected a UUID, made for this one switch."]),
  ];
  if (wrong.length > 0) throw new RefusedError("SWITCH_REQUEST_INVALID", `Switching pair ${target.name}: ${wrong.join(" ")}`);
  return { ...options, reason, requestId, dryRun, force, timeoutMilliseconds };
}

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
