import { membersOf, type PairView } from "../agent/askMembers.js";
import type { Connection } from "../agent/connection.js";
import { AgentRefusedError } from "../agent/errors.js";
import type { Operation } from "../agent/operationSchema.js";
import { waitForOperation } from "../agent/operations.js";
import type { Context } from "../core/context.js";
import { FailoverError, reasonOf } from "../core/errors.js";

/**
 * Waits for an operation to end, and throws when it failed. One that has vanished, or whose member was reset meanwhile, has
 * nothing more to tell: then what both members say counts.
 */
export async function followOperation(connection: Connection, operation: Operation, subject: string, context: Context): Promise<void> {
  try {
    await waitForOperation(connection, operation, subject, context);
  } catch (error) {
    const reset = error instanceof AgentRefusedError && (error.status === 401 || error.status === 404);
    const vanished = error instanceof FailoverError && error.code === "OPERATION_VANISHED";
    if (!reset && !vanished) throw error;
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
