import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import { positions } from "../../provider/failover/configuration.js";
import { memberName } from "../../provider/failover/memberFacts.js";
import { type Difference, type DriftClass, type DriftResult, driftClasses } from "../driftReport.js";
import type { MemberStatus, PairStatus } from "../readStatus.js";

/** What a result is about, before anything was found. */
export type Subject = Pick<DriftResult, "kind" | "name" | "source" | "urn">;

export interface Findings {
  differences?: Difference[];
  problems?: string[];
  /** Why its configuration could not be compared; one line each. Then it cannot be clean. */
  untold?: string[];
}

/** The result for anything that has no role and no health of its own. `silent`: Agents that it depends on and that do not answer. */
export function resultOf(subject: Subject, found: Findings, silent: readonly MemberStatus[] = []): DriftResult {
  const { differences = [], problems = [], untold = [] } = found;
  const unreachable = untold.length > 0 || silent.length > 0;
  return result(subject, differences, [...silent.map(silence), ...untold, ...problems], {
    unreachable,
    drift: differences.length > 0,
  });
}

/** The result for a pair: what it is configured as, and how it is. */
export function pairResult(
  subject: Subject,
  found: Findings,
  status: PairStatus,
  expectedOnline: DriftResult["expectedOnline"],
): DriftResult {
  const { untold = [] } = found;
  const members = positions.map((position) => status.members[position]);
  const silent = members.filter(({ reachable }) => !reachable);
  // How long something may be under way is a matter of health, and the status has looked a second time.
  const told = (found.differences ?? []).filter(({ property }) => property !== "stuck");
  const differences = told.filter(({ property }) => !isReach(property));
  // Each silent member makes one of the status's lines; whatever else is there makes the pair unhealthy.
  const isGone = status.state === null && silent.length === 0;
  const unhealthy = !isGone && status.problems.length > silent.length;
  const isOfSilent = (line: string) => silent.some(({ position, address }) => line.startsWith(`${memberName(position, address)}: `));
  const problems = [...silent.map(silence), ...status.problems.filter((line) => !isOfSilent(line)), ...untold, ...(found.problems ?? [])];
  const { main, backup } = status.members;
  return {
    ...result(subject, differences, problems, {
      // A member may be silent for one of the two that ask, and answer the other.
      unreachable: silent.length > 0 || untold.length > 0 || differences.length < told.length,
      unhealthy,
      drift: differences.length > 0,
      roleChange: expectedOnline !== null && hasMoved(status, expectedOnline, unhealthy),
    }),
    online: status.online,
    expectedOnline,
    members: { main: memberOf(main), backup: memberOf(backup) },
  };
}

/** A member that did not answer is a difference of the resource, and no drift of the configuration. */
const isReach = (property: string): boolean => positions.some((position) => property === `reachable.${position}`);

/** Nobody online is a change of role only on the way to one: with a silent member it is not known, and otherwise it is a problem. */
function hasMoved({ online, members, state }: PairStatus, expected: string, unhealthy: boolean): boolean {
  if (online === "main" || online === "backup") return online !== expected;
  return online === "none" && state !== null && !unhealthy && members.main.reachable && members.backup.reachable;
}

function result(subject: Subject, differences: Difference[], problems: string[], holds: Partial<Record<DriftClass, boolean>>): DriftResult {
  const classes = driftClasses.filter((name) => holds[name]).reverse();
  return {
    ...subject,
    name: oneLine(subject.name),
    class: classes[0] ?? "clean",
    classes: classes.length > 0 ? classes : ["clean"],
    differences,
    problems: withoutRepeats(problems.map((line) => oneLine(redact(line)))),
    online: null,
    expectedOnline: null,
    members: null,
  };
}

/** The literal row, and why. */
function silence({ position, address, seen, runbook }: MemberStatus): string {
  const row = `${memberName(position, address)}: Agent Status is Unreachable.`;
  return [row, ...(seen ? [seen] : []), ...(runbook ? [`Runbook: ${runbook}.`] : [])].join(" ");
}

/** What one member says of itself is told again by whatever needed it. */
function withoutRepeats(lines: readonly string[]): string[] {
  const different = [...new Set(lines)];
  return different.filter((line) => !different.some((other) => other !== line && other.endsWith(line)));
}

/** A VirtualIp names a silent Agent among its deviations; that is no drift. */
export function withoutSilence(found: Difference[], silent: readonly MemberStatus[]): Difference[] {
  const isSilence = ({ property, live }: Difference) =>
    property === "agents" && silent.some(({ position, address }) => String(live).startsWith(`${memberName(position, address)} `));
  return found.filter((difference) => !isSilence(difference));
}

const memberOf = ({ address, reachable, led }: MemberStatus) => ({ address, reachable, led });
