import { randomUUID } from "node:crypto";
import { endPair } from "../agent/client.js";
import { waitForOperation } from "../agent/operations.js";
import { systemClock } from "../core/clock.js";
import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { RefusedError, reasonOf, WaitError } from "../core/errors.js";
import { type Ending, planEnding } from "../failover/ending.js";
import { hasMovedOn } from "./movedOn.js";
import type { RecordedPair } from "./observe.js";
import { membersOf, type PairView, viewPair } from "./view.js";

/** A member that is to be reset gets this long to answer before it counts as silent. */
const patienceMilliseconds = 30_000;
const pauseMilliseconds = 2_000;
/** Refusals that pass when something under way has ended, or when a member that restarts is back. */
const passing = new Set(["PAIR_IN_TRANSITION"]);
const passingAfterEnding = new Set([...passing, "PAIR_UNREACHABLE", "KEPT_MEMBER_SILENT", "ONLINE_MEMBER_UNAVAILABLE"]);

/** Ends the Failover configuration: decides anew from what both members say until nothing is left to do. */
export async function endPairOf(recorded: RecordedPair, context: Context): Promise<void> {
  const start = systemClock.now();
  let ended = false;
  for (;;) {
    const view = await viewPair(recorded, context, ended ? 0 : patienceMilliseconds);
    const plan = planEnding({ ...view, options: { ...recorded, endMode: recorded.endMode ?? "delete" } });
    if (plan.kind === "nothing") return sayAll(plan.notes, context);
    if (plan.kind === "end" && !ended) {
      ended = await end(plan, view, recorded, context);
      continue;
    }
    if (plan.kind === "refused" && !(ended ? passingAfterEnding : passing).has(plan.code)) throw new RefusedError(plan.code, plan.reason);
    const seen = plan.kind === "refused" ? plan.reason : "the members still show the pair";
    if (systemClock.now() - start + pauseMilliseconds > context.timeoutMilliseconds) {
      const waited = formatMilliseconds(context.timeoutMilliseconds);
      throw new WaitError(
        "TIMED_OUT",
        `Ending pair ${recorded.dataMinerId}: not done within ${waited}, last seen: ${seen} Run \`pulumi destroy\` again.`,
      );
    }
    await waitForWhatIsUnderWay(view, recorded, context);
  }
}

/** False when the pair has moved on since it was looked at; who is kept must then be decided anew. */
async function end(plan: Ending & { kind: "end" }, view: PairView, recorded: RecordedPair, context: Context): Promise<boolean> {
  const { connection, facts } = view[plan.ask];
  const pair = facts?.pair;
  const dataMinerId = facts?.agent.dataMinerId;
  if (!facts || !pair || dataMinerId === null || dataMinerId === undefined) {
    throw new RefusedError(
      "NO_DATAMINER_ID",
      `Ending pair ${recorded.dataMinerId}: ${plan.keep} has no DataMiner ID. Look at that Agent first.`,
    );
  }
  refuseForeign(pair.owner, recorded);
  sayAll(plan.notes, context);
  const request = {
    requestId: randomUUID(),
    revision: facts.revision,
    owner: pair.owner ?? recorded.__declared.__owner ?? "",
    mode: recorded.endMode ?? "delete",
    keep: plan.keep,
    reset: plan.reset,
    offlineUnavailable: plan.offlineUnavailable,
  };
  try {
    const operation = await endPair(connection, dataMinerId, request, { signal: context.signal });
    if (operation) await waitForOperation(connection, operation, `Ending pair ${dataMinerId}`, context);
    return true;
  } catch (error) {
    if (!hasMovedOn(error)) throw error;
    context.progress(`${reasonOf(error)} Looking again.`);
    await systemClock.sleep(pauseMilliseconds, context.signal);
    return false;
  }
}

/** Only what is ours is ended. A pair that somebody disabled has no owner any more, and is still ours to end. */
function refuseForeign(owner: string | null, recorded: RecordedPair): void {
  if (owner === null || owner === recorded.__declared.__owner) return;
  throw new RefusedError(
    "FOREIGN_PAIR",
    `Ending pair ${recorded.dataMinerId}: it belongs to ${owner} now. Let that program end it, and take it out of this one with \`pulumi state delete\`.`,
    { facts: { owner } },
  );
}

async function waitForWhatIsUnderWay(view: PairView, recorded: RecordedPair, context: Context): Promise<void> {
  const member = membersOf(view).find(({ facts }) => facts?.pair?.operation?.state === "running");
  const operation = member?.facts?.pair?.operation;
  if (!member || !operation) return systemClock.sleep(pauseMilliseconds, context.signal);
  context.progress(`a ${operation.kind} of pair ${recorded.dataMinerId} is under way (${operation.phase}); waiting for it.`);
  await waitForOperation(member.connection, operation, `Waiting for the ${operation.kind} of pair ${recorded.dataMinerId}`, context);
}

function sayAll(lines: readonly string[], context: Context): void {
  for (const line of lines) context.progress(line);
}
