import type { MemberFacts } from "./memberFacts.js";
import { type ReadRow, rowDescriptions, type StatusKey, type StatusRows, statusKeys } from "./statusTable.js";
import { isOverdue, type Lasting } from "./transition.js";
import { parseVersion, satisfies } from "./version.js";

/** One row of the Failover Status window, as every table, page and report has it. Plain JSON. */
export interface StatusRow {
  /** Which one it is, for programs; there may be several of a kind. */
  key: StatusKey | "agentStatus";
  /** Its first column, literally: "Failover Status", "Heartbeat to 10.10.10.2", "NIC 1". */
  row: string;
  /** The literal value, with the figure in brackets: "OK (12)". */
  value: string;
  /** Whether it colours the member's LED red. */
  bad: boolean;
  /** Why, in the product's words; null when it says nothing. */
  failureReason: string | null;
  /** Failed checks in a row. */
  failCount: number | null;
  /** ISO 8601. */
  lastSuccess: string | null;
  /** How long it has had this value, where only that makes it bad. */
  lasting: Lasting | null;
}

/** A row that was judged, with what only the rules need of it. */
export interface JudgedRow extends StatusRow, Pick<ReadRow, "word" | "figure" | "isInTheWay"> {
  /** What makes it red although it is in no bad word and has no reason. */
  fault: string | null;
}

/** Transparent exists only while a status is being fetched, so nobody reads it from us. */
export type Led = "green" | "red";

/** The only row of a member whose status could not be fetched. */
export const unreachableRow: StatusRow = {
  ...{ key: "agentStatus", row: "Agent Status", value: "Unreachable", bad: true },
  ...{ failureReason: null, failCount: null, lastSuccess: null, lasting: null },
};

/** A bad word is bad in whichever row it stands: the documentation need not list all that a version shows. */
const badWords: ReadonlySet<string> = new Set([
  ...statusKeys.flatMap((key) => rowDescriptions[key].words?.bad ?? []),
  unreachableRow.value,
]);

/** Every row that the window has for this member, in its order. `transition`: what its status is on its way through. */
export const judgedRows = (status: StatusRows, transition?: Lasting): JudgedRow[] =>
  statusKeys.flatMap((key) => judgeRow(key, status, transition));

export const statusRows = (status: StatusRows, transition?: Lasting): StatusRow[] =>
  judgedRows(status, transition).map(({ word: _, figure: __, isInTheWay: ___, fault, ...row }) => ({
    ...row,
    // The window has no words for it, and its value alone would not say why it is red.
    failureReason: row.failureReason ?? (fault && `${fault.charAt(0).toUpperCase()}${fault.slice(1)}.`),
  }));

function judgeRow<Key extends StatusKey>(key: Key, status: StatusRows, transition: Lasting | undefined): JudgedRow[] {
  const { form, read } = rowDescriptions[key];
  // The product never colours this row; here it is red while it lasts longer than the product itself allows.
  const lasting = key === "failoverStatus" && isOverdue(transition) ? transition : null;
  return read(status[key]).map(({ name, isRedByReason, ...row }) => {
    const { word, figure, failureReason } = row;
    const isRed =
      form !== "text" && ((word === null ? (figure ?? 0) > 0 : badWords.has(word)) || (isRedByReason && failureReason !== null));
    const fault = isRed ? null : row.fault;
    const value = [...(word === null ? [] : [word]), ...(figure === null ? [] : [word === null ? `${figure}` : `(${figure})`])].join(" ");
    return { ...row, key, row: name, value, bad: isRed || fault !== null || lasting !== null, fault, lasting };
  });
}

/** Red when any row is in its bad value, or when there is no status to look at: the member is unreachable. */
export const led = (status: StatusRows | null | undefined, transition?: Lasting): Led =>
  status && !judgedRows(status, transition).some(({ bad }) => bad) ? "green" : "red";

/** What has to be in its good value for the other member to have all that this one has. */
export interface SyncRow extends JudgedRow {
  isInSync: boolean;
}

/** The rows of the online member that tell whether the other one is in sync; `missing`: names of those that every such member has. */
export function syncRows(status: StatusRows): { rows: SyncRow[]; missing: string[] } {
  const all = judgedRows(status);
  const keys = statusKeys.filter((key) => rowDescriptions[key].inSync !== undefined);
  const rows = keys.flatMap((key) =>
    all
      .filter((row) => row.key === key)
      .map((row) => ({ ...row, isInSync: rowDescriptions[key].words?.good.includes(row.word ?? "") === true })),
  );
  const missing = keys.filter((key) => rowDescriptions[key].inSync === "required" && !rows.some((row) => row.key === key));
  return { rows, missing: missing.map((key) => rowDescriptions[key].name) };
}

/**
 * The rows whose good values prove nothing at this member. With STaaS the Database row was always OK, also while STaaS was degraded, so no
 * guard may count on it, nor on an RTE Count of 0 (RN 42944). A version that cannot be read may be such a one.
 */
function unprovenKeys({ agent }: Pick<MemberFacts, "agent">): StatusKey[] {
  if (agent.storage.kind !== "staas") return [];
  const version = parseVersion(agent.version);
  return statusKeys.filter((key) => {
    const gate = rowDescriptions[key].provesNothingBefore;
    return gate !== undefined && (version === undefined || satisfies(version, gate) !== "yes");
  });
}

/** Why the good values of some rows prove nothing at this member; undefined when they do. */
export function untrustedRows(facts: Pick<MemberFacts, "agent">): string | undefined {
  const keys = unprovenKeys(facts);
  const [first] = keys;
  if (first === undefined) return undefined;
  const names = keys.map((key) => rowDescriptions[key].name).sort();
  return (
    `the rows ${names.join(" and ")} of ${facts.agent.address} prove nothing: before ${rowDescriptions[first].provesNothingBefore?.text} they look well ` +
    "although STaaS is degraded (RN 42944). Check that STaaS works"
  );
}
