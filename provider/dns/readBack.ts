import { DnsError } from "./errors.js";
import { lookUp } from "./lookUp.js";
import { zoneBelow } from "./occlusion.js";
import { isReallyAbsent, type Place } from "./probe.js";
import { dataOf, type Found, sameData } from "./rrset.js";
import type { RRsetStep } from "./rrsetStep.js";

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
export async function findDifference(
  place: Place,
  steps: readonly RRsetStep[],
  act: string,
  seen: string,
): Promise<Difference | undefined> {
  try {
    for (;;) {
      const difference = await readOnce(place, steps);
      // Above a zone cut nothing will ever be seen.
      if (!difference?.isAsBefore || zoneBelow(place.zone, difference.found)) return difference;
      if (!(await place.patience.again())) return difference;
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    throw new DnsError(
      "DNS_UNVERIFIED",
      `${act} at ${place.at?.label}: it answered ${seen}, and could not be read back. ${error.message}`,
      {
        facts: { server: place.at?.label },
        cause: error,
        nothingDone: false,
      },
    );
  }
}

/** As findDifference, once. */
export async function readOnce(place: Place, steps: readonly RRsetStep[]): Promise<Difference | undefined> {
  const all = await Promise.all(steps.map(async (step) => ({ step, found: await lookUp(place.ask, step, place.over, place.at) })));
  const differences = [];
  for (const each of all) if (!(await isAsDesired(place, each))) differences.push(each);
  const [first] = differences;
  return first && { ...first, isAsBefore: differences.every(({ step, found }) => sameData(dataOf(found), step.expected)) };
}

/** RFC 2181 5.2: a set of records, all with one TTL. */
async function isAsDesired(place: Place, { step, found }: Pick<Difference, "step" | "found">): Promise<boolean> {
  const { desired } = step;
  if (desired !== null)
    return sameData(dataOf(found), desired.data) && found.kind === "rrset" && found.ttls.every((ttl) => ttl === desired.ttl);
  // With the last record of a name gone, a wildcard may answer in its place. Where an alias answers, there are no records of other types.
  return found.kind !== "rrset" || isReallyAbsent(place, step);
}
