import { type AskedMember, type Asking, askMembers, membersOf, type PairView } from "../provider/agent/askMembers.js";
import { systemClock } from "../provider/core/clock.js";
import { reasonOf } from "../provider/core/errors.js";
import type { Position } from "../provider/failover/configuration.js";
import { pcapNotice } from "../provider/failover/pcap.js";
import { findGivenUp, type Problem, pairProblems } from "../provider/failover/problems.js";
import { looksInvalid, type Online, onlineOf, speakerOf } from "../provider/failover/roles.js";
import { type Led, led, type StatusRow, statusRows, unreachableRow } from "../provider/failover/statusRows.js";
import { isStuck, type Lasting, pairProgress } from "../provider/failover/transition.js";
import { parseVersion } from "../provider/failover/version.js";
import { connectionsOf, type PairTarget } from "./pairTarget.js";
import { memberSince, pairSince, watchedOf } from "./statusSince.js";

export { pairStates } from "../provider/agent/pairSchema.js";
export type { StatusRow } from "../provider/failover/statusRows.js";
export type { PairTarget } from "./pairTarget.js";

/** A pair as both members report it. Plain JSON. */
export interface PairStatus {
  /** As the target has it. */
  name: string;
  /** Null when nobody answers. */
  dataMinerId: number | null;
  /** Who reports to be online: one position, none or both. */
  online: Online;
  /** Both members say that they are online. */
  splitBrain: boolean;
  /**
   * configuring, active, switching, inactive, ending, or any other text of a transition; `invalid` also when the members contradict
   * each other. Null when no member that answers knows of a pair.
   */
  state: string | null;
  /** Since when the state is this one, as far as it is known: ISO 8601, by the clock of `readAt`. */
  stateSince: string | null;
  /** Since when no member that answers is online, in the same way; null while one is. */
  nobodyOnlineSince: string | null;
  /** An operation takes too long, or nobody is online and it is not known for how long. */
  isStuck: boolean;
  /** The member that was given up when the pair was ended and is back, while the other one has the same DataMiner ID and is in no pair; else null. */
  givenUp: Position | null;
  /** Both members by position. */
  members: Record<Position, MemberStatus>;
  /** Everything that is wrong, as data; empty when the pair is well. `problemText` says each in a sentence. */
  problems: Problem[];
  /** When it was asked, ISO 8601. */
  readAt: string;
}

/** One member's Failover Status window. */
export interface MemberStatus {
  /** Its position in the configuration. */
  position: Position;
  /** Its corporate IP address. */
  address: string;
  /** Name of the Agent; null when it did not answer. */
  agentName: string | null;
  /** Whether it answered. */
  reachable: boolean;
  /** Green or red. Transparent ("being fetched") is a state of the page that shows it. */
  led: Led;
  /** Since when its Failover Status is this one, as far as it is known: ISO 8601, by the clock of `readAt`. */
  statusSince: string | null;
  /** Literally as in the window; a member that is not reached has `Agent Status` alone, one without a pair none. */
  rows: StatusRow[];
  /** What the Failover Config window says of packet capture libraries, for pairs with a virtual IP address; null when there is nothing to say. */
  pcap: string | null;
  /** What to do about it. */
  pcapAdvice: string | null;
  /** Why nothing could be fetched: one line, with what to do. */
  seen: string | null;
  /** The page in docs/runbooks for that. */
  runbook: string | null;
}

/** How a status is read. */
export interface StatusOptions extends Asking {
  /**
   * After this time members that contradict each other are read again, because a switch looks the same for a moment.
   * Default: 10 000. 0: no second read.
   */
  secondLookMilliseconds?: number | undefined;
  /**
   * For repeated reads: the last status, null before the first one. It tells since when a status is shown if the Agents do not
   * report it. Left out: a single read.
   */
  previous?: PairStatus | null | undefined;
}

const usualSecondLookMilliseconds = 10_000;

/**
 * Reads the status of a pair: both members at the same time at their own addresses, with one call each. Silence and refusals are part of
 * the status and not thrown. Throws a RefusedError `TARGET_INVALID` for a wrong connection, and the reason of an aborted signal.
 */
export async function readStatus(target: PairTarget, options: StatusOptions = {}): Promise<PairStatus> {
  const connections = connectionsOf(target);
  const { previous, secondLookMilliseconds: pause = usualSecondLookMilliseconds } = options;
  const first = await askMembers(connections, options);
  if (pause === 0 || !(contradicts(first) || isUntold(first, previous))) return pairStatusOf(target.name, first, previous);
  await systemClock.sleep(pause, options.signal);
  return pairStatusOf(target.name, await askMembers(connections, { ...options, mayBeRecent: false }), previous);
}

/** Nobody is online and nobody tells for how long: a switch by hand looks the same for a moment. */
const isUntold = (asked: PairView, previous: PairStatus | null | undefined): boolean =>
  pairProgress(membersOf(asked), systemClock.now(), watchedOf(previous, asked, null, systemClock.now())).isUntold;

const contradicts = (asked: PairView): boolean => looksInvalid(asked.main.facts, asked.backup.facts) || onlineOf(asked) === "both";

/** The status that these answers make. `previous` as in `readStatus`. */
function pairStatusOf(name: string, asked: PairView, previous?: PairStatus | null): PairStatus {
  const now = systemClock.now();
  const online = onlineOf(asked);
  const invalid = contradicts(asked);
  const members = membersOf(asked);
  const speaker = speakerOf(asked)?.facts;
  const state = invalid ? "invalid" : (speaker?.pair?.state ?? null);
  const progress = pairProgress(members, now, watchedOf(previous, asked, state, now));
  const member = (position: Position) =>
    memberStatus(asked[position], progress.members[position], memberSince(previous, asked[position], now));
  return {
    name,
    dataMinerId: speaker?.agent.dataMinerId ?? null,
    online,
    splitBrain: online === "both",
    state,
    ...pairSince(previous, { state, online }, progress, now),
    isStuck: isStuck(progress) || progress.isUntold,
    givenUp: findGivenUp(asked)?.member.position ?? null,
    members: { main: member("main"), backup: member("backup") },
    problems: pairProblems(asked, { progress, isInvalid: invalid }),
    readAt: new Date(now).toISOString(),
  };
}

function memberStatus(
  { position, address, facts, failure }: AskedMember,
  transition: Lasting | undefined,
  statusSince: string | null,
): MemberStatus {
  const isVirtualIp = facts?.pair?.config.type === "virtualIp";
  const notice = isVirtualIp ? pcapNotice(facts.agent.pcap, parseVersion(facts.agent.version)) : null;
  return {
    position,
    address,
    agentName: facts?.agent.name ?? null,
    reachable: facts !== undefined,
    led: led(facts?.status, transition),
    statusSince,
    rows: facts ? (facts.status ? statusRows(facts.status, transition) : []) : [unreachableRow],
    pcap: notice?.text ?? null,
    pcapAdvice: notice?.advice ?? null,
    seen: failure ? reasonOf(failure) : null,
    runbook: failure?.runbook ?? null,
  };
}
