import { formatMilliseconds } from "../core/durations.js";
import { isOverdue, type Lasting } from "./transition.js";

/** One row of the Failover Status window (domain 6). */
export interface StatusRow {
  /** The literal text of the window. */
  value: string;
  failureReason?: string | null | undefined;
}

/** The row of one heartbeat or ping. */
export interface ConnectivityRow extends StatusRow {
  /** Heartbeat, Inverted Heartbeat or Ping. */
  kind: string;
  label: string;
  /** Failed checks in a row. */
  failCount?: number | null | undefined;
  /** ISO 8601, by the member's own clock. */
  lastSuccess?: string | null | undefined;
}

/** The rows of the Failover Status window of one member (domain 6). */
export interface StatusRows {
  /** Online, Offline, or any text of a transition: coloured only where that takes longer than it may. */
  failoverStatus: string;
  /** Since when, ISO 8601, by the member's own clock. */
  failoverStatusSince?: string | null | undefined;
  configuration: StatusRow;
  connectivity: readonly ConnectivityRow[];
  /** Online member only. */
  syncConnection: StatusRow | null;
  /** Online member with self-hosted storage only. */
  dbSync: (StatusRow & { lastSuccess?: string | null | undefined }) | null;
  /** Online member with self-hosted storage only; `pending` counts forwards that wait. */
  dbSyncStack: (StatusRow & { pending: number }) | null;
  /** Runtime errors. */
  rteCount: number;
  /** Only after an interface was connected or disconnected. */
  nics: readonly (StatusRow & { index: number })[];
  database: StatusRow;
  nats: (StatusRow & { clusterEndpointsInSync: boolean }) | null;
}

/** Transparent exists only while a status is being fetched, so nobody reads it from us. */
export type Led = "green" | "red";

/** Values that colour a row red. A value that is in no list of the documentation is shown, and colours nothing. */
const badValues = new Set(["Invalid", "Failing", "Not Available", "Unavailable", "Too Large", "Unreachable"]);

/** A row in its bad value. */
export interface BadRow {
  /** "Database", "Heartbeat to 10.10.10.2". */
  row: string;
  /** The literal value. */
  value: string;
  /** The value without a figure that changes by itself, where it has one. */
  valueWithoutFigure?: string;
  failureReason?: string | undefined;
  /** How long it has been so, where that alone makes it bad. */
  lasting?: Lasting | undefined;
  /** Failed checks in a row. */
  failCount?: number | undefined;
}

/** The rows of one member that are in their bad value, in the order of the window. `transition`: what its status is on its way through. */
export function badRows(status: StatusRows, transition?: Lasting): BadRow[] {
  return [
    ...(isOverdue(transition) ? [{ row: "Failover Status", value: transition.seen, lasting: transition }] : []),
    ...bad("Configuration", status.configuration),
    ...status.connectivity.flatMap((row) =>
      bad(connectivityName(row), row).map((found) => ({ ...found, failCount: row.failCount ?? undefined })),
    ),
    ...bad("Sync Connection", status.syncConnection),
    ...bad("DB Sync", status.dbSync),
    ...badStack(status.dbSyncStack),
    ...(status.rteCount > 0 ? [{ row: "RTE Count", value: `${status.rteCount}`, valueWithoutFigure: "above 0" }] : []),
    ...status.nics.flatMap((row) => bad(`NIC ${row.index}`, row)),
    ...bad("Database", status.database),
    ...badNats(status.nats),
  ];
}

/** Red when any row is in its bad value, or when there is no status to look at: the member is unreachable (domain 6). */
export function led(status: StatusRows | null | undefined, transition?: Lasting): Led {
  return status && badRows(status, transition).length === 0 ? "green" : "red";
}

/** "for 25m, longer than the 2m that it may take"; without figures that change by themselves, only the limit. */
export function lastingText({ milliseconds = 0, limitMilliseconds }: Lasting, counters: boolean): string {
  const lasts = counters ? `for ${formatMilliseconds(milliseconds)}, ` : "";
  return `${lasts}longer than the ${formatMilliseconds(limitMilliseconds)} that it may take`;
}

function bad(row: string, shown: StatusRow | null): BadRow[] {
  if (shown === null || !badValues.has(shown.value)) return [];
  return [{ row, value: shown.value, failureReason: oneLine(shown.failureReason) }];
}

/** The window shows what is pending between brackets. */
function badStack(stack: StatusRows["dbSyncStack"]): BadRow[] {
  return bad("DB Sync Stack", stack).map((found) => ({
    ...found,
    value: `${found.value} (${stack?.pending})`,
    valueWithoutFigure: found.value,
  }));
}

/** The words of this row are not documented, so its reason and its flag count as well. */
function badNats(nats: StatusRows["nats"]): BadRow[] {
  if (nats === null) return [];
  const row = "NATS communication";
  const failureReason = oneLine(nats.failureReason);
  if (badValues.has(nats.value) || failureReason !== undefined) return [{ row, value: nats.value, failureReason }];
  return nats.clusterEndpointsInSync ? [] : [{ row, value: "not in sync with the cluster endpoints" }];
}

/** Labels come with and without their kind: "Ping to 10.10.10.254". */
function connectivityName({ kind, label }: ConnectivityRow): string {
  const shown = oneLine(label) ?? "";
  return shown.toLowerCase().startsWith(kind.toLowerCase()) ? shown : `${kind} ${shown}`.trim();
}

/** Text of the product may have line breaks; undefined when there is nothing in it. */
function oneLine(text: string | null | undefined): string | undefined {
  const squeezed = text?.replace(/\s+/g, " ").trim();
  return squeezed ? squeezed : undefined;
}
