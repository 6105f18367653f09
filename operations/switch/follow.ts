import { phrase } from "../../provider/agent/answers.js";
import { type AskedMember, askMembers, type PairView } from "../../provider/agent/askMembers.js";
import { readOperation } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import { AgentRefusedError } from "../../provider/agent/errors.js";
import type { Operation } from "../../provider/agent/operationSchema.js";
import { OperationFailedError } from "../../provider/agent/operations.js";
import { isPassing } from "../../provider/agent/retry.js";
import { FailoverError } from "../../provider/core/errors.js";
import { waitFor } from "../../provider/core/wait.js";
import { otherPosition, type Position } from "../../provider/failover/configuration.js";
import { isSteadyMember } from "../../provider/failover/roles.js";
import { onlineOf } from "./checks.js";

/** What following needs of the request. */
export interface Following {
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
export async function followSwitch(started: Operation, asked: Position, following: Following): Promise<Operation | undefined> {
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
  let latest = started;
  let isFirst = true;
  const ended = await waitFor<Operation | undefined>({
    subject,
    observe: async () => {
      if (!isFirst) latest = await readFromEither();
      isFirst = false;
      saw("switching", latest.phase, latest.percent);
      return latest;
    },
    state: (operation) => (operation?.state === "running" ? `phase ${operation.phase}` : (operation?.state ?? "")),
    pending: (state) => state.startsWith("phase "),
    target: ["succeeded", "failed"],
    // The member that goes online moves addresses, and may be silent for a while.
    tolerate: (error) => (isPassing(error) ? `phase ${latest.phase}, the Agent does not answer` : undefined),
    timeoutMilliseconds: left(),
    afterTimeout,
    signal,
  }).catch((error: unknown) => {
    // It was lost; what both members say counts then.
    if (error instanceof AgentRefusedError && error.status === 404) return undefined;
    throw error;
  });
  if (ended?.state !== "failed") return ended;
  const { code, detail } = ended.error ?? { code: "UNKNOWN", detail: "no reason given" };
  throw new OperationFailedError(code, `${subject}: failed in phase ${ended.phase}, ${code}: ${phrase(detail)}.`, {
    facts: { operation: ended.id, phase: ended.phase },
  });
}

/** Waits until both members say that the roles are as they were asked for. */
export async function readBack(to: Position, following: Following): Promise<PairView> {
  const { subject, connections, signal, left, saw } = following;
  const undone = `${otherPosition(to)} is online`;
  const seen = await waitFor<PairView>({
    subject,
    observe: async () => {
      const asked = await askMembers(connections, {
        signal,
        patienceMilliseconds: Math.max(1, Math.min(longestPatienceMilliseconds, left())),
      });
      saw("readingBack", rolesText(asked, to), null);
      return asked;
    },
    state: (asked) => rolesText(asked, to),
    pending: (state) => state !== undone,
    target: ["switched", undone],
    timeoutMilliseconds: left(),
    afterTimeout,
    signal,
  });
  if (rolesText(seen, to) === "switched") return seen;
  throw new FailoverError(
    "SWITCH_UNDONE",
    `${subject}: it was carried out, and now ${undone} again. Nothing more was begun; look at who switched back, and use a new request id to switch again.`,
  );
}

function rolesText(asked: PairView, to: Position): string {
  const other = otherPosition(to);
  const online = onlineOf(asked);
  const steady = [asked.main, asked.backup].every(({ facts }) => facts !== undefined && isSteadyMember(facts));
  if (steady && online === to) return "switched";
  if (steady && online === other) return `${other} is online`;
  return [asked.main, asked.backup]
    .map(({ position, facts }) => `${position} ${facts ? `is ${facts.status?.failoverStatus ?? "in no pair"}` : "does not answer"}`)
    .join(", ");
}

/** What this request has begun before, as one of the members remembers it. */
export function findRepeated({ main, backup }: PairView, requestId: string): Operation | undefined {
  const operations = [main, backup].flatMap(({ facts }) => facts?.pair?.operation ?? []);
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
