import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import type { Members } from "../../provider/core/resource.js";
import { positions } from "../../provider/failover/configuration.js";
import { problemText, toldProblem } from "../../provider/failover/problemText.js";
import { type Difference, type DriftClass, type DriftProblem, type DriftResult, driftClasses } from "../driftReport.js";
import type { MemberStatus, PairStatus } from "../readStatus.js";
import type { FoundDifference } from "./differences.js";

/** What a result is about, before anything was found. */
export type Subject = Pick<DriftResult, "kind" | "name" | "source" | "urn">;

export interface Findings {
  differences?: FoundDifference[];
  problems?: string[];
  /** Why its configuration could not be compared; one line each. Then it cannot be clean. */
  untold?: string[];
}

/** What is known of an Agent that did not answer, on one line. */
export type SilenceText = (address: string) => string;

export const unexplainedSilence: SilenceText = (address) =>
  `Agent ${address}: it does not answer. Check that it runs and that this machine reaches it.`;

/**
 * The result for anything that has no role and no health of its own. `silent`: Agents that it depends on and that do not answer.
 * A silent Agent is no drift: what it holds was not compared.
 */
export function resultOf(
  subject: Subject,
  found: Findings,
  silent: readonly MemberStatus[] = [],
  silenceText: SilenceText = unexplainedSilence,
): DriftResult {
  const { untold = [] } = found;
  const { compared, unanswered } = split(found, silent);
  return result(subject, compared, [...silent.map(silence), ...reasonsIn(found, silent, unanswered.map(silenceText))], {
    unreachable: untold.length + unanswered.length + silent.length > 0,
    drift: compared.length > 0,
  });
}

/** What was compared, and the Agents that did not answer beside those that are known to be silent. */
function split({ differences = [] }: Findings, silent: readonly MemberStatus[]): { compared: Difference[]; unanswered: string[] } {
  const addresses = new Set(differences.flatMap(({ unanswered }) => unanswered ?? []));
  for (const { address } of silent) addresses.delete(address);
  return { compared: differences.filter(({ unanswered, mayLast }) => unanswered === undefined && !mayLast), unanswered: [...addresses] };
}

/** The result for a pair: what it is configured as, and how it is. */
export function pairResult(
  subject: Subject,
  found: Findings,
  status: PairStatus,
  expectedOnline: DriftResult["expectedOnline"],
): DriftResult {
  const { untold = [] } = found;
  const silent = silentMembers(status);
  // A member may be silent for one of the two that ask, and answer the other.
  const { compared, unanswered } = split(found, silent);
  const isGone = status.state === null && silent.length === 0;
  const own = status.problems.filter(({ kind }) => kind !== "unreachable");
  const unhealthy = !isGone && own.length > 0;
  const reasons = reasonsIn(found, silent, unanswered.map(unexplainedSilence));
  const problems = [...silent.map(silence), ...own.map(toldProblem), ...reasons];
  const { main, backup } = status.members;
  return {
    ...result(subject, compared, problems, {
      unreachable: silent.length + untold.length + unanswered.length > 0,
      unhealthy,
      drift: compared.length > 0,
      roleChange: expectedOnline !== null && hasMoved(status, expectedOnline, unhealthy),
    }),
    online: status.online,
    expectedOnline,
    members: { main: memberOf(main), backup: memberOf(backup) },
  };
}

/** Nobody online is a change of role only on the way to one: with a silent member it is not known, and otherwise it is a problem. */
function hasMoved({ online, members, state }: PairStatus, expected: string, unhealthy: boolean): boolean {
  if (online === "main" || online === "backup") return online !== expected;
  return online === "none" && state !== null && !unhealthy && members.main.reachable && members.backup.reachable;
}

/** Why a member is silent may be the reason, too, why something else was not told: that is listed once, with the member. */
function reasonsIn({ untold = [], problems = [] }: Findings, silent: readonly MemberStatus[], more: readonly string[]): DriftProblem[] {
  const known = new Set(silent.flatMap((member) => [member.seen, ...reasonOfSilence(member)]));
  const reasons = [
    ...[...untold, ...more].map((text) => ({ kind: "untold", text })),
    ...problems.map((text) => ({ kind: "refused", text })),
  ];
  return reasons.filter(({ text }) => !known.has(text) && known.add(text));
}

function result(
  subject: Subject,
  differences: Difference[],
  problems: DriftProblem[],
  holds: Partial<Record<DriftClass, boolean>>,
): DriftResult {
  const classes = driftClasses.filter((name) => holds[name]).reverse();
  return {
    ...subject,
    name: oneLine(subject.name),
    class: classes[0] ?? "clean",
    classes: classes.length > 0 ? classes : ["clean"],
    differences,
    problems: problems.map((problem) => ({ ...problem, text: oneLine(redact(problem.text)) })),
    online: null,
    expectedOnline: null,
    members: null,
  };
}

/** The literal row, and why. */
function silence(member: MemberStatus): DriftProblem {
  const { position, address, seen, runbook } = member;
  const problem = { kind: "unreachable", member: { position, address } } as const;
  return { ...problem, seen, runbook, text: [problemText(problem), ...reasonOfSilence(member)].join(" ") };
}

const reasonOfSilence = ({ seen, runbook }: MemberStatus): string[] => {
  const reason = [...(seen ? [seen] : []), ...(runbook ? [`Runbook: ${runbook}.`] : [])].join(" ");
  return reason === "" ? [] : [reason];
};

const memberOf = ({ address, reachable, led }: MemberStatus) => ({ address, reachable, led });

/** What is known of the Agents behind a resource. */
export interface Around {
  /** Of the resource; undefined: it depends on no Agent by itself. */
  members?: Members | undefined;
  /** How these are. */
  status?: PairStatus | undefined;
  expectedOnline?: DriftResult["expectedOnline"];
  silenceText?: SilenceText;
}

/** The result for a resource, whichever it is. Two silent members tell nothing of it, and the status names each. */
export function classify(subject: Subject, found: Findings, around: Around = {}): DriftResult {
  const { members, status, expectedOnline = null, silenceText } = around;
  const silent = status ? silentMembers(status) : [];
  const comparable = silent.length === 2 ? {} : found;
  return members?.arePair && status
    ? pairResult(subject, comparable, status, expectedOnline)
    : resultOf(subject, comparable, silent, silenceText);
}

export const silentMembers = ({ members }: PairStatus): MemberStatus[] =>
  positions.map((position) => members[position]).filter(({ reachable }) => !reachable);
