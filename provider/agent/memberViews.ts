import type { Context } from "../core/context.js";
import { type FailoverError, RefusedError, reasonOf } from "../core/errors.js";
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

/** A member that answered. */
export type AnsweringMember = MemberView & { facts: Snapshot };

export const membersOf = ({ main, backup }: PairView): MemberView[] => [main, backup];

/** Both members, when both answered. `need` begins the error when one did not: who needs both. */
export function requireBoth({ main, backup }: PairView, need: string): Record<Position, AnsweringMember> {
  return { main: requireAnswer(main, need), backup: requireAnswer(backup, need) };
}

function requireAnswer(member: MemberView, need: string): AnsweringMember {
  const { position, address, facts, failure } = member;
  if (facts) return { ...member, facts };
  throw new RefusedError("MEMBER_UNREACHABLE", `${need} ${reasonOf(failure)}`, { facts: { member: position, address } });
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
