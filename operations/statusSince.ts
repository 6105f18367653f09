import type { AskedMember, PairView } from "../provider/agent/askMembers.js";
import type { Position } from "../provider/failover/configuration.js";
import type { Online } from "../provider/failover/roles.js";
import type { StatusRow } from "../provider/failover/statusRows.js";
import { millisecondsSince, type PairProgress, type Watched } from "../provider/failover/transition.js";

/** What a look at a pair has seen, as far as the next look goes on from there. */
export interface SeenPair {
  state: string | null;
  /** Since when the state is that one, as far as anybody knows: ISO 8601. */
  stateSince: string | null;
  /** Since when nobody who answers is online, in the same way; null also when somebody is. */
  nobodyOnlineSince: string | null;
  members: Record<Position, { rows: readonly StatusRow[]; statusSince: string | null }>;
}

/** What the look before gave; null: this is the first one of many; undefined: it is the only one. */
type Previous = SeenPair | null | undefined;

/** How long whoever looks again and again has seen the same as now, in milliseconds. */
export function watchedOf(previous: Previous, asked: PairView, state: string | null, now: number): Watched | undefined {
  if (previous === undefined) return undefined;
  const member = (position: Position) => age(previous && seenBefore(previous, asked[position]), now);
  const answers = asked.main.facts !== undefined || asked.backup.facts !== undefined;
  return {
    members: { main: member("main"), backup: member("backup") },
    pair: age(previous?.state === state ? previous.stateSince : null, now),
    // While nobody answered at all, nothing was seen.
    nobodyOnline: age(answers ? previous?.nobodyOnlineSince : null, now),
  };
}

/** Since when a member's status is what it is: its own word, what was seen before, or now. */
export function memberSince(previous: Previous, member: AskedMember, now: number): string | null {
  const { facts } = member;
  if (!facts?.status) return null;
  const told = millisecondsSince(facts.status.failoverStatusSince, facts, now);
  if (told !== undefined) return timeText(now - told);
  if (previous === undefined) return null;
  return (previous && seenBefore(previous, member)) ?? timeText(now);
}

/** The same of the pair as a whole. */
export function pairSince(
  previous: Previous,
  { state, online }: { state: string | null; online: Online },
  { pair, nobodyOnline }: PairProgress,
  now: number,
): Pick<SeenPair, "stateSince" | "nobodyOnlineSince"> {
  const isWatched = previous !== undefined;
  const sameState = previous?.state === state ? previous.stateSince : null;
  const began = (told: number | undefined, before: string | null | undefined) =>
    told === undefined ? (before ?? (isWatched ? timeText(now) : null)) : timeText(now - told);
  return {
    stateSince: state === null ? null : began(pair?.milliseconds, sameState),
    nobodyOnlineSince: online !== "none" || state === null ? null : began(nobodyOnline?.milliseconds, previous?.nobodyOnlineSince),
  };
}

function seenBefore(previous: SeenPair, { position, facts }: AskedMember): string | null {
  const { rows, statusSince } = previous.members[position];
  const before = rows.find(({ key }) => key === "failoverStatus")?.value;
  return facts?.status && before === facts.status.failoverStatus ? statusSince : null;
}

const age = (since: string | null | undefined, now: number): number => (since ? Math.max(0, now - Date.parse(since)) : 0);

const timeText = (time: number): string => new Date(time).toISOString();
