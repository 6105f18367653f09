import { conflictOf } from "./conflict.js";
import { DnsError } from "./errors.js";
import type { Place } from "./probe.js";
import { type Difference, findDifference } from "./readBack.js";
import { showData, showFound } from "./rrset.js";
import { actOf, canonicalSteps, isChange, type RRsetStep, updateOf } from "./rrsetStep.js";
import { type Outcome, sendUpdate } from "./sendUpdate.js";

/** All of the steps in one message, or none. Only what is read back counts as done: NOERROR alone proves nothing. */
export async function compareAndSet(place: Place, asked: readonly RRsetStep[]): Promise<void> {
  const steps = canonicalSteps(asked);
  const changed = steps.filter(isChange);
  if (changed.length === 0) return;
  const act = `Updating ${actOf(changed)}`;
  const outcome = await sendUpdate(place.ask, updateOf(place.zone, steps), act, place.at);
  const there = { ...place, at: outcome.endpoint };
  // After a lost answer it may be our own change that meets the prerequisites (RFC 2136 5.1, 7.8).
  if (outcome.kind === "unmet" && !outcome.maybeDone) throw await conflictOf(there, steps, act, outcome);
  const difference = await findDifference(there, changed, act, outcome.seen);
  if (difference === undefined) return;
  if (outcome.kind === "unmet") throw await conflictOf(there, steps, act, outcome);
  throw outcome.kind === "verified" ? notApplied(act, difference, outcome) : unverified(act, difference, outcome);
}

function notApplied(act: string, difference: Difference, { endpoint }: Outcome): DnsError {
  const { seen, facts } = shown(difference);
  return new DnsError(
    "DNS_NOT_APPLIED",
    `${act} at ${endpoint.label}: it answered NOERROR, but ${seen}. Somebody else changes it too, or the server's policy drops it: see its log.`,
    { facts: { server: endpoint.label, ...facts }, nothingDone: false },
  );
}

function unverified(act: string, difference: Difference, { endpoint, seen: answer }: Outcome): DnsError {
  const { seen, facts } = shown(difference);
  return new DnsError(
    "DNS_UNVERIFIED",
    `${act} at ${endpoint.label}: its answer ${answer} does not count, and ${seen}. Check that the server itself answers there, then try again.`,
    { facts: { server: endpoint.label, ...facts }, nothingDone: false },
  );
}

function shown({ step: { name, type, desired }, found }: Difference) {
  const wanted = desired === null ? "nothing" : `${showData(desired.data)} (TTL ${desired.ttl})`;
  return {
    seen: `reading back ${type} ${name} shows ${showFound(found)} instead of ${wanted}`,
    facts: { name, type, desired: wanted, found: showFound(found) },
  };
}
