import { types } from "./constants.js";
import { DnsError } from "./errors.js";
import { seenBelow, zoneBelow } from "./occlusion.js";
import type { Place } from "./probe.js";
import { askAuthority } from "./query.js";
import type { Difference } from "./readBack.js";
import { showData, showFound } from "./rrset.js";
import type { Outcome } from "./sendUpdate.js";
import { findSoa } from "./soa.js";

/** The server says that it is done, and shows something else. Fact `isAsBefore`: it goes on showing what it did before. */
export async function notApplied(place: Place, act: string, difference: Difference, { endpoint }: Outcome): Promise<DnsError> {
  const { isAsBefore, found, step } = difference;
  const { shows, facts } = shown(difference);
  const below = zoneBelow(place.zone, found);
  const cure =
    below === undefined
      ? await cureOf(place, isAsBefore)
      : `${seenBelow(step.name, place.zone, below)} What was written above it stays there: remove it there.`;
  return new DnsError("DNS_NOT_APPLIED", `${act} at ${endpoint.label}: it answered NOERROR, but ${shows}. ${cure}`, {
    facts: { server: endpoint.label, ...facts, isAsBefore },
    nothingDone: false,
  });
}

async function cureOf(place: Place, isAsBefore: boolean): Promise<string> {
  if (!isAsBefore) return "Somebody else changes it too, or the server's policy drops it: see its log.";
  const primary = await findPrimary(place);
  return (
    "It may be a secondary that forwards updates and shows them later: name the primary" +
    `${primary === undefined ? "." : `, which its SOA says is ${primary}`} Otherwise its policy drops the change, or somebody else undoes it: see its log.`
  );
}

/** Good to know, and no more than that: where the zone's SOA cannot be had, the advice does without. */
async function findPrimary({ ask, zone, over, at }: Place): Promise<string | undefined> {
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
