import type { Position } from "./configuration.js";
import type { AgentTimers, MemberFacts, MemberView } from "./memberFacts.js";
import { isSteadyMember, isSteadyPair, roles, steadiness } from "./roles.js";

type Told = string | null | undefined;

/** No Agent that tells of itself is older: a clock without a battery starts again in 1970, 1980 or 2000. */
const earliest = Date.UTC(2010, 0, 1);

/**
 * How many milliseconds ago something was, by what its own Agent tells. Undefined when that cannot be told: nothing was told, or
 * the clock that stamped it was set since, so that it lies in the future or before any Agent was there.
 */
export function millisecondsSince(told: Told, facts: Pick<MemberFacts, "timeUtc" | "status">, now: number): number | undefined {
  const at = timeOf(told);
  if (at === undefined || at < earliest) return undefined;
  const present = timeOf(facts.timeUtc);
  if (present !== undefined) return since(at, present);
  // Without its clock: no more than the newest time that it tells, and no more than our own clock says.
  const found = [newestTime(facts), now].flatMap((time) => (time === undefined ? [] : (since(at, time) ?? [])));
  return found.length === 0 ? undefined : Math.min(...found);
}

/** Clocks are corrected by a moment all the time; that is no clock that was set. */
const correctionMilliseconds = 5_000;

const since = (at: number, present: number): number | undefined =>
  at <= present + correctionMilliseconds ? Math.max(0, present - at) : undefined;

/** The newest success that a member tells of: no earlier than that is its present. */
function newestTime({ status }: Pick<MemberFacts, "status">): number | undefined {
  const rows = [...(status?.connectivity ?? []), ...(status?.dbSync ? [status.dbSync] : [])];
  const told = rows.flatMap(({ lastSuccess }) => timeOf(lastSuccess) ?? []);
  return told.length === 0 ? undefined : Math.max(...told);
}

function timeOf(told: Told): number | undefined {
  const time = told ? Date.parse(told) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Something that passes by itself, and how long it may take. */
export interface Lasting {
  /** The product's literal text: the Failover status, or the pair's state. Of nobody online: empty. */
  seen: string;
  /** How long at least; undefined where nobody tells, and nobody has watched. */
  milliseconds: number | undefined;
  /** How long it may take. */
  limitMilliseconds: number;
}

export const isOverdue = (lasting: Lasting | undefined): lasting is Lasting & { milliseconds: number } =>
  lasting?.milliseconds !== undefined && lasting.milliseconds > lasting.limitMilliseconds;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Where no documentation names a limit. */
const unknownLimit = 10 * minute;
/** MaxWaitForFailoverDBPushOnManualSwitch, which this API does not tell. */
const databasePush = 60 * second;

/** Defaults of MaintenanceSettings.xml, for Agents whose timers are not known. */
const usualTimers: AgentTimers = { maxStartupSeconds: 900, maxWaitForOfflineSeconds: 600, maxWaitForVirtualIpSeconds: 120 };

/** How long a switch may take as a whole: the buddy goes offline, the virtual address is claimed, everything is loaded. */
const switchLimit = (timers: AgentTimers): number =>
  (timers.maxWaitForOfflineSeconds + timers.maxWaitForVirtualIpSeconds + timers.maxStartupSeconds) * second + databasePush;

/** Set-up copies a whole database, and nobody documents how long that may take: these are the defaults of our own verbs. */
const operationLimits: Record<string, (timers: AgentTimers) => number> = {
  setUp: () => 4 * hour,
  configuring: () => 4 * hour,
  change: () => hour / 2,
  end: () => hour,
  ending: () => hour,
  switch: switchLimit,
  switching: switchLimit,
};

/** The product's own limits (MaintenanceSettings.xml, SLNet.FailoverMaxStartupTime, MaxWaitForFailoverOffline, MaxWaitForFailoverVIP). */
const statusLimits: readonly [RegExp, (timers: AgentTimers) => number][] = [
  [/^Acquiring Virtual IP Address\b/, ({ maxWaitForVirtualIpSeconds }) => maxWaitForVirtualIpSeconds * second],
  [/^Preparing to go online$/, ({ maxWaitForOfflineSeconds }) => maxWaitForOfflineSeconds * second + databasePush],
  [/^Going Offline$/, ({ maxWaitForOfflineSeconds }) => maxWaitForOfflineSeconds * second],
  [/^(Starting|Going Online)$/, ({ maxStartupSeconds }) => maxStartupSeconds * second],
];

const timersOf = (facts: MemberFacts | undefined): AgentTimers => facts?.agent.settings ?? usualTimers;

/** A member's own status that is none to stay; undefined when it is, or when there is none. */
export function statusTransition(facts: MemberFacts | undefined, now: number, watched: number | undefined): Lasting | undefined {
  if (!facts?.pair || !facts.status || steadiness(facts.status.failoverStatus) === "steady") return undefined;
  const { failoverStatus, failoverStatusSince } = facts.status;
  return {
    seen: failoverStatus,
    // Where it is told it counts alone: the same text may have come twice between two looks.
    milliseconds: millisecondsSince(failoverStatusSince, facts, now) ?? watched,
    limitMilliseconds: longWork(facts) ?? statusLimit(failoverStatus, timersOf(facts)),
  };
}

const statusLimit = (text: string, timers: AgentTimers): number =>
  statusLimits.find(([pattern]) => pattern.test(text))?.[1](timers) ?? unknownLimit;

/** While a pair is set up, changed or ended, a member is on its way for as long as that takes. */
function longWork({ agent, pair }: MemberFacts): number | undefined {
  const { state = "", operation = null } = pair ?? {};
  const kind = operation?.state === "running" ? operation.kind : state;
  if (kind === undefined || kind === "switch" || kind === "switching") return undefined;
  return operationLimits[kind]?.(agent.settings ?? usualTimers);
}

/** What is under way at the pair while no member's own status tells of it. One member's word is enough. */
function pairTransition(views: readonly MemberView[], now: number, watched: number | undefined): Lasting | undefined {
  const paired = pairedFacts(views);
  if (paired.some((facts) => facts.status && steadiness(facts.status.failoverStatus) === "transition")) return undefined;
  const found = paired.flatMap((facts) => {
    const { pair } = facts;
    if (isSteadyPair(pair)) return [];
    const running = pair.operation?.state === "running" ? pair.operation : undefined;
    const seen = running?.kind ?? pair.state;
    const milliseconds = millisecondsSince(running?.startedUtc, facts, now) ?? watched;
    return [{ seen, milliseconds, limitMilliseconds: operationLimits[seen]?.(timersOf(facts)) ?? unknownLimit }];
  });
  return found.sort((one, other) => (other.milliseconds ?? 0) - (one.milliseconds ?? 0))[0];
}

/** Nobody who answers is online while a member is on its way; undefined when somebody is, or when nobody is on the way. */
export function nobodyOnline(views: readonly MemberView[], now: number, watched: number | undefined): Lasting | undefined {
  const paired = pairedFacts(views).filter(({ pair }) => pair.state !== "inactive");
  if (paired.length === 0 || !isNobodyOnline(views) || paired.every(isSteadyMember)) return undefined;
  // Whoever shows another text than Online has not been online for that long; only the word of all of them together counts.
  const told = paired.map((facts) => millisecondsSince(facts.status?.failoverStatusSince, facts, now));
  const together = told.every((each) => each !== undefined) ? Math.min(...told.map(Number)) : undefined;
  return {
    seen: "",
    milliseconds: together === undefined ? watched : Math.max(together, watched ?? 0),
    limitMilliseconds: Math.max(...paired.map((facts) => longWork(facts) ?? switchLimit(timersOf(facts)))),
  };
}

/** Nobody who answers is online, and nobody is on the way. */
export function isLeftOffline(views: readonly MemberView[]): boolean {
  const paired = pairedFacts(views).filter(({ pair }) => pair.state !== "inactive");
  return paired.length > 0 && isNobodyOnline(views) && paired.every(isSteadyMember);
}

/** Whether an operation of this API is running, which somebody then waits for. */
const hasRunningOperation = (views: readonly MemberView[]): boolean =>
  pairedFacts(views).some(({ pair }) => pair.operation?.state === "running");

/** An Agent that is in no pair and has its data serves by itself, and shows no Failover status. */
const servesAlone = ({ facts }: MemberView): boolean =>
  facts !== undefined && facts.pair === null && !facts.agent.pristine && facts.agent.dataMinerId !== null;

const isNobodyOnline = (views: readonly MemberView[]): boolean =>
  !views.some(servesAlone) && roles(views[0]?.facts?.status, views[1]?.facts?.status) === "none";

const pairedFacts = (views: readonly MemberView[]) => views.flatMap(({ facts }) => (facts?.pair ? [{ ...facts, pair: facts.pair }] : []));

/** What is under way at a pair, and how long each part of it lasts. Nothing of it is wrong before it is overdue. */
export interface PairProgress {
  /** Of each member's own Failover status. */
  members: Partial<Record<Position, Lasting | undefined>>;
  /** Of the pair's state, while no member's status tells of it. */
  pair: Lasting | undefined;
  /** Nobody who answers is online, and somebody is on the way. */
  nobodyOnline: Lasting | undefined;
  /** Nobody who answers is online, no operation is running, and neither an Agent nor whoever looks can say for how long. */
  isUntold: boolean;
}

/** How long whoever looks again and again has seen the same, in milliseconds. */
export interface Watched {
  members: Partial<Record<Position, number | undefined>>;
  pair: number | undefined;
  nobodyOnline: number | undefined;
}

/** From what both members say, and from what was seen before. */
export function pairProgress(views: readonly MemberView[], now: number, watched?: Watched): PairProgress {
  const nobody = nobodyOnline(views, now, watched?.nobodyOnline);
  return {
    members: Object.fromEntries(views.map(({ position, facts }) => [position, statusTransition(facts, now, watched?.members[position])])),
    pair: pairTransition(views, now, watched?.pair),
    nobodyOnline: nobody,
    isUntold: nobody !== undefined && nobody.milliseconds === undefined && !hasRunningOperation(views),
  };
}

/** Whether anything lasts longer than it may. */
export const isStuck = ({ members, pair, nobodyOnline: nobody }: PairProgress): boolean =>
  [members.main, members.backup, pair, nobody].some(isOverdue);
