import { gates } from "./gates.js";
import type { Gate } from "./version.js";

/** What a property of a row is on the wire; those in the second list may be left out. */
interface Told {
  label: string;
  flag: boolean;
  count: number;
  /** From 1. */
  index: number;
}
interface MayBeTold {
  reason: string;
  moment: string;
  tally: number;
}
export type FieldForm = keyof Told | keyof MayBeTold;
type Fields = Readonly<Record<string, FieldForm>>;

/** A row as an Agent tells it: its value, and the properties that its description names. */
type Entry<F extends Fields> = {
  /** The literal value. */
  value: string;
} & {
  [Name in keyof F as F[Name] extends keyof Told ? Name : never]: Told[F[Name] & keyof Told];
} & { [Name in keyof F as F[Name] extends keyof MayBeTold ? Name : never]?: MayBeTold[F[Name] & keyof MayBeTold] | null | undefined };

/** What decides whether a member's window has a row at all. */
export interface Surroundings {
  isOnline: boolean;
  /** False with STaaS. */
  isSelfHosted: boolean;
  has: (gate: Gate) => boolean;
}

/** What is described of every row. */
interface Traits {
  /** Its first column, literally; where there are several of it, what they have in common. */
  name: string;
  /** The literals of the documentation. Any other one is shown, and colours nothing. */
  words?: { good: readonly string[]; bad: readonly string[] };
  /** For whoever writes or reads the API, after the words. */
  remark: string;
  /** Default: always. */
  isShown?: (where: Surroundings) => boolean;
  /** With STaaS its good value proves nothing before this version. */
  provesNothingBefore?: Gate;
  /** For a switch it must be in its good value: always, or wherever it is shown. */
  inSync?: "required" | "ifShown";
}

interface EntryTraits<E> extends Traits {
  nameOf?: (entry: E) => string;
  /** What the window shows between brackets. */
  figureOf?: (entry: E) => number;
  /** What else makes it red: undefined when nothing does. */
  faultOf?: (entry: E) => string | undefined;
  /** A reason alone makes it red, where the documentation knows no words. */
  isRedByReason?: true;
  /** In its bad value it keeps the online member from giving its role away. Default: no; the rest may be why somebody switches. */
  isInTheWayOf?: (entry: E) => boolean;
}

/** One row as the window shows it, before anybody judges it. */
export interface ReadRow {
  /** First column: "Heartbeat to 10.10.10.2". */
  name: string;
  /** The product's word; null where there is only a figure. */
  word: string | null;
  figure: number | null;
  fault: string | null;
  isRedByReason: boolean;
  isInTheWay: boolean;
  failureReason: string | null;
  failCount: number | null;
  lastSuccess: string | null;
}

export interface RowDescription<Wire> extends Traits {
  form: "text" | "count" | "one" | "nullable" | "list";
  fields: Fields;
  read: (wire: Wire) => ReadRow[];
}

const bare = {
  figure: null,
  fault: null,
  isRedByReason: false,
  isInTheWay: false,
  failureReason: null,
  failCount: null,
  lastSuccess: null,
};

function readEntry<E extends { value: string }>(entry: E, traits: EntryTraits<E>): ReadRow {
  const { failureReason, failCount, lastSuccess }: Partial<Entry<{ failureReason: "reason"; failCount: "tally"; lastSuccess: "moment" }>> =
    entry;
  return {
    name: traits.nameOf?.(entry) ?? traits.name,
    word: entry.value,
    figure: traits.figureOf?.(entry) ?? null,
    fault: traits.faultOf?.(entry) ?? null,
    isRedByReason: traits.isRedByReason ?? false,
    isInTheWay: traits.isInTheWayOf?.(entry) ?? false,
    failureReason: oneLine(failureReason),
    failCount: failCount ?? null,
    lastSuccess: lastSuccess ?? null,
  };
}

/** Text of the product may have line breaks; null when there is nothing in it. */
const oneLine = (text: string | null | undefined): string | null => text?.replace(/\s+/g, " ").trim() || null;

function one<const F extends Fields>(fields: F, traits: EntryTraits<Entry<F>>): RowDescription<Entry<F>> {
  return { ...traits, form: "one", fields, read: (entry) => [readEntry(entry, traits)] };
}

function nullable<const F extends Fields>(fields: F, traits: EntryTraits<Entry<F>>): RowDescription<Entry<F> | null> {
  return { ...traits, form: "nullable", fields, read: (entry) => (entry === null ? [] : [readEntry(entry, traits)]) };
}

function list<const F extends Fields>(fields: F, traits: EntryTraits<Entry<F>>): RowDescription<readonly Entry<F>[]> {
  return { ...traits, form: "list", fields, read: (entries) => entries.map((entry) => readEntry(entry, traits)) };
}

const text = (traits: Traits): RowDescription<string> => ({
  ...{ ...traits, form: "text", fields: {} },
  read: (value) => [{ ...bare, name: traits.name, word: value }],
});

const count = (traits: Traits): RowDescription<number> => ({
  ...{ ...traits, form: "count", fields: {} },
  read: (figure) => [{ ...bare, name: traits.name, word: null, figure }],
});

const reason = {
  /** Why it is bad, in the product's words. */
  failureReason: "reason",
} as const;
const pending = {
  /** How many forwards wait. */
  pending: "count",
} as const;
const index = {
  /** 1-based index of the interface. */
  index: "index",
} as const;
const natsFields = {
  ...reason,
  /** Whether its NATS settings name the same endpoints as the rest of the system. */
  clusterEndpointsInSync: "flag",
} as const;
const success = {
  ...reason,
  /** When it last succeeded, ISO 8601. */
  lastSuccess: "moment",
} as const;

/**
 * Every row of the Failover Status window, in its order and under the names of the wire (Viewing the current Failover DMA status). Contract, LED,
 * table, page, metrics, checks of a switch and simulator follow from it; simulator/product/status.ts says where a value comes from.
 */
export const statusTable = {
  failoverStatus: text({ name: "Failover Status", remark: "Online, Offline, or any text of a transition." }),
  configuration: one(reason, {
    name: "Configuration",
    words: { good: ["Valid"], bad: ["Invalid"] },
    remark: "",
    isInTheWayOf: () => true,
  }),
  connectivity: list(
    {
      /** Heartbeat, Inverted Heartbeat or Ping. */
      kind: "label",
      /** What is checked, as the window shows it. */
      label: "label",
      ...success,
      /** Failed checks in a row. */
      failCount: "tally",
    },
    {
      name: "Heartbeat",
      words: { good: ["Success"], bad: ["Failing"] },
      remark: "one for each heartbeat and ping of this member; its kind is Heartbeat, Inverted Heartbeat or Ping",
      // Labels come with and without their kind: "Ping to 10.10.10.254".
      nameOf: ({ kind, label }) => {
        const shown = oneLine(label) ?? "";
        return shown.toLowerCase().startsWith(kind.toLowerCase()) ? shown : `${kind} ${shown}`.trim();
      },
      // An inverted heartbeat tells how the online member's own network is, which may be why somebody switches.
      isInTheWayOf: ({ kind }) => kind === "Heartbeat" || kind === "Ping",
    },
  ),
  syncConnection: nullable(reason, {
    name: "Sync Connection",
    words: { good: ["Available"], bad: ["Not Available"] },
    remark: "online member only",
    isShown: ({ isOnline }) => isOnline,
    inSync: "required",
  }),
  dbSync: nullable(success, {
    name: "DB Sync",
    words: { good: ["Active"], bad: ["Failing"] },
    remark: "online member with self-hosted storage only",
    isShown: ({ isOnline, isSelfHosted }) => isOnline && isSelfHosted,
    inSync: "ifShown",
  }),
  dbSyncStack: nullable(pending, {
    name: "DB Sync Stack",
    words: { good: ["OK"], bad: ["Too Large"] },
    remark: "online member with self-hosted storage only",
    figureOf: ({ pending }) => pending,
    isShown: ({ isOnline, isSelfHosted }) => isOnline && isSelfHosted,
    inSync: "ifShown",
  }),
  rteCount: count({ name: "RTE Count", remark: "Runtime errors.", provesNothingBefore: gates.staasIsTold }),
  nics: list(index, {
    name: "NIC",
    words: { good: ["Available"], bad: ["Unavailable"] },
    remark: "only after an interface was connected or disconnected",
    nameOf: ({ index }) => `NIC ${index}`,
  }),
  database: one(reason, {
    name: "Database",
    words: { good: ["OK"], bad: ["Failing"] },
    remark: "",
    provesNothingBefore: gates.staasIsTold,
  }),
  nats: nullable(natsFields, {
    name: "NATS communication",
    remark: "",
    isShown: ({ has }) => has(gates.showsNats),
    isRedByReason: true,
    faultOf: ({ clusterEndpointsInSync }) => (clusterEndpointsInSync ? undefined : "not in sync with the cluster endpoints"),
  }),
};

type Table = typeof statusTable;
export type StatusKey = keyof Table;

export const statusKeys = Object.keys(statusTable) as StatusKey[];

/** The rows of one member, as it tells them. */
export type StatusRows = { [Key in StatusKey]: Table[Key] extends RowDescription<infer Wire> ? Wire : never } & {
  /** Since when the Failover Status is that one, ISO 8601, by the member's own clock. */
  failoverStatusSince?: string | null | undefined;
};

/** The same table, for whoever goes through all of it. */
export const rowDescriptions: { readonly [Key in StatusKey]: RowDescription<StatusRows[Key]> } = statusTable;
