import { sameAddress } from "../core/addresses.js";
import { otherPosition, type Position, positions } from "./configuration.js";
import type { MemberFacts } from "./memberFacts.js";

/** Both members, as far as they answer. */
type Members = Record<Position, MemberFacts | undefined>;

/**
 * The Agent that was given up when its pair was ended, and is back: it still has the pair's configuration, while the other one has the
 * same DataMiner ID, its data, and no pair ("Ending a Failover configuration", the note on an offline Agent that is unavailable).
 */
export function givenUpAgent(members: Members): Position | undefined {
  return positions.find((position) => isBack(members[position], members[otherPosition(position)]));
}

function isBack(back: MemberFacts | undefined, kept: MemberFacts | undefined): boolean {
  if (!back?.pair || !kept || kept.pair !== null) return false;
  // Before and during a set-up one of them is fresh, and after a reset one has no ID.
  if (back.agent.pristine || kept.agent.pristine || kept.agent.dataMinerId === null) return false;
  if (back.agent.dataMinerId !== kept.agent.dataMinerId) return false;
  const { main, backup } = back.pair.config;
  return [main, backup].some(({ address }) => sameAddress(address, kept.agent.address));
}

/** What is to be known of it, and done: one line without its name. */
export function givenUpText(position: Position, members: Members): string {
  const [back, kept] = [members[position], members[otherPosition(position)]];
  const other = `${otherPosition(position)} ${kept?.agent.address}`;
  const seen =
    `it still has the Failover configuration, and ${other} has the same DataMiner ID ${kept?.agent.dataMinerId} and is in no pair: ` +
    "so looks an Agent that was given up and came back.";
  const online = back?.status?.failoverStatus === "Online";
  return online
    ? `${seen} It is Online, so both poll the same devices: find out which one serves the system, and take the other off the network now.`
    : `${seen} Take it off the network now: it polls the same devices a second time as soon as it goes online.`;
}
