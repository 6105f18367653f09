import type { EndMode } from "../configuration.js";
import type { MemberFacts, MemberView, PairFacts } from "../memberFacts.js";

/** What the program allows, and what is recorded of the pair. */
export interface EndingOptions {
  endMode: EndMode;
  /** The offline Agent may be given up while the online one says that it is unavailable (RN 33827). */
  allowUnreachableOffline: boolean;
  /** A Cassandra keyspace with one replica may be split ("Ending a Failover configuration"). */
  allowDataLoss: boolean;
  /** Main may be the one that is reset. */
  allowResetOfMain: boolean;
  /** The pair's DataMiner ID as recorded; undefined or null when it never was. */
  dataMinerId?: number | null | undefined;
}

/** What both members say, and what the program wants. */
export interface EndingQuestion {
  main: MemberView;
  backup: MemberView;
  options: EndingOptions;
}

/** A member that answers and is in a pair. */
export type PairedFacts = MemberFacts & { pair: PairFacts };

export const isPaired = (facts: MemberFacts | undefined): facts is PairedFacts => facts !== undefined && facts.pair !== null;

/** A member that answers and has nothing left of the pair: an ending that was interrupted got this far. */
export const wasReset = (facts: MemberFacts | undefined): boolean =>
  facts !== undefined && facts.pair === null && (facts.agent.pristine || facts.agent.dataMinerId === null);

/** A question whose roles are clear. */
export interface EndingCase {
  online: MemberView & { facts: PairedFacts };
  offline: MemberView;
  options: EndingOptions;
  /** An ending that was interrupted and is carried on: the offline member may be reset by now. */
  resumed: boolean;
}

/** "pair 111", or its addresses when nobody knows its ID. */
export function pairName({ main, backup, options }: EndingQuestion): string {
  const id = options.dataMinerId ?? main.facts?.agent.dataMinerId ?? backup.facts?.agent.dataMinerId;
  return id === undefined || id === null ? `the pair ${main.address} and ${backup.address}` : `pair ${id}`;
}

/** Why a pair cannot be ended now. The code is stable: runbooks and programs go by it. */
export type EndingRefusalCode =
  | "PAIR_UNREACHABLE"
  | "MEMBER_REFUSES"
  | "KEPT_MEMBER_SILENT"
  | "PAIR_IN_TRANSITION"
  | "BOTH_ONLINE"
  | "NOBODY_ONLINE"
  | "ONLINE_MEMBER_UNAVAILABLE"
  | "OTHER_PAIR"
  | "MEMBERS_DISAGREE"
  | "OFFLINE_SILENT_HERE"
  | "OFFLINE_UNREACHABLE"
  | "OFFLINE_UNAVAILABLE_UNSUPPORTED"
  | "MEMBERS_CUT_OFF"
  | "END_MODE_UNSUPPORTED"
  | "BACKUP_IS_ONLINE"
  | "DATA_ON_ONE_NODE"
  | "DATABASE_FAILING";

export interface EndingRefusal {
  code: EndingRefusalCode;
  /** One line: what was to be done, what was seen, what to do. */
  reason: string;
}
