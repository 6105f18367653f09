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
