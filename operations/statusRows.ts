import { oneLine } from "../provider/core/errors.js";
import { redact } from "../provider/core/redaction.js";
import { badRows, type ConnectivityRow, lastingText, type StatusRows } from "../provider/failover/status.js";
import type { Lasting } from "../provider/failover/transition.js";

/** One row of the Failover Status window. */
export interface StatusRow {
  /** What stands in its first column, literally: "Failover Status", "Heartbeat to 10.10.10.2", "NIC 1". */
  row: string;
  /** The literal value, with what stands in brackets: "OK (12)". */
  value: string;
  /** Whether it colours the member's LED red. */
  bad: boolean;
  failureReason: string | null;
  /** Failed checks in a row. */
  failCount: number | null;
  /** ISO 8601. */
  lastSuccess: string | null;
}

/** The only row of a member whose status could not be fetched. */
export const unreachableRow: StatusRow = {
  row: "Agent Status",
  value: "Unreachable",
  bad: true,
  failureReason: null,
  failCount: null,
  lastSuccess: null,
};

type Rows = StatusRows & {
  connectivity: readonly (ConnectivityRow & Details)[];
  dbSync: (StatusRows["dbSync"] & Details) | null;
};

interface Details {
  failureReason?: string | null | undefined;
  failCount?: number | null | undefined;
  lastSuccess?: string | null | undefined;
}

/** Text of an Agent: on one line, without what it could do to a terminal, and without a secret that it repeats. */
export const foreignText = (text: string): string => redact(oneLine(text));

/** Every row that the window has for this member, in its order. `transition`: what its status is on its way through. */
export function statusRows(status: Rows, transition?: Lasting): StatusRow[] {
  const { configuration, connectivity, syncConnection, dbSync, dbSyncStack, rteCount, nics, database, nats } = status;
  return [
    statusRow(status.failoverStatus, transition),
    row("Configuration", configuration.value, { configuration }, configuration),
    ...connectivity.map((each) => row(connectivityName(each), each.value, { connectivity: [each] }, each)),
    ...(syncConnection ? [row("Sync Connection", syncConnection.value, { syncConnection }, syncConnection)] : []),
    ...(dbSync ? [row("DB Sync", dbSync.value, { dbSync }, dbSync)] : []),
    ...(dbSyncStack ? [row("DB Sync Stack", `${dbSyncStack.value} (${dbSyncStack.pending})`, { dbSyncStack }, dbSyncStack)] : []),
    row("RTE Count", String(rteCount), { rteCount }),
    ...nics.map((each) => row(`NIC ${each.index}`, each.value, { nics: [each] }, each)),
    row("Database", database.value, { database }, database),
    ...(nats ? [row("NATS communication", nats.value, { nats }, { failureReason: nats.failureReason ?? apartFromCluster(nats) })] : []),
  ];
}

/** The row has no words for it in any documentation; its value alone would not say why it is red. */
const apartFromCluster = ({ clusterEndpointsInSync }: { clusterEndpointsInSync: boolean }): string | null =>
  clusterEndpointsInSync ? null : "Not in sync with the cluster endpoints.";

/** The product never colours it; here it is red while it lasts longer than the product itself allows. */
function statusRow(failoverStatus: string, transition: Lasting | undefined): StatusRow {
  const shown = row("Failover Status", failoverStatus, {});
  const [bad] = transition ? badRows({ ...nothingBad, failoverStatus }, transition) : [];
  return bad?.lasting ? { ...shown, bad: true, failureReason: `It is so ${lastingText(bad.lasting, true)}.` } : shown;
}

function row(name: string, value: string, part: Partial<StatusRows>, { failureReason, failCount, lastSuccess }: Details = {}): StatusRow {
  return {
    row: foreignText(name),
    value: foreignText(value),
    bad: badRows({ ...nothingBad, ...part }).length > 0,
    failureReason: failureReason ? foreignText(failureReason) || null : null,
    failCount: failCount ?? null,
    lastSuccess: lastSuccess ?? null,
  };
}

/** What is bad is decided in one place; each row is held against it alone. */
const nothingBad: StatusRows = {
  failoverStatus: "",
  configuration: { value: "" },
  connectivity: [],
  syncConnection: null,
  dbSync: null,
  dbSyncStack: null,
  rteCount: 0,
  nics: [],
  database: { value: "" },
  nats: null,
};

/** Labels come with and without their kind: "Ping to 10.10.10.254". */
function connectivityName({ kind, label }: ConnectivityRow): string {
  const shown = oneLine(label);
  return shown.toLowerCase().startsWith(kind.toLowerCase()) ? shown : `${kind} ${shown}`.trim();
}
