import { type AskedMember, askMembers, membersOf, type PairView } from "../../provider/agent/askMembers.js";
import { readOperation } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import type { Operation } from "../../provider/agent/operationSchema.js";
import { waitForEnd } from "../../provider/agent/operations.js";
import { isPassing } from "../../provider/agent/retry.js";
import { FailoverError } from "../../provider/core/errors.js";
import { waitFor } from "../../provider/core/wait.js";
import { otherPosition, type Position } from "../../provider/failover/configuration.js";
import { isSteadyMember, onlineOf } from "../../provider/failover/roles.js";

/** What following needs of the request. */
export interface SwitchFollowing {
  /** "Switching pair 111 to backup 10.10.10.2". */
  subject: string;
  connections: Record<Position, Connection>;
  signal: AbortSignal | undefined;
  /** How much time is left. */
  left: () => number;
  saw: (step: "switching" | "readingBack", seen: string, percent: number | null) => void;
}

const longestPatienceMilliseconds = 10_000;
const afterTimeout = "The switch goes on at the Agents; run the same command again with the same request id to carry on waiting.";

/** The operation once it has ended; undefined when the Agent no longer knows it. Throws when it failed. */
export async function followSwitch(started: Operation, asked: Position, following: SwitchFollowing): Promise<Operation | undefined> {
  const { subject, connections, signal, left, saw } = following;
  const read = (position: Position) => {
    const inTime = AbortSignal.timeout(longestPatienceMilliseconds);
    const time = { signal: signal ? AbortSignal.any([signal, inTime]) : inTime, patienceMilliseconds: 0 };
    return readOperation(connections[position], started.id, time);
  };
  // Both members know it: one that stops half-way cannot tell that it failed, the other one can.
  const readFromEither = () =>
    read(asked).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return read(otherPosition(asked)).catch(() => {
        throw error;
      });
    });
  let isFirst = true;
  return waitForEnd(started, {
    subject,
    read: async () => {
      if (!isFirst) return readFromEither();
      isFirst = false;
      return started;
    },
    saw: (latest) => saw("switching", latest.phase, latest.percent),
    timeoutMilliseconds: left(),
    afterTimeout,
    signal,
  }).catch((error: unknown) => {
    // It was lost; what both members say counts then.
    if (error instanceof FailoverError && error.code === "OPERATION_VANISHED") return undefined;
    throw error;
  });
}

/** Waits until both members say that the roles are as they were asked for. */
export async function readBack(to: Position, following: SwitchFollowing): Promise<PairView> {
  const { subject, connections, signal, left, saw } = following;
  const seen = await waitFor<PairView>({
    subject,
    observe: async () => {
      const patienceMilliseconds = Math.max(1, Math.min(longestPatienceMilliseconds, left()));
      const asked = await askMembers(connections, { signal, patienceMilliseconds });
      saw("readingBack", standingText(asked, to), null);
      return asked;
    },
    state: (asked) => standing(asked, to) ?? standingText(asked, to),
    pending: () => true,
    target: ["switched", "undone"],
    timeoutMilliseconds: left(),
    afterTimeout,
    signal,
  });
  if (standing(seen, to) === "switched") return seen;
  throw new FailoverError(
    "SWITCH_UNDONE",
    `${subject}: it was carried out, and now ${otherPosition(to)} is online again. Nothing more was begun; look at who switched back, and use a new request id to switch again.`,
  );
}

/** How it ended; undefined while it has not. */
function standing(asked: PairView, to: Position): "switched" | "undone" | undefined {
  const steady = membersOf(asked).every(({ facts }) => facts !== undefined && isSteadyMember(facts));
  if (!steady) return undefined;
  const online = onlineOf(asked);
  if (online === to) return "switched";
  return online === otherPosition(to) ? "undone" : undefined;
}

function standingText(asked: PairView, to: Position): string {
  const end = standing(asked, to);
  if (end !== undefined) return end === "switched" ? "switched" : `${otherPosition(to)} is online`;
  return membersOf(asked)
    .map(({ position, facts }) => `${position} ${facts ? `is ${facts.status?.failoverStatus ?? "in no pair"}` : "does not answer"}`)
    .join(", ");
}

/** What this request has begun before, as one of the members remembers it. */
export function findRepeated(asked: PairView, requestId: string): Operation | undefined {
  const operations = membersOf(asked).flatMap(({ facts }) => facts?.pair?.operation ?? []);
  return operations.find((operation) => operation.kind === "switch" && operation.requestId.toLowerCase() === requestId.toLowerCase());
}

/** Whom a switch that was begun brings online, for who asks again without saying it: the operation itself does not tell. */
export function goingOnline({ main, backup }: PairView, { state }: Operation): Position {
  const [ofMain, ofBackup] = [statusOf(main), statusOf(backup)];
  if (leaving.has(ofMain) || isOnItsWay(ofBackup)) return "backup";
  if (leaving.has(ofBackup) || isOnItsWay(ofMain)) return "main";
  const online = ofBackup === "Online" ? "backup" : "main";
  return state === "failed" ? otherPosition(online) : online;
}

const leaving = new Set(["Going Offline"]);
const steady = new Set(["Online", "Offline", "Starting", ""]);
const isOnItsWay = (status: string): boolean => !steady.has(status) && !leaving.has(status);
const statusOf = ({ facts }: AskedMember): string => facts?.status?.failoverStatus ?? "";
