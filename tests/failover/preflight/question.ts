import { knownIssueTable } from "../../../provider/failover/knownIssues.js";
import type { AgentFacts, MemberFacts, NetworkInterface } from "../../../provider/failover/memberFacts.js";
import { type PreflightQuestion, preflight } from "../../../provider/failover/preflight.js";
import { declaredPair, fourHeartbeats, member } from "../members.js";

export interface Changes extends Partial<Omit<PreflightQuestion, "main" | "backup">> {
  main?: Partial<AgentFacts>;
  backup?: Partial<AgentFacts>;
  /** For both Agents. */
  both?: Partial<AgentFacts>;
  dms?: MemberFacts["dms"];
}

/** Two Agents that fit, a declaration that fits, and what is changed of it. */
export function question({ main, backup, both, dms, ...rest }: Changes = {}): PreflightQuestion {
  return {
    main: member("main", { ...both, ...main }, dms === undefined ? {} : { dms }),
    backup: member("backup", { ...both, ...backup }),
    declared: declaredPair,
    endMode: "delete",
    when: "create",
    ...rest,
  };
}

/** The whole judgement. */
export const judged = (changes?: Changes) => preflight(question(changes));
/** The violations, each with its property before it. */
export const broken = (changes?: Changes) => judged(changes).violations.map(({ property, reason }) => `${property}: ${reason}`);
/** The warnings, without the known issues that the version brings along. */
export const warned = (changes?: Changes) =>
  judged(changes).warnings.filter((warning) => !knownIssueTable.some(({ id }) => warning.includes(`(${id})`)));

/** Declared with a shared hostname. */
export const hostnamePair = {
  virtualIps: undefined,
  hostname: "dma.skyline.local",
  mode: "automatic",
  heartbeats: fourHeartbeats,
} as const;
/** An interface with one own address. */
export const card = (index: number, network: string, address: string, prefixLength = 24): NetworkInterface => ({
  index,
  network,
  addresses: [{ address, prefixLength, virtual: false }],
});
