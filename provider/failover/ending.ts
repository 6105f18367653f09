import { otherPosition, type Position } from "./configuration.js";
import { endingGuards } from "./ending/guards.js";
import { endingNotes, givenUpReminder } from "./ending/notes.js";
import { type EndingCase, type EndingQuestion, type EndingRefusal, isPaired, wasReset } from "./ending/question.js";
import { bothOnline, inTransition, keptMemberSilent, neitherTells, nobodyOnline, oneIsStandalone } from "./ending/unclearRoles.js";
import type { MemberFacts, MemberView } from "./memberFacts.js";
import { isSteadyPair, roles, steadiness } from "./roles.js";

export type { EndingOptions, EndingQuestion, EndingRefusal, EndingRefusalCode } from "./ending/question.js";

/** What to do about ending a pair. */
export type Ending =
  | { kind: "nothing"; notes: string[] }
  | ({ kind: "refused" } & EndingRefusal)
  | {
      kind: "end";
      /** The member to ask: the online one, which stays. */
      ask: Position;
      /** Address of the member that stays. */
      keep: string;
      /** Address of the offline member: `delete` resets it, `disable` only makes it inactive. */
      reset: string;
      offlineUnavailable: boolean;
      /** Lines for the log, before it begins. */
      notes: string[];
      /** What stays to be heeded, for the last lines of the log. */
      closing: string[];
    };

/**
 * How to end the pair, from what both members say ("Ending a Failover configuration"). PAIR_IN_TRANSITION is worth waiting for, every other refusal
 * needs a person. An ending that was interrupted, with no operation running any more, is asked for once more.
 */
export function planEnding(question: EndingQuestion): Ending {
  const views = [question.main, question.backup];
  if (views.every(({ facts }) => facts === undefined)) return refused(neitherTells(question));
  const paired = views.filter(({ facts }) => isPaired(facts));
  if (paired.length === 0) return isGone(question) ? nothing : refused(keptMemberSilent(question));
  if (question.options.endMode === "disable" && paired.every(({ facts }) => isDisabled(facts))) return nothing;
  if (paired.some(({ facts }) => isUnderWay(facts))) return refused(inTransition(question));
  if (views.some(({ facts }) => facts !== undefined && !isPaired(facts) && !wasReset(facts))) return refused(oneIsStandalone(question));
  return endFromOnline(question);
}

const nothing: Ending = { kind: "nothing", notes: [] };
const refused = (refusal: EndingRefusal): Ending => ({ kind: "refused", ...refusal });

/** Nobody who answers is in a pair: gone when both say so, or the one that was kept does. A reset member proves nothing. */
function isGone({ main, backup, options }: EndingQuestion): boolean {
  const answering = [main, backup].flatMap(({ facts }) => facts ?? []);
  return answering.length === 2 || answering.some((facts) => wasKept(facts, options.dataMinerId));
}

function wasKept({ agent }: MemberFacts, recorded: number | null | undefined): boolean {
  if (agent.pristine || agent.dataMinerId === null) return false;
  return agent.dataMinerId === recorded;
}

const isDisabled = (facts: MemberFacts | undefined): boolean =>
  isPaired(facts) && facts.pair.state === "inactive" && isSteadyPair(facts.pair);

/** A disabled pair has no roles to wait for, and an ending without a running operation was interrupted. */
function isUnderWay(facts: MemberFacts | undefined): boolean {
  if (!isPaired(facts)) return false;
  const { pair, status } = facts;
  if (pair.operation?.state === "running") return true;
  if (pair.state === "inactive") return false;
  return (pair.state !== "ending" && !isSteadyPair(pair)) || status === null || steadiness(status.failoverStatus) === "transition";
}

function endFromOnline(question: EndingQuestion): Ending {
  const online = roles(statusInPair(question.main), statusInPair(question.backup));
  if (online === "both") return refused(bothOnline(question));
  const facts = online === "none" ? undefined : question[online].facts;
  if (online === "none" || !isPaired(facts)) return refused(nobodyOnline(question));
  const ending: EndingCase = {
    online: { ...question[online], facts },
    offline: question[otherPosition(online)],
    options: question.options,
    resumed: facts.pair.state === "ending",
  };
  for (const guard of endingGuards) {
    const refusal = guard(ending);
    if (refusal !== undefined) return refused(refusal);
  }
  const offlineUnavailable = isGivenUp(ending);
  return {
    kind: "end",
    ask: online,
    keep: ending.online.address,
    reset: ending.offline.address,
    offlineUnavailable,
    notes: endingNotes(ending, offlineUnavailable),
    closing: offlineUnavailable ? givenUpReminder(ending) : [],
  };
}

const statusInPair = ({ facts }: MemberView) => (isPaired(facts) ? facts.status : undefined);

/** Only when nobody reaches it as a member of the pair, the online one least of all, and the program allows it. */
function isGivenUp({ online, offline, options }: EndingCase): boolean {
  const { agent, pair } = online.facts;
  if (isPaired(offline.facts) || pair.buddyReachable) return false;
  return options.allowUnreachableOffline && agent.capabilities.endWithOfflineUnavailable;
}
