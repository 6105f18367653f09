import type { Act, IssueCircumstances, KnownIssue } from "./knownIssue.js";
import { knownIssueTable } from "./knownIssueTable.js";
import { type Answer, satisfies, type Version } from "./version.js";
import { inRanges } from "./versionRange.js";

/** What is about to be done, to which kind of pair, on which version. */
export interface Situation extends IssueCircumstances {
  act: Act;
  version: Version;
}

/** A known issue of the product that the act would meet. */
export interface MetIssue {
  /** "K1" or "RN 46350": what the table calls it. */
  id: string;
  effect: "refuse" | "warn";
  /** One line that names the issue, the version and the cure. */
  reason: string;
}

/** What to refuse and what to warn of. An unknown version is never a reason to refuse (domain 10). */
export function knownIssues(situation: Situation): MetIssue[] {
  return knownIssueTable.flatMap((issue) => {
    const affected = isAffected(issue, situation.version);
    if (affected === "no" || !issue.applies(situation)) return [];
    const effect = affected === "yes" && refuses(issue, situation) ? "refuse" : "warn";
    if (effect === "warn" && !mentions(issue, situation)) return [];
    const words = affected === "yes" ? "has a known issue" : "may have a known issue";
    return [{ id: issue.id, effect, reason: `DataMiner ${situation.version.text} ${words} (${issue.id}): ${issue.text}.` }];
  });
}

const refuses = ({ refusal }: KnownIssue, situation: Situation): boolean =>
  refusal?.acts.includes(situation.act) === true && refusal.when(situation);

const mentions = ({ acts, refusal }: KnownIssue, { act }: Situation): boolean => acts.includes(act) || refusal?.acts.includes(act) === true;

function isAffected({ affected, fixed }: KnownIssue, version: Version): Answer {
  const inside = affected === undefined ? "yes" : inRanges(version, affected);
  const repaired = fixed === undefined ? "no" : satisfies(version, fixed);
  if (inside === "no" || repaired === "yes") return "no";
  return inside === "yes" && repaired === "no" ? "yes" : "unknown";
}
