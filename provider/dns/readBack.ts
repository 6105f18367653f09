import { types } from "./constants.js";
import { DnsError } from "./errors.js";
import { dataOf, type Found, lookUp, seenBelow, showFound, zoneBelow } from "./lookUp.js";
import { askAuthority } from "./query.js";
import { type RRsetStep, sameData, showData } from "./rrset.js";
import { type Call, isReallyAbsent, type Outcome } from "./sendUpdate.js";
import { findSoa } from "./zone.js";

/** An RRset that is not what it should be. */
export interface Difference {
  step: RRsetStep;
  found: Found;
  /** Whether every RRset that is not as it should be is what it was before the change. */
  isAsBefore: boolean;
}

/**
 * The first RRset that is not as desired; undefined when all are. A server that has taken the change may show it a moment later (a
 * secondary that forwards updates, RFC 2136 6): while all that differs is as before, it is read again. `seen` is what the server answered
 * to the change.
 */
export async function findDifference(call: Call, steps: readonly RRsetStep[], act: string, seen: string): Promise<Difference | undefined> {
  try {
    for (;;) {
      const difference = await readOnce(call, steps);
      // Above a zone cut nothing will ever be seen.
      if (!difference?.isAsBefore || zoneBelow(call.zone, difference.found)) return difference;
      if (!(await call.patience.again())) return difference;
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    throw new DnsError("DNS_UNVERIFIED", `${act} at ${call.at?.label}: it answered ${seen}, and could not be read back. ${error.message}`, {
      facts: { server: call.at?.label },
      cause: error,
      nothingDone: false,
    });
  }
}

/** As findDifference, once. */
export async function readOnce(call: Call, steps: readonly RRsetStep[]): Promise<Difference | undefined> {
  const all = await Promise.all(steps.map(async (step) => ({ step, found: await lookUp(call, step) })));
  const differences = [];
  for (const each of all) if (!(await isAsDesired(call, each))) differences.push(each);
  const [first] = differences;
  return first && { ...first, isAsBefore: differences.every(({ step, found }) => sameData(dataOf(found), step.expected)) };
}

/** RFC 2181 5.2: a set of records, all with one TTL. */
async function isAsDesired(call: Call, { step, found }: Pick<Difference, "step" | "found">): Promise<boolean> {
  const { desired } = step;
  if (desired !== null)
    return sameData(dataOf(found), desired.data) && found.kind === "rrset" && found.ttls.every((ttl) => ttl === desired.ttl);
  // With the last record of a name gone, a wildcard may answer in its place. Where an alias answers, there are no records of other types.
  return found.kind !== "rrset" || isReallyAbsent(call, step);
}

/** The server says that it is done, and shows something else. Fact `isAsBefore`: it goes on showing what it did before. */
export async function notApplied(call: Call, act: string, difference: Difference, { endpoint }: Outcome): Promise<DnsError> {
  const { isAsBefore, found, step } = difference;
  const { shows, facts } = shown(difference);
  const below = zoneBelow(call.zone, found);
  const cure =
    below === undefined
      ? await cureOf(call, isAsBefore)
      : `${seenBelow(step.name, call.zone, below)} What was written above it stays there: remove it there.`;
  return new DnsError("DNS_NOT_APPLIED", `${act} at ${endpoint.label}: it answered NOERROR, but ${shows}. ${cure}`, {
    facts: { server: endpoint.label, ...facts, isAsBefore },
    nothingDone: false,
  });
}

async function cureOf(call: Call, isAsBefore: boolean): Promise<string> {
  if (!isAsBefore) return "Somebody else changes it too, or the server's policy drops it: see its log.";
  const primary = await findPrimary(call);
  return (
    "It may be a secondary that forwards updates and shows them later: name the primary" +
    `${primary === undefined ? "." : `, which its SOA says is ${primary}`} Otherwise its policy drops the change, or somebody else undoes it: see its log.`
  );
}

/** Good to know, and no more than that: where the zone's SOA cannot be had, the advice does without. */
async function findPrimary({ ask, zone, over, at }: Call): Promise<string | undefined> {
  try {
    const { answers } = await askAuthority(ask, { act: `Reading SOA ${zone}`, name: zone, type: types.SOA, over, at });
    const primary = findSoa(answers, zone)?.primary;
    return primary === "." ? undefined : primary;
  } catch (error) {
    if (error instanceof DnsError) return undefined;
    throw error;
  }
}

/** Nothing proves the answer, and what is there does not tell either. */
export function unverified(act: string, difference: Difference, { endpoint, seen: answer }: Outcome): DnsError {
  const { shows, facts } = shown(difference);
  return new DnsError(
    "DNS_UNVERIFIED",
    `${act} at ${endpoint.label}: its answer ${answer} does not count, and ${shows}. Check that the server itself answers there, then try again.`,
    { facts: { server: endpoint.label, ...facts }, nothingDone: false },
  );
}

function shown({ step: { name, type, desired }, found, isAsBefore }: Difference) {
  const wanted = desired === null ? "nothing" : `${showData(desired.data)} (TTL ${desired.ttl})`;
  return {
    shows: `reading back ${type} ${name} ${isAsBefore ? "still " : ""}shows ${showFound(found)} instead of ${wanted}`,
    facts: { name, type, desired: wanted, found: showFound(found) },
  };
}
