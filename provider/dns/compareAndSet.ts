import { rcodes } from "./constants.js";
import { amended, DnsError } from "./errors.js";
import { aliasOf, dataOf, isMadeUp, lookUp, showFound } from "./lookUp.js";
import { findDifference, notApplied, readOnce, unverified } from "./readBack.js";
import { caution } from "./reply.js";
import { actOf, canonicalSteps, isChange, type RRsetStep, sameData, showData, updateOf } from "./rrset.js";
import { type Call, isReallyAbsent, type Outcome, sendUpdate } from "./sendUpdate.js";

/** All of the steps in one message, or none. Only what is read back counts as done: NOERROR alone proves nothing. */
export async function compareAndSet(call: Call, asked: readonly RRsetStep[]): Promise<void> {
  const steps = canonicalSteps(asked);
  const changed = steps.filter(isChange);
  if (changed.length === 0) return;
  const act = `Updating ${actOf(changed)}`;
  const outcome = await sendUpdate(call.ask, updateOf(call.zone, steps), act, call.at);
  const there = { ...call, at: outcome.endpoint };
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
async function decideRefusal(there: Call, changed: readonly RRsetStep[], refusal: DnsError): Promise<void> {
  const open = amended(refusal, { more: caution, nothingDone: false });
  try {
    const difference = await readOnce(there, changed);
    if (difference !== undefined) throw difference.isAsBefore ? refusal : open;
  } catch (error) {
    if (!(error instanceof DnsError) || error === refusal || error === open) throw error;
    throw silent.includes(error.code) ? open : refusal;
  }
}

/** Says what stands there instead of what was expected. Nothing was changed by the message that was answered this way. */
export async function conflictOf(call: Call, steps: readonly RRsetStep[], act: string, outcome: Outcome): Promise<DnsError> {
  const at = `${act} at ${outcome.endpoint.label}: ${outcome.seen}`;
  const conflict = ({ name, type, expected }: RRsetStep, found: string) => {
    const seen = `${type} ${name} should be ${showData(expected)}, found ${found}`;
    const facts = { server: outcome.endpoint.label, zone: call.zone, name, type, expected: showData(expected), found };
    return new DnsError("DNS_CONFLICT", `${at}; ${seen}. Somebody else changed it: read it, and decide anew.`, {
      facts,
      nothingDone: !outcome.maybeDone,
    });
  };
  try {
    const seen = await Promise.all(steps.map(async (step) => ({ step, found: await lookUp(call, step) })));
    for (const { step, found } of seen) {
      if (found.kind !== "alias" || (await isMadeUp(call, step.name, found))) continue;
      return aliasOf(`${at};`, step.name, found.target, !outcome.maybeDone);
    }
    for (const { step, found } of seen) {
      if (sameData(dataOf(found), step.expected)) continue;
      const isAsExpected = step.expected === null && (await isReallyAbsent(call, step));
      if (!isAsExpected) return conflict(step, showFound(found));
    }
    const alias = steps.find(({ type, expected }) => type === "CNAME" && expected === null);
    if (alias && outcome.rcode === rcodes.YXDOMAIN) return conflict(alias, "records of other types");
    for (const { step } of seen) {
      if (step.expected !== null && (await isReallyAbsent(call, step))) return conflict(step, "nothing (a wildcard answers in its place)");
    }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return conflict(first(steps), `what could not be read (${error.message})`);
  }
  return conflict(first(steps), "just that, a moment later");
}

function first(steps: readonly RRsetStep[]): RRsetStep {
  const [step] = steps;
  if (!step) throw new TypeError("There is no conflict about nothing.");
  return step;
}
