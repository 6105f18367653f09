import { randomUUID } from "node:crypto";
import { membersOf, type PairView, viewMembers } from "../agent/askMembers.js";
import { endPair } from "../agent/client.js";
import { sameAddress } from "../core/addresses.js";
import { systemClock } from "../core/clock.js";
import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { FailoverError, RefusedError, reasonOf, WaitError } from "../core/errors.js";
import { isSameOwner, isSuperseded } from "../core/owner.js";
import { type Ending, type EndingRefusalCode, planEnding } from "../failover/ending.js";
import type { RecordedPair } from "./observe.js";
import { lostReason } from "./ownership.js";
import { followOperation, followWhatRuns, hasMovedOn } from "./settle.js";

type Plan = Ending & { kind: "end" };

/** A member that is to be reset gets this long to answer before it counts as silent. */
const patienceMilliseconds = 30_000;
const pauseMilliseconds = 2_000;
const secondLookMilliseconds = 10_000;
/** A pair that is still there after its ending succeeded is ended once more, and no further. */
const mostEndings = 2;

/** Refusals that a switch shows for a moment: they count when they are seen twice. */
const momentary: ReadonlySet<EndingRefusalCode> = new Set(["BOTH_ONLINE", "NOBODY_ONLINE", "MEMBERS_DISAGREE"]);
/** Refusals that pass when a member that restarts after the ending is back. */
const restarting: ReadonlySet<EndingRefusalCode> = new Set([
  "PAIR_UNREACHABLE",
  "MEMBER_REFUSES",
  "KEPT_MEMBER_SILENT",
  "ONLINE_MEMBER_UNAVAILABLE",
]);

/**
 * Ends the Failover configuration: decides anew from what both members say until nothing is left to do. Every wait is bounded
 * by the verb's time, whose end names the last thing that was seen.
 */
export async function endPairOf(recorded: RecordedPair, context: Context): Promise<void> {
  // Ending resets a server, which then has neither ID nor licence: the creation that is to follow could never set it up again.
  if (context.isReplacement)
    return context.progress(`pair ${recorded.dataMinerId} is not ended: it is being replaced, and the pair that stands is kept.`);
  let last = "nothing yet.";
  try {
    await endUntilGone(recorded, context, (reason) => {
      last = reason;
    });
  } catch (error) {
    if (!context.signal.aborted || error !== context.signal.reason) throw error;
    const waited = formatMilliseconds(context.timeoutMilliseconds);
    throw new WaitError(
      "TIMED_OUT",
      `Ending pair ${recorded.dataMinerId}: not done within ${waited}, last seen: ${last} Run \`pulumi destroy\` again: it carries on from there.`,
    );
  }
}

async function endUntilGone(recorded: RecordedPair, context: Context, seen: (reason: string) => void): Promise<void> {
  let endings = 0;
  let refusedBefore: EndingRefusalCode | undefined;
  let closing: string[] = [];
  for (;;) {
    const ended = endings > 0;
    const view = await viewMembers(recorded, context, ended ? 0 : patienceMilliseconds);
    context.signal.throwIfAborted();
    const lost = ended ? undefined : lostReason(view, recorded, context);
    if (lost !== undefined) return context.progress(`pair ${recorded.dataMinerId} is not ended: ${lost}`);
    const plan = planEnding({ ...view, options: { ...recorded, endMode: recorded.endMode ?? "delete" } });
    if (plan.kind === "nothing") {
      if (!ended || isInformed(view)) {
        for (const line of [...plan.notes, ...closing]) context.progress(line);
        return;
      }
      seen("the rest of the system still reaches the kept Agent at another address.");
      await systemClock.sleep(pauseMilliseconds, context.signal);
    } else if (plan.kind === "refused") {
      seen(plan.reason);
      const passes = plan.code === "PAIR_IN_TRANSITION" || (ended && restarting.has(plan.code));
      if (!passes && (!momentary.has(plan.code) || plan.code === refusedBefore)) throw new RefusedError(plan.code, plan.reason);
      refusedBefore = plan.code;
      if (!passes) context.progress(`${plan.reason} Looking again in 10 s.`);
      const followed = passes ? await followWhatRuns(view, recorded.dataMinerId, context) : undefined;
      if (followed === "end") endings = Math.max(endings, 1);
      // Also after something was followed: an operation that a member shows but cannot be asked for must not be asked for without end.
      await systemClock.sleep(passes ? pauseMilliseconds : secondLookMilliseconds, context.signal);
    } else {
      if (endings >= mostEndings) throw notEnded(plan, recorded);
      closing = plan.closing;
      if (await end(plan, view, recorded, context)) endings++;
    }
  }
}

function notEnded({ keep }: Plan, { dataMinerId }: RecordedPair): FailoverError {
  return new FailoverError(
    "NOT_ENDED",
    `Ending pair ${dataMinerId}: the ending succeeded, but ${keep} still shows the pair. Check its Failover log (SLFailover.txt).`,
  );
}

/** False when the pair has moved on since it was looked at; who is kept must then be decided anew. */
async function end(plan: Plan, view: PairView, recorded: RecordedPair, context: Context): Promise<boolean> {
  const { connection, facts } = view[plan.ask];
  const pair = facts?.pair;
  const dataMinerId = facts?.agent.dataMinerId;
  if (!facts || !pair || dataMinerId === null || dataMinerId === undefined) {
    throw new RefusedError(
      "NO_DATAMINER_ID",
      `Ending the pair of ${plan.keep} and ${plan.reset}: ${plan.keep} has no DataMiner ID. Check DataMiner.xml on it, then run \`pulumi destroy\` again.`,
    );
  }
  const owner = ownerToEndAs(pair, recorded);
  for (const line of plan.notes) context.progress(line);
  const request = {
    requestId: randomUUID(),
    revision: facts.revision,
    owner,
    mode: recorded.endMode ?? "delete",
    keep: plan.keep,
    reset: plan.reset,
    offlineUnavailable: plan.offlineUnavailable,
  };
  try {
    const operation = await endPair(connection, dataMinerId, request, { signal: context.signal });
    if (operation) await followOperation(connection, operation, `Ending pair ${dataMinerId}`, context);
    // There was nothing left to end; what still shows the pair is about to forget it.
    else await systemClock.sleep(pauseMilliseconds, context.signal);
    return true;
  } catch (error) {
    if (!hasMovedOn(error)) throw error;
    context.progress(`${reasonOf(error)} Looking again.`);
    await systemClock.sleep(pauseMilliseconds, context.signal);
    return false;
  }
}

/** Disabling clears the owner in its last phase: such a pair is still ours to end. */
const disabledStates = new Set(["ending", "inactive"]);

/** Only what is ours is ended. */
function ownerToEndAs(pair: { owner: string | null; state: string }, recorded: RecordedPair): string {
  const ours = recorded.owners;
  const [first] = ours;
  const { owner } = pair;
  if (owner === null && disabledStates.has(pair.state) && first !== undefined) return first;
  if (owner !== null && ours.some((our) => isSameOwner(our, owner) && !isSuperseded(our, owner))) return owner;
  const whose = pair.owner === null ? "has no owner any more, so somebody made it anew by hand" : `belongs to ${pair.owner} now`;
  throw new RefusedError(
    "FOREIGN_PAIR",
    `Ending pair ${recorded.dataMinerId}: it ${whose}. Let its owner end it, and take it out of this program with \`pulumi state delete\`.`,
    { facts: { owner: pair.owner } },
  );
}

/** The ending is done only when the rest of the system reaches the kept Agent at its own address ("Ending a Failover configuration"). */
function isInformed(view: PairView): boolean {
  return membersOf(view).every(({ facts }) => {
    const primary = facts?.agent.dataMinerId == null ? null : facts.dms.primaryAddress;
    return primary === null || facts?.pair != null || sameAddress(primary, facts?.agent.address ?? "");
  });
}
