import { readAgent } from "../agent/client.js";
import { agentAddress, type Connection } from "../agent/connection.js";
import { AgentRefusedError, isSilence, isSilenceInCheck } from "../agent/errors.js";
import type { Snapshot } from "../agent/snapshotSchema.js";
import { sharedSnapshot } from "../agent/snapshots.js";
import type { Context } from "../core/context.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import type { Position } from "../failover/configuration.js";
import { looksInvalid, roles } from "../failover/roles.js";
import type { FailoverPairInputs } from "./inputs.js";

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
export async function viewPair(
  inputs: Pick<FailoverPairInputs, "main" | "backup">,
  context: Context,
  patienceMilliseconds?: number,
): Promise<PairView> {
  const view = async (position: Position): Promise<MemberView> => {
    const connection = inputs[position];
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

export const membersOf = (view: PairView): MemberView[] => [view.main, view.backup];

/** The member whose word counts: the online one, else main, else whoever knows of a pair. */
export function speakerOf(view: PairView): MemberView & { facts: Snapshot } {
  const online = roles(view.main.facts?.status, view.backup.facts?.status);
  const order = online === "backup" ? [view.backup, view.main] : [view.main, view.backup];
  const speaker = order.find(({ facts }) => facts?.pair) ?? order.find(({ facts }) => facts);
  if (!speaker?.facts) throw bothSilent(view);
  return { ...speaker, facts: speaker.facts };
}

/** A split brain, two offline members, or two configurations; it counts when it is seen twice, for a switch looks the same. */
export const looksInvalidView = ({ main, backup }: PairView): boolean => looksInvalid(main.facts, backup.facts);

/** Neither told anything. A member that says no is alive, and its reason is what must be mended. */
export function bothSilent({ main, backup }: PairView): FailoverError {
  const refused = [main, backup].find(({ refusal }) => refusal !== undefined)?.failure;
  if (refused) return refused;
  const seen = [main, backup].map(({ failure }) => reasonOf(failure)).join(" ");
  return new FailoverError("PAIR_UNREACHABLE", `Reading the pair ${main.address} and ${backup.address}: neither member answers. ${seen}`);
}
