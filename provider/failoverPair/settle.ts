import { AgentUnreachableError } from "../agent/errors.js";
import { waitForOperation } from "../agent/operations.js";
import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import { waitFor } from "../core/wait.js";
import { isSteadyMember } from "../failover/roles.js";
import type { FailoverPairInputs } from "./inputs.js";
import { type ObservedPair, observePair } from "./observe.js";
import { membersOf } from "./view.js";

const progressMilliseconds = 30_000;

/**
 * The pair once nothing is under way any more; undefined when it is gone by then. Whoever started what is under way, it is
 * waited for: two acts on one pair at a time are never right.
 */
export async function settledPair(
  inputs: FailoverPairInputs,
  observed: ObservedPair | undefined,
  context: Context,
): Promise<ObservedPair | undefined> {
  if (observed && isSettled(observed)) return observed;
  if (observed) await carryOn(observed, context);
  let saidAt = 0;
  const { pair } = await waitFor<{ pair: ObservedPair | undefined }>({
    subject: `Waiting for the pair ${inputs.main.address} and ${inputs.backup.address} to settle`,
    observe: async () => ({ pair: await observePair(inputs, context) }),
    state: ({ pair: seen }) => (seen ? waitingState(seen) : "gone"),
    pending: () => true,
    target: ["gone", "settled"],
    tolerate: (error) => (error instanceof AgentUnreachableError || isPairUnreachable(error) ? reasonOf(error) : undefined),
    progress: (state, elapsed) => {
      if (elapsed - saidAt < progressMilliseconds) return;
      saidAt = elapsed;
      context.progress(`waiting for the pair to settle: ${state} (${formatMilliseconds(elapsed)})`);
    },
    timeoutMilliseconds: context.timeoutMilliseconds,
    afterTimeout: "Look at the Failover status of both members, then run `pulumi up` again: it carries on from there.",
    signal: context.signal,
  });
  return pair;
}

/** An operation that somebody's run began, also our own killed one, is followed to its end, so that its failure is told. */
async function carryOn({ view, dataMinerId }: ObservedPair, context: Context): Promise<void> {
  const member = membersOf(view).find(({ facts }) => facts?.pair?.operation?.state === "running");
  const operation = member?.facts?.pair?.operation;
  if (!member || !operation) return;
  context.progress(`a ${operation.kind} of pair ${dataMinerId} is under way (${operation.phase}); waiting for it.`);
  await waitForOperation(member.connection, operation, `Waiting for the ${operation.kind} of pair ${dataMinerId}`, context);
}

/** While waiting, a silent member counts as one that restarts. */
function waitingState(pair: ObservedPair): string {
  const silent = membersOf(pair.view).find(({ facts }) => facts === undefined);
  if (silent) return `${silent.position} ${silent.address} does not answer`;
  if (isSettled(pair)) return "settled";
  return pair.state === "active" ? "members in transition" : pair.state;
}

/** Nothing is under way at any member that answers; a disabled pair has no roles to wait for. */
function isSettled({ state, view }: ObservedPair): boolean {
  if (state === "inactive" || state === "invalid") return true;
  return membersOf(view).every(({ facts }) => !facts || (facts.pair !== null && isSteadyMember(facts)));
}

const isPairUnreachable = (error: unknown): boolean => error instanceof FailoverError && error.code === "PAIR_UNREACHABLE";
