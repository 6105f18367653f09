import { conflictOf } from "./conflict.js";
import { amended, DnsError } from "./errors.js";
import { caution } from "./failures.js";
import type { Place } from "./probe.js";
import { findDifference, readOnce } from "./readBack.js";
import { actOf, canonicalSteps, isChange, type RRsetStep, updateOf } from "./rrsetStep.js";
import { sendUpdate } from "./sendUpdate.js";
import { notApplied, unverified } from "./unconfirmed.js";

/** All of the steps in one message, or none. Only what is read back counts as done: NOERROR alone proves nothing. */
export async function compareAndSet(place: Place, asked: readonly RRsetStep[]): Promise<void> {
  const steps = canonicalSteps(asked);
  const changed = steps.filter(isChange);
  if (changed.length === 0) return;
  const act = `Updating ${actOf(changed)}`;
  const outcome = await sendUpdate(place.ask, updateOf(place.zone, steps), act, place.at);
  const there = { ...place, at: outcome.endpoint };
  if (outcome.refusal) return decideRefusal(there, changed, outcome.refusal);
  // After a lost answer it may be our own change that meets the prerequisites (RFC 2136 5.1, 7.8).
  const isOpen = outcome.maybeDone || outcome.maybeHandedOn;
  if (outcome.kind === "unmet" && !isOpen) throw await conflictOf(there, steps, act, outcome);
  const difference = await findDifference(there, changed, act, outcome.seen);
  if (difference === undefined) return;
  if (outcome.kind === "unmet") throw await conflictOf(there, steps, act, { ...outcome, maybeDone: isOpen });
  throw outcome.kind === "verified" ? await notApplied(there, act, difference, outcome) : unverified(act, difference, outcome);
}

/** Ways of not answering, which tell nothing about the zone. */
const silent: readonly string[] = ["DNS_TIMED_OUT", "DNS_UNREACHABLE"];

/**
 * Anybody may have sent a refusal that nothing proves: what the zone holds decides (RFC 8945 5.4). A server that refuses the question
 * in the same way has not understood our signature, or does not like it, and has done nothing.
 */
async function decideRefusal(there: Place, changed: readonly RRsetStep[], refusal: DnsError): Promise<void> {
  const open = amended(refusal, { more: caution, nothingDone: false });
  try {
    const difference = await readOnce(there, changed);
    if (difference !== undefined) throw difference.isAsBefore ? refusal : open;
  } catch (error) {
    if (!(error instanceof DnsError) || error === refusal || error === open) throw error;
    throw silent.includes(error.code) ? open : refusal;
  }
}
