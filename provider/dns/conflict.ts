import { aliasOf, isMadeUp } from "./alias.js";
import { rcodeName, rcodes } from "./constants.js";
import { DnsError } from "./errors.js";
import { lookUp } from "./lookUp.js";
import { isReallyAbsent, type Place } from "./probe.js";
import { dataOf, sameData, showData, showFound } from "./rrset.js";
import type { RRsetStep } from "./rrsetStep.js";
import type { Outcome } from "./sendUpdate.js";

/** Says what stands there instead of what was expected. Nothing was changed by the message that was answered this way. */
export async function conflictOf(place: Place, steps: readonly RRsetStep[], act: string, outcome: Outcome): Promise<DnsError> {
  const at = `${act} at ${outcome.endpoint.label}: ${outcome.seen}`;
  const conflict = ({ name, type, expected }: RRsetStep, found: string) => {
    const seen = `${type} ${name} should be ${showData(expected)}, found ${found}`;
    const facts = { server: outcome.endpoint.label, zone: place.zone, name, type, expected: showData(expected), found };
    return new DnsError("DNS_CONFLICT", `${at}; ${seen}. Somebody else changed it: read it, and decide anew.`, {
      facts,
      nothingDone: !outcome.maybeDone,
    });
  };
  try {
    const seen = await Promise.all(steps.map(async (step) => ({ step, found: await lookUp(place.ask, step, place.over, place.at) })));
    for (const { step, found } of seen) {
      if (found.kind !== "alias" || (await isMadeUp(place, step.name, found))) continue;
      return aliasOf(`${at};`, step.name, found.target, !outcome.maybeDone);
    }
    for (const { step, found } of seen) {
      if (sameData(dataOf(found), step.expected)) continue;
      const isAsExpected = step.expected === null && (await isReallyAbsent(place, step));
      if (!isAsExpected) return conflict(step, showFound(found));
    }
    const alias = steps.find(({ type, expected }) => type === "CNAME" && expected === null);
    if (alias && outcome.seen === rcodeName(rcodes.YXDOMAIN)) return conflict(alias, "records of other types");
    for (const { step } of seen) {
      if (step.expected !== null && (await isReallyAbsent(place, step))) return conflict(step, "nothing (a wildcard answers in its place)");
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
