import { membersOf, type PairView } from "../agent/askMembers.js";
import type { Connection } from "../agent/connection.js";
import { apiCodes } from "../agent/contract.js";
import { AgentRefusedError, isApiMissing, isSilence } from "../agent/errors.js";
import type { Operation } from "../agent/operationSchema.js";
import { waitForOperation } from "../agent/operations.js";
import type { Context } from "../core/context.js";
import { formatMilliseconds } from "../core/durations.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import { waitFor } from "../core/wait.js";
import { isSteadyMember } from "../failover/roles.js";
import type { FailoverPairInputs } from "./inputs.js";
import { type ObservedPair, observePair } from "./observe.js";

const progressMilliseconds = 30_000;
const apart = "one member knows of no pair";

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
  if (observed) await followWhatRuns(observed.view, observed.dataMinerId, context);
  let saidAt = 0;
  const { pair } = await waitFor<{ pair: ObservedPair | undefined }>({
    subject: `Waiting for the pair ${inputs.main.address} and ${inputs.backup.address} to settle`,
    observe: async () => ({ pair: await observePair(inputs, context) }),
    state: ({ pair: seen }) => (seen ? waitingState(seen) : "gone"),
    pending: (state) => state !== apart,
    target: ["gone", "settled"],
    tolerate: (error) => (mayPass(error) ? reasonOf(error) : undefined),
    progress: (state, elapsed) => {
      if (elapsed - saidAt < progressMilliseconds) return;
      saidAt = elapsed;
      context.progress(`waiting for the pair to settle: ${state} (${formatMilliseconds(elapsed)})`);
    },
    timeoutMilliseconds: context.timeoutMilliseconds,
    afterTimeout: "Look at the Failover status of both members, then run the same command again: it carries on from there.",
    signal: context.signal,
  });
  return pair;
}

/** While waiting, a silent member counts as one that restarts. */
function waitingState(pair: ObservedPair): string {
  const members = membersOf(pair.view);
  const silent = members.find(({ facts }) => facts === undefined);
  if (silent) return `${silent.position} ${silent.address} does not answer`;
  if (isSettled(pair)) return "settled";
  const paired = members.filter(({ facts }) => facts?.pair);
  if (paired.length === 1 && paired.every(({ facts }) => facts && isSteadyMember(facts))) return apart;
  return pair.state === "active" ? "members in transition" : pair.state;
}

/** Nothing is under way at any member that answers; a disabled pair has no roles to wait for. */
export function isSettled({ state, view }: ObservedPair): boolean {
  if (state === "inactive" || state === "invalid") return true;
  return membersOf(view).every(({ facts }) => !facts || (facts.pair !== null && isSteadyMember(facts)));
}

/** A member that restarts is silent, or its web server is there before the API is ("Triggering an API"). */
function mayPass(error: unknown): boolean {
  if (isSilence(error)) return true;
  if (error instanceof AgentRefusedError) return error.status === 404;
  return error instanceof FailoverError && error.code === "PAIR_UNREACHABLE";
}

/**
 * Waits for an operation to end, and throws when it failed. One that has vanished, or whose member was reset meanwhile, has
 * nothing more to tell: then what both members say counts.
 */
export async function followOperation(connection: Connection, operation: Operation, subject: string, context: Context): Promise<void> {
  try {
    await waitForOperation(connection, operation, subject, context);
  } catch (error) {
    const vanished = error instanceof FailoverError && error.code === "OPERATION_VANISHED";
    if (!isApiMissing(error) && !vanished) throw error;
    context.progress(`${reasonOf(error)} Looking at what both members say.`);
  }
}

/** Follows what somebody's run began, also our own killed one, so that its failure is told. Undefined when nothing is known to run. */
export async function followWhatRuns(
  view: PairView,
  dataMinerId: number | null | undefined,
  context: Context,
): Promise<Operation["kind"] | undefined> {
  const running = membersOf(view).filter(({ facts }) => facts?.pair?.operation?.state === "running");
  // The online member is the one that stays; the other may be reset at any moment.
  const member = running.find(({ facts }) => facts?.status?.failoverStatus === "Online") ?? running[0];
  const operation = member?.facts?.pair?.operation;
  if (!member || !operation) return undefined;
  context.progress(`a ${operation.kind} of pair ${dataMinerId} is under way (${operation.phase}); waiting for it.`);
  await followOperation(member.connection, operation, `Waiting for the ${operation.kind} of pair ${dataMinerId}`, context);
  return operation.kind;
}

const { agentOffline, switching, busy, wrongMember, buddyReachable } = apiCodes;
const codes: ReadonlySet<string> = new Set([agentOffline, switching, busy, wrongMember, buddyReachable]);

/** Whether a refused write says that the pair has moved on since it was looked at: a switch, or work that somebody else began. */
export const hasMovedOn = (error: unknown): boolean => error instanceof AgentRefusedError && codes.has(error.code);
