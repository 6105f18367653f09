import { DnsError } from "./errors.js";
import { lookUp } from "./lookUp.js";
import { isReallyAbsent, type Place } from "./probe.js";
import { dataOf, type Found, sameData } from "./rrset.js";
import type { RRsetStep } from "./rrsetStep.js";

/** An RRset that is not what it should be. */
export interface Difference {
  step: RRsetStep;
  found: Found;
}

/** The first RRset that is not as desired; undefined when all are. `seen` is what the server answered to the change. */
export async function findDifference(
  place: Place,
  steps: readonly RRsetStep[],
  act: string,
  seen: string,
): Promise<Difference | undefined> {
  try {
    const differences = await Promise.all(
      steps.map(async (step) => ({ step, found: await lookUp(place.ask, step, place.over, place.at) })),
    );
    for (const difference of differences) if (!(await isAsDesired(place, difference))) return difference;
    return undefined;
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

/** RFC 2181 5.2: a set of records, all with one TTL. */
async function isAsDesired(place: Place, { step, found }: Difference): Promise<boolean> {
  const { desired } = step;
  if (desired !== null)
    return sameData(dataOf(found), desired.data) && found.kind === "rrset" && found.ttls.every((ttl) => ttl === desired.ttl);
  // With the last record of a name gone, a wildcard may answer in its place. Where an alias answers, there are no records of other types.
  return found.kind !== "rrset" || isReallyAbsent(place, step);
}
