import { randomUUID } from "node:crypto";
import type { Operation } from "pulumi-dataminer-failover/agent";

/** An operation of the API as the members remember it. `content` is the write that asked for it. */
export interface OperationRecord {
  readonly id: string;
  readonly requestId: string;
  readonly content: string;
  readonly kind: Operation["kind"];
  state: Operation["state"];
  phase: string;
  readonly started: number;
  finished: number | null;
  error: Operation["error"];
  /** Asked for as long as it runs. */
  percent: () => number;
}

export function newOperation(kind: Operation["kind"], requestId: string, content: string, now: number): OperationRecord {
  return {
    id: randomUUID(),
    requestId,
    content,
    kind,
    state: "running",
    phase: "",
    started: now,
    finished: null,
    error: null,
    percent: () => 0,
  };
}

export function showOperation(record: OperationRecord): Operation {
  return {
    id: record.id,
    requestId: record.requestId,
    kind: record.kind,
    state: record.state,
    phase: record.phase,
    percent: record.state === "succeeded" ? 100 : record.percent(),
    startedUtc: new Date(record.started).toISOString(),
    finishedUtc: record.finished === null ? null : new Date(record.finished).toISOString(),
    error: record.error,
  };
}

/** What the script of the API refuses, with the status and the code of the contract. An operation that fails keeps code and detail. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409 | 421,
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = "Refusal";
  }
}

export const conflict = (code: string, detail: string): Refusal => new Refusal(409, code, detail);

/** Code names of the product that the contract's own list does not have (Error code table). */
export const productCodes = {
  agentOnline: "SL_AGENT_ONLINE",
  notRunning: "SL_AGENT_NOT_RUNNING",
  notInCluster: "SL_AGENT_NOT_IN_CLUSTER",
  noConnection: "SL_NO_CONNECTION",
  connectionToSelf: "SL_CONN_TO_SELF",
  unknownDestination: "SL_UNKNOWN_DESTINATION",
  notAllowed: "SL_NOT_ALLOWED",
  requirementsNotMet: "SL_SYSTEM_REQUIREMENTS_NOT_MET",
  syncFailed: "SL_SYNC_FAILED",
} as const;
