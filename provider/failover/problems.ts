import { sameAddress } from "../core/addresses.js";
import { canonicalHostname, otherPosition, type Position, positions, sharedAddress } from "./configuration.js";
import { gates } from "./gates.js";
import type { MemberFacts, MemberView } from "./memberFacts.js";
import { type Contradiction, contradictionOf, isSteadyMember } from "./roles.js";
import { type JudgedRow, judgedRows } from "./statusRows.js";
import { isLeftOffline, isOverdue, type Lasting, type PairProgress } from "./transition.js";
import { parseVersion, satisfies } from "./version.js";

/** The member whose window shows it, or whose word it is. */
export type OfMember = {
  /** The member. */
  member: MemberName;
};

/** A member, by both of its names. */
export interface MemberName {
  /** Its position in the configuration. */
  position: Position;
  /** Its corporate IP address. */
  address: string;
}

/** A row in its bad value. */
export type RedRow = Pick<JudgedRow, "key" | "row" | "word" | "figure" | "fault" | "failureReason" | "failCount" | "lasting">;

/** The Agent that was given up when its pair was ended, and is back. */
export type GivenUp = OfMember & {
  kind: "givenUp";
  /** The one that was kept: it has the same DataMiner ID and is in no pair. */
  kept: MemberName;
  /** The DataMiner ID that both have. */
  dataMinerId: number | null;
  /** Then both poll the same devices. */
  isOnline: boolean;
};

/**
 * One thing that is wrong with a pair, as data. `problemText` makes a sentence of it.
 * @prop kind What is wrong.
 * @prop seen What was found.
 * @prop expected What was expected instead.
 * @prop count How many rows are left out.
 * @prop mendedIn The first versions without that fault, where the product is to blame; else null.
 * @prop lasting How long it has lasted; null where that is not known.
 * @prop isUntold Whether nobody can tell for how long.
 */
export type Problem =
  | ({ kind: "unreachable" } & OfMember)
  | ({ kind: "noStatus" } & OfMember)
  | ({ kind: "row" } & OfMember & RedRow)
  /** So many rows more than are listed. */
  | ({ kind: "moreRows"; count: number } & OfMember)
  | ({ kind: "noPair" } & OfMember)
  /** It is in a pair with somebody else: `seen` are its addresses, `expected` is the other member's. */
  | ({ kind: "otherPair"; seen: Record<Position, string>; expected: string } & OfMember)
  /** It claims the other's place in a configuration that has it at its own. */
  | ({ kind: "otherPosition"; seen: Position; expected: Position } & OfMember)
  | GivenUp
  /** Where the rest of the system reaches the pair; `mendedIn`: the first versions without that fault, where it is to blame. */
  | ({ kind: "reachedElsewhere"; seen: string; expected: string; mendedIn: string | null } & OfMember)
  | { kind: "bothDatabasesDown" }
  | Contradiction
  /** It is under way for longer than it may take. */
  | { kind: "underWay"; seen: string; lasting: Lasting }
  /** `lasting`: longer than a switch may take; null where nobody is on the way. `isUntold`: nobody can say for how long. */
  | { kind: "nobodyOnline"; lasting: Lasting | null; isUntold: boolean };

/** What a problem is about. */
export type ProblemKind = Problem["kind"];

type Views = Record<Position, MemberView>;

export interface ProblemOptions {
  /** What is under way, and for how long. */
  progress: PairProgress;
  /** The members contradict each other, and it is no switch that only looks like that. */
  isInvalid: boolean;
}

/** Everything that is wrong with a pair: what each member shows, and what both mean together. */
export function pairProblems(pair: Views, { progress, isInvalid }: ProblemOptions): Problem[] {
  const views = positions.map((position) => pair[position]);
  const givenUp = findGivenUp(pair);
  return [
    ...views.flatMap((view) => shownProblems(view, progress.members[view.position])),
    ...views.flatMap(reachedElsewhere),
    ...databaseProblems(views),
    ...views.flatMap((view) => strangerProblems(view, pair[otherPosition(view.position)])),
    ...views.flatMap(claimProblems),
    ...(givenUp ? [givenUp] : []),
    ...(isInvalid ? [contradictionOf(pair)] : progressProblems(views, progress)),
  ];
}

const ofMember = ({ position, address }: MemberView): OfMember => ({ member: { position, address } });

/** More than the window has without heartbeats; a list of all of them would hide what else is wrong. */
const mostRows = 15;

function shownProblems(view: MemberView, transition: Lasting | undefined): Problem[] {
  const { facts } = view;
  const whose = ofMember(view);
  if (facts === undefined) return [{ kind: "unreachable", ...whose }];
  if (facts.pair === null) return [];
  if (facts.status === null) return [{ kind: "noStatus", ...whose }];
  const red = judgedRows(facts.status, transition).filter(({ bad }) => bad);
  const rows = red.slice(0, mostRows).map(({ key, row, word, figure, fault, failureReason, failCount, lasting }): Problem => {
    return { kind: "row", ...whose, key, row, word, figure, fault, failureReason, failCount, lasting };
  });
  return red.length <= mostRows ? rows : [...rows, { kind: "moreRows", ...whose, count: red.length - mostRows }];
}

/**
 * The rest of the system must reach the pair at its virtual IP or hostname. An offline Agent named its own address before RN 43257, and
 * during a change the address is on its way, so only a steady online member counts.
 */
function reachedElsewhere(view: MemberView): Problem[] {
  const { facts } = view;
  const pair = facts?.pair;
  if (facts === undefined || pair?.state !== "active" || !isSteadyMember(facts) || facts.status?.failoverStatus !== "Online") return [];
  const [primary, shared] = [facts.dms.primaryAddress ?? null, sharedAddress(pair.config)];
  if (primary === null || shared === null || sameAddress(primary, shared) || canonicalHostname(primary) === canonicalHostname(shared))
    return [];
  const version = parseVersion(facts.agent.version);
  const { primaryAddressIsShared: mended } = gates;
  const mendedIn = version === undefined || satisfies(version, mended) !== "no" ? null : mended.text;
  return [{ kind: "reachedElsewhere", ...ofMember(view), seen: primary, expected: shared, mendedIn }];
}

/** Vendor page "Viewing the current Failover DMA status": with both instances down the system falls back to file offloading. */
function databaseProblems(views: readonly MemberView[]): Problem[] {
  const down = views.filter(
    ({ facts }) => facts?.agent.storage.kind === "cassandraPerDma" && facts.pair !== null && facts.status?.database.value === "Failing",
  );
  return down.length < 2 ? [] : [{ kind: "bothDatabasesDown" }];
}

/** A member that is in no pair, or in one with somebody else. */
function strangerProblems(view: MemberView, other: MemberView): Problem[] {
  const { facts, position, address } = view;
  if (!facts) return [];
  if (!facts.pair) return [{ kind: "noPair", ...ofMember(view) }];
  const { config } = facts.pair;
  const seen = { main: config.main.address, backup: config.backup.address };
  if (sameAddress(seen[position], address) && sameAddress(seen[other.position], other.address)) return [];
  return [{ kind: "otherPair", ...ofMember(view), seen, expected: other.address }];
}

function claimProblems(view: MemberView): Problem[] {
  const { position, address, facts } = view;
  const pair = facts?.pair;
  if (!pair || pair.position === position || !sameAddress(pair.config[position].address, address)) return [];
  return [{ kind: "otherPosition", ...ofMember(view), seen: pair.position, expected: position }];
}

/**
 * The Agent that was given up when its pair was ended, and is back: it still has the pair's configuration, while the other one has the
 * same DataMiner ID, its data, and no pair ("Ending a Failover configuration", the note on an offline Agent that is unavailable).
 */
export function findGivenUp(pair: Views): GivenUp | undefined {
  const position = positions.find((each) => isBack(pair[each].facts, pair[otherPosition(each)].facts));
  if (position === undefined) return undefined;
  const [back, kept] = [pair[position], pair[otherPosition(position)]];
  return {
    kind: "givenUp",
    ...ofMember(back),
    kept: ofMember(kept).member,
    dataMinerId: kept.facts?.agent.dataMinerId ?? null,
    isOnline: back.facts?.status?.failoverStatus === "Online",
  };
}

function isBack(back: MemberFacts | undefined, kept: MemberFacts | undefined): boolean {
  if (!back?.pair || !kept || kept.pair !== null) return false;
  // Before and during a set-up one of them is fresh, and after a reset one has no ID.
  if (back.agent.pristine || kept.agent.pristine || kept.agent.dataMinerId === null) return false;
  if (back.agent.dataMinerId !== kept.agent.dataMinerId) return false;
  const { main, backup } = back.pair.config;
  return [main, backup].some(({ address }) => sameAddress(address, kept.agent.address));
}

/** What lasts too long at the pair as a whole, in the words of neither member. */
function progressProblems(views: readonly MemberView[], { pair, nobodyOnline, isUntold }: PairProgress): Problem[] {
  const problems: Problem[] = isLeftOffline(views) ? [{ kind: "nobodyOnline", lasting: null, isUntold: false }] : [];
  if (isOverdue(pair)) problems.push({ kind: "underWay", seen: pair.seen, lasting: pair });
  if (isOverdue(nobodyOnline)) problems.push({ kind: "nobodyOnline", lasting: nobodyOnline, isUntold: false });
  if (isUntold) problems.push({ kind: "nobodyOnline", lasting: null, isUntold });
  return problems;
}

/** Whether the problem is that something lasts longer than it may, or that nobody can say for how long it has. */
export const isStuckProblem = (problem: Problem): boolean =>
  problem.kind === "underWay" ||
  (problem.kind === "row" && problem.lasting !== null) ||
  (problem.kind === "nobodyOnline" && (problem.isUntold || problem.lasting !== null));
