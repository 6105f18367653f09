import type { Context } from "../core/context.js";
import { type FailoverError, reasonOf } from "../core/errors.js";
import type { Position } from "../failover/configuration.js";
import { readAgent } from "./client.js";
import { agentAddress, type Connection } from "./connection.js";
import { AgentRefusedError, isSilence, isSilenceInCheck } from "./errors.js";
import type { Snapshot } from "./snapshotSchema.js";
import { sharedSnapshot } from "./snapshots.js";

/** One member as we see it: what it said, or why it said nothing. */
export interface MemberView {
  position: Position;
  address: string;
  connection: Connection;
  facts: Snapshot | undefined;
  /** Silence, or the 401 and 404 of an Agent that was reset and lost script and token. */
  failure: FailoverError | undefined;
  /** Set when it answered and said no: it is alive. */
  refusal: string | undefined;
}

export interface PairView {
  main: MemberView;
  backup: MemberView;
}

/** Both members, asked at the same time by their own addresses. Wrong answers and missing tokens throw. */
export async function viewMembers(
  connections: Record<Position, Connection>,
  context: Context,
  patienceMilliseconds?: number,
): Promise<PairView> {
  const view = async (position: Position): Promise<MemberView> => {
    const connection = connections[position];
    const member = { position, address: agentAddress(connection), connection };
    const time = { signal: context.signal, ...(patienceMilliseconds === undefined ? {} : { patienceMilliseconds }) };
    const read = () => readAgent(connection, time);
    try {
      return {
        ...member,
        facts: await (context.verb === "read" ? sharedSnapshot(connection, read) : read()),
        failure: undefined,
        refusal: undefined,
      };
    } catch (error) {
      const isSilent = context.verb === "check" ? isSilenceInCheck : isSilence;
      if (isSilent(error)) return { ...member, facts: undefined, failure: error, refusal: undefined };
      if (error instanceof AgentRefusedError && (error.status === 401 || error.status === 404)) {
        return { ...member, facts: undefined, failure: error, refusal: reasonOf(error) };
      }
      throw error;
    }
  };
  const [main, backup] = await Promise.all([view("main"), view("backup")]);
  return { main, backup };
}
