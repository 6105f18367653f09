import type { Context } from "../core/context.js";
import { FailoverError, RefusedError, reasonOf } from "../core/errors.js";
import { type Position, positions } from "../failover/configuration.js";
import type { MemberView } from "../failover/memberFacts.js";
import { type CallTime, readAgent } from "./client.js";
import { agentAddress, type Connection } from "./connection.js";
import { isApiMissing, isSilence, isSilenceInCheck } from "./errors.js";
import type { Snapshot } from "./snapshotSchema.js";
import { sharedSnapshot } from "./snapshots.js";

/** A member with the way to it. */
export interface AskedMember extends MemberView<Snapshot> {
  connection: Connection;
}

/** Both members as they were found. */
export type PairView = Record<Position, AskedMember>;

export type AnsweringMember = AskedMember & { facts: Snapshot };

export const membersOf = <Member>({ main, backup }: Record<Position, Member>): Member[] => [main, backup];

/** How Agents are asked. */
export interface Asking {
  /** Ends everything at once, with its reason. */
  signal?: AbortSignal | undefined;
  /** How long one member may take to answer, all tries together. Default: 10 000. */
  patienceMilliseconds?: number | undefined;
  /** An answer that this process got at most 5 s ago will do, so that several questions about one pair cost one call an Agent. */
  mayBeRecent?: boolean | undefined;
}

const usualPatienceMilliseconds = 10_000;

/** For whoever only looks: whatever goes wrong with one member is told, takes no longer than its patience, and holds up nobody. */
export async function askMembers(connections: Record<Position, Connection>, asking: Asking = {}): Promise<PairView> {
  const { signal, patienceMilliseconds = usualPatienceMilliseconds, mayBeRecent = false } = asking;
  signal?.throwIfAborted();
  const inTime = AbortSignal.timeout(patienceMilliseconds);
  return askBoth(connections, {
    time: { signal: signal ? AbortSignal.any([signal, inTime]) : inTime, patienceMilliseconds },
    mayBeRecent,
    isTold: () => {
      signal?.throwIfAborted();
      return true;
    },
  });
}

/** For a resource's verb: silence, and the 401 and 404 of an Agent that was reset and lost script and token, are told; the rest is thrown. */
export function viewMembers(
  connections: Record<Position, Connection>,
  { signal, isCheck, isRefresh }: Context,
  patienceMilliseconds?: number,
): Promise<PairView> {
  const isSilent = isCheck ? isSilenceInCheck : isSilence;
  return askBoth(connections, {
    time: { signal, ...(patienceMilliseconds === undefined ? {} : { patienceMilliseconds }) },
    mayBeRecent: isRefresh,
    isTold: (error) => isSilent(error) || isApiMissing(error),
  });
}

interface Terms {
  time: CallTime;
  mayBeRecent: boolean;
  isTold: (error: FailoverError) => boolean;
}

/** Both at the same time, each by its own address. */
async function askBoth(connections: Record<Position, Connection>, terms: Terms): Promise<PairView> {
  const [main, backup] = await Promise.all(positions.map((position) => ask(position, connections[position], terms)));
  if (!main || !backup) throw new TypeError("A pair has two members.");
  return { main, backup };
}

async function ask(position: Position, connection: Connection, { time, mayBeRecent, isTold }: Terms): Promise<AskedMember> {
  const member = { position, address: agentAddress(connection), connection };
  const read = () => readAgent(connection, time);
  try {
    const facts = await (mayBeRecent ? sharedSnapshot(connection, read) : read());
    return { ...member, facts, failure: undefined, refusal: undefined };
  } catch (error) {
    if (!(error instanceof FailoverError) || !isTold(error)) throw error;
    return { ...member, facts: undefined, failure: error, refusal: isApiMissing(error) ? reasonOf(error) : undefined };
  }
}

/** Both members, when both answered. `need` begins the error when one did not: who needs both. */
export function requireBoth({ main, backup }: PairView, need: string): Record<Position, AnsweringMember> {
  return { main: requireAnswer(main, need), backup: requireAnswer(backup, need) };
}

function requireAnswer(member: AskedMember, need: string): AnsweringMember {
  const { position, address, facts, failure } = member;
  if (facts) return { ...member, facts };
  throw new RefusedError("MEMBER_UNREACHABLE", `${need} ${reasonOf(failure)}`, { facts: { member: position, address } });
}
