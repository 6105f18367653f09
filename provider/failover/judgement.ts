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
}

/** What one rule found. */
export type Finding = ({ severity: "violation" } & Violation) | { severity: "warning"; reason: string };

export const violation = (property: PairProperty, reason: string): Finding => ({ severity: "violation", property, reason });
export const warning = (reason: string): Finding => ({ severity: "warning", reason });

/** Sorts what the rules found; the same text twice is said once. */
export function judge(findings: readonly Finding[]): Judgement {
  const judgement: Judgement = { violations: [], warnings: [] };
  for (const finding of findings) {
    if (finding.severity === "warning") {
      if (!judgement.warnings.includes(finding.reason)) judgement.warnings.push(finding.reason);
    } else if (!judgement.violations.some(({ property, reason }) => property === finding.property && reason === finding.reason)) {
      judgement.violations.push({ property: finding.property, reason: finding.reason });
    }
  }
  return judgement;
}
