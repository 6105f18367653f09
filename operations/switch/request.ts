import { randomUUID } from "node:crypto";
import { RefusedError } from "../../provider/core/errors.js";
import type { Position } from "../../provider/failover/configuration.js";
import type { PairTarget } from "../pairTarget.js";

/** Where a switch stands. */
export interface SwitchProgress {
  /** What is being done. */
  step: "checking" | "switching" | "readingBack";
  /** The product's phase, or what was seen last. */
  seen: string;
  /** Progress of the phase, as the Agent reports it; null when it does not. */
  percent: number | null;
  /** Time since the start. */
  elapsedMilliseconds: number;
}

/** What a switch is asked for with. */
export interface SwitchOptions {
  /** Who is to go online. Default: whoever is offline. */
  to?: Position | undefined;
  /** Why, in one line; the Agent and the record keep it. */
  reason: string;
  /** A UUID made for this one switch: sent again with it, it never starts a second one. Default: a new one. */
  requestId?: string | undefined;
  /** Both Agents are read and checked, and nothing is changed. Default: false. */
  dryRun?: boolean | undefined;
  /** Does not wait for 15 minutes since the last switch. No other check can be forced. Default: false. */
  force?: boolean | undefined;
  /** For everything together. Default: 30 minutes; a switch of a large system takes 6 to 15 (Failover benchmarks). */
  timeoutMilliseconds?: number | undefined;
  /** Called whenever something new is seen. */
  onProgress?: ((progress: SwitchProgress) => void) | undefined;
  /** Stops waiting. A switch that has started continues at the Agents, and the error says so. */
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

/** One check before the switch. */
export interface SwitchCheck {
  /** "members answer", "in sync", "15 minutes", … */
  name: string;
  /** Whether the check passed. */
  passed: boolean;
  /** What was seen, in one line. */
  seen: string;
}

/** One phase of the switch as it was seen. Short ones may have been missed. */
export interface SwitchPhase {
  /** Name of the phase, as the Agent reports it. */
  phase: string;
  /** When it was first seen, ISO 8601. */
  seenAt: string;
}

/**
 * `switched`: the roles are swapped, and both members report it. `alreadyOnline`: there was nothing to do. `wouldSwitch`,
 * `wouldBeRefused`: a dry run. `refused`: a check did not pass, nothing was changed. `failed`: it was started, or may have been, and
 * did not end well. `stoppedWaiting`: the wait was aborted, and the Agents continue.
 */
export type SwitchOutcome = "switched" | "alreadyOnline" | "wouldSwitch" | "wouldBeRefused" | "refused" | "failed" | "stoppedWaiting";

/** The error that a switch ended with. */
export interface SwitchError {
  /** Stable, with a page in docs/runbooks. */
  code: string;
  /** One line: what was tried, what was seen, what to do. */
  message: string;
}

/** Everything about one request for a switch, for the audit. Plain JSON. */
export interface SwitchRecord {
  /** ID of the request; sent again with it, a switch is never repeated. */
  requestId: string;
  /** The name of the target. */
  pair: string;
  /** The DataMiner ID of the pair; null when it is not known. */
  dataMinerId: number | null;
  /** Corporate IP addresses by position. */
  members: Record<Position, string>;
  /** Who was online; null where that was not clear. */
  from: Position | null;
  /** Who was to go online. */
  to: Position | null;
  /** Why, as it was given. */
  reason: string;
  /** Whether the check of 15 minutes since the last switch was skipped. */
  forced: boolean;
  /** Whether nothing was to be changed. */
  dryRun: boolean;
  /** Whether this request was sent before: then its operation was followed, and nothing new was started. */
  repeated: boolean;
  /** Every check, in its order. */
  checks: SwitchCheck[];
  /** ID of the operation at the Agents; null when none was started. */
  operationId: string | null;
  /** The phases that were seen. */
  phases: SwitchPhase[];
  /** How it ended. */
  outcome: SwitchOutcome;
  /** Code and line of the error, where it ended with one. */
  error: SwitchError | null;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** ISO 8601, UTC. */
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
