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
  /** For everything together. Default: 30 minutes; a switch of a large system takes 6 to 15 (domain 4.4). */
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
