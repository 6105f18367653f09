import { readAgent } from "../provider/agent/client.js";
import { agentAddress, type Connection } from "../provider/agent/connection.js";
import type { Snapshot } from "../provider/agent/snapshotSchema.js";
import { sharedSnapshot } from "../provider/agent/snapshots.js";
import { FailoverError } from "../provider/core/errors.js";
import { type Position, positions } from "../provider/failover/configuration.js";

/** How Agents are asked. */
export interface Asking {
  /** Ends everything at once, with its reason. */
  signal?: AbortSignal | undefined;
  /** How long one member may take to answer, all tries together. Default: 10 000. */
  patienceMilliseconds?: number | undefined;
  /** An answer that this process got at most 5 s ago will do, so that several questions about one pair cost one call an Agent. */
  mayBeRecent?: boolean | undefined;
}

/** One member as it was found: what it said, or why it said nothing that counts. */
export interface AskedMember {
  position: Position;
  address: string;
  connection: Connection;
  facts: Snapshot | undefined;
  /** Silence, a refusal, an answer that is none, a token that is missing: in each case no status could be fetched. */
  failure: FailoverError | undefined;
}

export type AskedPair = Record<Position, AskedMember>;

const usualPatienceMilliseconds = 10_000;

/** Both members, asked at the same time, each by its own address. What goes wrong with one is told, and holds up nobody. */
export async function askMembers(connections: Record<Position, Connection>, asking: Asking = {}): Promise<AskedPair> {
  const [main, backup] = await Promise.all(positions.map((position) => askMember(position, connections[position], asking)));
  if (!main || !backup) throw new TypeError("A pair has two members.");
  return { main, backup };
}

async function askMember(position: Position, connection: Connection, asking: Asking): Promise<AskedMember> {
  const { signal, patienceMilliseconds = usualPatienceMilliseconds } = asking;
  signal?.throwIfAborted();
  const inTime = AbortSignal.timeout(patienceMilliseconds);
  const read = () => readAgent(connection, { signal: signal ? AbortSignal.any([signal, inTime]) : inTime, patienceMilliseconds });
  const member = { position, address: agentAddress(connection), connection };
  try {
    return { ...member, facts: await (asking.mayBeRecent ? sharedSnapshot(connection, read) : read()), failure: undefined };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FailoverError) return { ...member, facts: undefined, failure: error };
    throw error;
  }
}
