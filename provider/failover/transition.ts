import { millisecondsSince } from "./agentTime.js";
import type { AgentTimers, MemberFacts, MemberView } from "./memberFacts.js";
import { isSteadyMember, isSteadyPair, roles, steadiness } from "./roles.js";

/** Something that passes by itself, and how long it may take. */
export interface Lasting {
  /** The product's literal text: the Failover status, or the pair's state. Of nobody online: empty. */
  seen: string;
  /** How long at least; undefined where nobody tells, and nobody has watched. */
  milliseconds: number | undefined;
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
export function pairTransition(views: readonly MemberView[], now: number, watched: number | undefined): Lasting | undefined {
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
export const hasRunningOperation = (views: readonly MemberView[]): boolean =>
  pairedFacts(views).some(({ pair }) => pair.operation?.state === "running");

/** An Agent that is in no pair and has its data serves by itself, and shows no Failover status. */
const servesAlone = ({ facts }: MemberView): boolean =>
  facts !== undefined && facts.pair === null && !facts.agent.pristine && facts.agent.dataMinerId !== null;

const isNobodyOnline = (views: readonly MemberView[]): boolean =>
  !views.some(servesAlone) && roles(views[0]?.facts?.status, views[1]?.facts?.status) === "none";

const pairedFacts = (views: readonly MemberView[]) => views.flatMap(({ facts }) => (facts?.pair ? [{ ...facts, pair: facts.pair }] : []));
