import { canonicalAddress, sameAddress } from "../../core/addresses.js";
import { type DeclaredHeartbeat, type HeartbeatTarget, type Mode, otherPosition, type Position, positions } from "../configuration.js";
import { type Finding, violation } from "../judgement.js";
import type { Version } from "../version.js";

/** What the rules need to know of one Agent. */
export interface HeartbeatMember {
  /** Corporate IP address. */
  address: string;
  /** Every own address, the corporate one included. */
  ownAddresses: readonly string[];
  /** The indexes of its interfaces; undefined when they are not known. */
  interfaces?: readonly number[] | undefined;
}

/** A set of heartbeats with what it is judged against. */
export interface HeartbeatPlan {
  heartbeats: readonly DeclaredHeartbeat[];
  mode: Mode;
  /** Of the Agents; undefined when it is not known. */
  version: Version | undefined;
  /** The addresses that the online Agent holds; none of a pair with a shared hostname. */
  virtualIps?: readonly string[] | undefined;
  members: Record<Position, HeartbeatMember>;
}

/** One rule; every violation belongs to the input `heartbeats`. */
export type HeartbeatRule = (plan: HeartbeatPlan) => Finding[];

export const broken = (reason: string): Finding => violation("heartbeats", reason);

export const isNormal = ({ kind }: Pick<DeclaredHeartbeat, "kind">): boolean => kind === "normal";

export const isCheckOfBuddy = (heartbeat: DeclaredHeartbeat, from: Position, members: HeartbeatPlan["members"]): boolean =>
  isNormal(heartbeat) && heartbeat.from === from && targetedMember(heartbeat.target, members) === otherPosition(from);

/** Whose address it is; undefined for a third party. */
export function targetedMember(target: HeartbeatTarget, members: HeartbeatPlan["members"]): Position | undefined {
  if ("agent" in target) return target.agent;
  return positions.find((position) => members[position].ownAddresses.some((own) => sameAddress(own, target.address)));
}

/** An Agent as target stands for each of its addresses. */
export function targetAddresses(target: HeartbeatTarget, members: HeartbeatPlan["members"]): string[] {
  const addresses = "agent" in target ? members[target.agent].ownAddresses : [target.address];
  return addresses.flatMap((address) => canonicalAddress(address) ?? []);
}

export const normalTargetsOf = (heartbeats: HeartbeatPlan["heartbeats"], members: HeartbeatPlan["members"]): Set<string> =>
  new Set(heartbeats.filter(isNormal).flatMap(({ target }) => targetAddresses(target, members)));

export function described({ kind, from, target }: DeclaredHeartbeat): string {
  return `${kind} heartbeat from ${from} to ${"agent" in target ? target.agent : target.address}`;
}
