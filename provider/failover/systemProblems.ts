import { sameAddress } from "../core/addresses.js";
import { canonicalHostname, sharedAddress } from "./configuration.js";
import { gates } from "./gates.js";
import { type MemberView, memberName } from "./memberFacts.js";
import { isSteadyMember } from "./roles.js";
import { parseVersion, satisfies } from "./version.js";

/** One line for each thing that is wrong beyond the rows of one member: how the system sees the pair, and what both rows mean together. */
export const systemProblems = (views: readonly MemberView[]): string[] => [
  ...views.flatMap(reachedElsewhere),
  ...filesInsteadOfDatabase(views),
];

/**
 * The rest of the system must reach the pair at its virtual IP or hostname. An offline Agent named its own address before RN 43257, and
 * during a change the address is on its way, so only a steady online member counts.
 */
function reachedElsewhere({ position, address, facts }: MemberView): string[] {
  const pair = facts?.pair;
  if (facts === undefined || pair?.state !== "active" || !isSteadyMember(facts) || facts.status?.failoverStatus !== "Online") return [];
  const [primary, shared] = [facts.dms.primaryAddress ?? null, sharedAddress(pair.config)];
  if (primary === null || shared === null || sameAddress(primary, shared) || canonicalHostname(primary) === canonicalHostname(shared))
    return [];
  const seen = `${memberName(position, address)}: the DataMiner System reaches the pair at ${primary}, not at ${shared}.`;
  const version = parseVersion(facts.agent.version);
  const { primaryAddressIsShared: mended } = gates;
  if (version === undefined || satisfies(version, mended) !== "no") {
    return [`${seen} Such a pair cannot be removed from its system (RN 43257). Check its address in DMS.xml of the other Agents.`];
  }
  return [
    `${seen} Versions before ${mended.text} set that wrong, and such a pair cannot be removed from its system (RN 43257). Upgrade both Agents.`,
  ];
}

/** Vendor page "Viewing the current Failover DMA status": with both instances down the system falls back to file offloading. */
function filesInsteadOfDatabase(views: readonly MemberView[]): string[] {
  const down = views.filter(
    ({ facts }) => facts?.agent.storage.kind === "cassandraPerDma" && facts.pair !== null && facts.status?.database.value === "Failing",
  );
  if (down.length < 2) return [];
  return [
    "Both Cassandra nodes are down: the system writes to files until one of them is back. Repair one, and leave the files where they are.",
  ];
}
