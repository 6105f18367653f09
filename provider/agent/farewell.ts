import type { Context } from "../core/context.js";
import { reasonOf } from "../core/errors.js";
import { isSameStack } from "../core/owner.js";
import { readAgent } from "./client.js";
import { agentAddress, type Connection } from "./connection.js";
import { isApiMissing, isSilence } from "./errors.js";
import type { Pair } from "./pairSchema.js";
import type { Snapshot } from "./snapshotSchema.js";

/** How long an Agent that is to be left alone may stay silent before it counts as away. */
const patienceMilliseconds = 30_000;

/** The Agent, when there still is one to put anything back on. One that is away or was reset is left, which is told with `left`. */
export async function farewell(
  connection: Connection,
  dataMinerId: number | null | undefined,
  left: string,
  context: Context,
): Promise<Snapshot | undefined> {
  const address = agentAddress(connection);
  try {
    const snapshot = await readAgent(connection, { signal: context.signal, patienceMilliseconds });
    if (dataMinerId === undefined || snapshot.agent.dataMinerId === dataMinerId) return snapshot;
    context.progress(`Agent ${address} has lost its DataMiner ID ${dataMinerId}; it is left as it is.${left}`);
  } catch (error) {
    if (isApiMissing(error)) {
      context.progress(`Agent ${address} no longer knows this API (${error.status}), as one that was reset; it is left as it is.${left}`);
    } else if (isSilence(error)) {
      context.progress(`${reasonOf(error)} The Agent is left as it is.${left}`);
    } else throw error;
  }
  return undefined;
}

/** Whether it is a pair that this program's stack made and has not disabled. */
export function isPairOfStack(pair: Pair | null, owner: string | undefined): boolean {
  if (pair === null || pair.owner === null || pair.state === "inactive" || owner === undefined) return false;
  return isSameStack(pair.owner, owner);
}
