import type { Context } from "../core/context.js";

/** The input of a FailoverPair that a violation belongs to. */
export type PairProperty =
  | "main"
  | "backup"
  | "virtualIps"
  | "hostname"
  | "mode"
  | "heartbeats"
  | "syncInterface"
  | "restartWhenGoingOffline"
  | "endMode";

/** A rule that is broken, with its cure, in one line. */
export interface Violation {
  property: PairProperty;
  reason: string;
}

/** Everything there is to say at once: what forbids it, and what is only worth knowing. */
export interface Judgement {
  violations: Violation[];
  warnings: string[];
  /** Those among the warnings that every pair of this version gets, whatever is declared. */
  standing?: string[];
}

/** What one rule found. */
export type Finding = ({ severity: "violation" } & Violation) | { severity: "warning"; reason: string; standing?: true };

export const violation = (property: PairProperty, reason: string): Finding => ({ severity: "violation", property, reason });
export const warning = (reason: string): Finding => ({ severity: "warning", reason });
export const standingWarning = (reason: string): Finding => ({ severity: "warning", reason, standing: true });

/** Sorts what the rules found; the same text twice is said once. */
export function judge(findings: readonly Finding[]): Judgement {
  const judgement: Judgement = { violations: [], warnings: [] };
  for (const finding of findings) {
    if (finding.severity === "warning") {
      if (judgement.warnings.includes(finding.reason)) continue;
      judgement.warnings.push(finding.reason);
      if (finding.standing) judgement.standing = [...(judgement.standing ?? []), finding.reason];
    } else if (!judgement.violations.some(({ property, reason }) => property === finding.property && reason === finding.reason)) {
      judgement.violations.push({ property: finding.property, reason: finding.reason });
    }
  }
  return judgement;
}

/** Says what is worth knowing. */
export function tellWarnings({ warnings, standing }: Judgement, context: Pick<Context, "warn">): void {
  for (const line of warnings) context.warn(line, standing?.includes(line) ? "standing" : undefined);
}
