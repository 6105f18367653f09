import type { Position } from "./configuration.js";
import type { MemberView } from "./memberFacts.js";
import { hasRunningOperation, isOverdue, type Lasting, nobodyOnline, pairTransition, statusTransition } from "./transition.js";

/** What is under way at a pair, and how long each part of it lasts. Nothing of it is wrong before it is overdue. */
export interface PairProgress {
  /** Of each member's own Failover status. */
  members: Partial<Record<Position, Lasting | undefined>>;
  /** Of the pair's state, while no member's status tells of it. */
  pair: Lasting | undefined;
  /** Nobody who answers is online, and somebody is on the way. */
  nobodyOnline: Lasting | undefined;
  /** Nobody who answers is online, no operation is running, and neither an Agent nor whoever looks can say for how long. */
  isUntold: boolean;
}

/** How long whoever looks again and again has seen the same, in milliseconds. */
export interface Watched {
  members: Partial<Record<Position, number | undefined>>;
  pair: number | undefined;
  nobodyOnline: number | undefined;
}

/** From what both members say, and from what was seen before. */
export function pairProgress(views: readonly MemberView[], now: number, watched?: Watched): PairProgress {
  const nobody = nobodyOnline(views, now, watched?.nobodyOnline);
  return {
    members: Object.fromEntries(views.map(({ position, facts }) => [position, statusTransition(facts, now, watched?.members[position])])),
    pair: pairTransition(views, now, watched?.pair),
    nobodyOnline: nobody,
    isUntold: nobody !== undefined && nobody.milliseconds === undefined && !hasRunningOperation(views),
  };
}

/** Whether anything lasts longer than it may. */
export const isStuck = ({ members, pair, nobodyOnline: nobody }: PairProgress): boolean =>
  [members.main, members.backup, pair, nobody].some(isOverdue);
