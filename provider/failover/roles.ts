import { type Position, positions } from "./configuration.js";
import type { MemberFacts, MemberView, PairFacts } from "./memberFacts.js";

/** Who is online, as far as the members that answer say. */
export type Online = Position | "none" | "both";

/** `Online` and `Offline` stay until something happens; every other text is on its way (vendor page "Viewing the current Failover DMA status"). */
export type Steadiness = "steady" | "transition";

const steadyStatuses = new Set(["Online", "Offline"]);

export const steadiness = (failoverStatus: string): Steadiness => (steadyStatuses.has(failoverStatus) ? "steady" : "transition");

type Spoken = { failoverStatus: string } | null | undefined;

/**
 * Who is online, from both members' status; undefined or null: that member said nothing.
 * With one silent member the other's word counts: "none" then means that nobody who answers is online.
 */
export function roles(main: Spoken, backup: Spoken): Online {
  const [mainOnline, backupOnline] = [isOnline(main), isOnline(backup)];
  if (mainOnline && backupOnline) return "both";
  if (mainOnline) return "main";
  return backupOnline ? "backup" : "none";
}

/** Who is online, as far as both members are seen. */
export const onlineOf = ({ main, backup }: Record<Position, Pick<MemberView, "facts">>): Online =>
  roles(main.facts?.status, backup.facts?.status);

/** The member whose word counts: the online one, else main, else whoever answers, first among those that know of a pair. */
export function speakerOf<View extends MemberView>(
  views: Record<Position, View>,
): (View & { facts: NonNullable<View["facts"]> }) | undefined {
  const order = onlineOf(views) === "backup" ? [...positions].reverse() : positions;
  const answering = order.flatMap((position) => {
    const { facts } = views[position];
    return facts ? [{ ...views[position], facts }] : [];
  });
  return answering.find(({ facts }) => facts.pair !== null) ?? answering[0];
}

/** Whether the backup does the main's work. */
export const isFailedOver = (online: Online): boolean => online === "backup";

const steadyPairStates = new Set(["active", "inactive", "invalid"]);

/** Whether this pair state stays until something happens. A state that is not listed is in transition, never an error. */
export const isSteadyPair = (pair: Pick<PairFacts, "state" | "operation">): boolean =>
  steadyPairStates.has(pair.state) && pair.operation?.state !== "running";

/** Whether nothing is under way at this member of a pair. */
export const isSteadyMember = ({ pair, status }: Pick<MemberFacts, "pair" | "status">): boolean =>
  pair !== null && status !== null && isSteadyPair(pair) && steadiness(status.failoverStatus) === "steady";

/** The position that both members claim: a position is fixed, so one of them is not what it says. */
export function sharedPosition(main: Pick<MemberFacts, "pair"> | undefined, backup: Pick<MemberFacts, "pair"> | undefined) {
  const claimed = main?.pair?.position;
  return claimed !== undefined && claimed === backup?.pair?.position ? claimed : undefined;
}

/**
 * Both answer, both are steady, and their positions or roles are equal, or their revisions differ.
 * It makes a pair invalid only when it is seen again later: a switch looks the same for a moment.
 * A disabled (inactive) pair has no roles to compare.
 */
export function looksInvalid(main: MemberFacts | undefined, backup: MemberFacts | undefined): boolean {
  if (main === undefined || backup === undefined) return false;
  if (!isSteadyMember(main) || !isSteadyMember(backup)) return false;
  if (main.revision !== backup.revision || sharedPosition(main, backup) !== undefined) return true;
  if (main.pair?.state === "inactive" || backup.pair?.state === "inactive") return false;
  return isOnline(main.status) === isOnline(backup.status);
}

/**
 * How two members that answer contradict each other.
 * @prop kind In what.
 * @prop seen The position that both claim.
 */
export type Contradiction =
  | { kind: "bothOnline" | "bothOffline" | "twoConfigurations" }
  /** Both claim this position. */
  | { kind: "samePosition"; seen: Position };

/** Why a pair that looks invalid does. */
export function contradictionOf(views: Record<Position, MemberView>): Contradiction {
  const online = onlineOf(views);
  if (online === "both") return { kind: "bothOnline" };
  const seen = sharedPosition(views.main.facts, views.backup.facts);
  if (seen !== undefined) return { kind: "samePosition", seen };
  return { kind: online === "none" ? "bothOffline" : "twoConfigurations" };
}

const isOnline = (status: Spoken): boolean => status?.failoverStatus === "Online";
