import { systemClock } from "../core/clock.js";
import { declaredType, type EndMode, type VirtualIp } from "./configuration.js";
import type { ConfigurationKey } from "./configurationChange.js";
import { type Judgement, judge, type PairProperty } from "./judgement.js";
import type { Act } from "./knownIssue.js";
import type { MemberFacts } from "./memberFacts.js";
import { certificateNameRules, certificateRules } from "./preflight/certificates.js";
import { heartbeatRules, issueFindings, optionRules, setUpIssueRules } from "./preflight/declaration.js";
import { identityRules, isPairOf } from "./preflight/identity.js";
import { freeAddressRules, pcapRules, placementRules, syncInterfaceRules, virtualIpRules } from "./preflight/network.js";
import type { DeclaredPair, Plan, Rule } from "./preflight/plan.js";
import { sharedHostnameRules } from "./preflight/sharedHostname.js";
import { systemRules } from "./preflight/system.js";
import { parseVersion } from "./version.js";

export type { DeclaredPair } from "./preflight/plan.js";

/** What preflight judges. */
export interface PreflightQuestion {
  /** Undefined: it did not answer, and what needs it is not judged. */
  main: MemberFacts | undefined;
  backup: MemberFacts | undefined;
  declared: DeclaredPair;
  endMode: EndMode;
  /** In a preview DNS names and virtual IPs may still be made by the same program, so probes count at create only. */
  when: "preview" | "create";
  /** What each member sees from its own network. */
  probes?: Plan["probes"] | undefined;
  /** Default: now. */
  now?: number;
}

const setUpRules = [
  ...identityRules,
  ...systemRules,
  ...virtualIpRules,
  ...placementRules,
  ...freeAddressRules,
  ...syncInterfaceRules,
  ...pcapRules,
  ...sharedHostnameRules,
  ...certificateRules,
  ...heartbeatRules,
  ...optionRules,
  ...setUpIssueRules,
];

/** Whether the two Agents can become the declared pair: every violation at once, each with its cure. */
export function preflight(question: PreflightQuestion): Judgement {
  const plan = planOf(question);
  return judge(setUpRules.flatMap((rule) => rule(plan)));
}

/** The rules that a changed option of a live pair has to pass. What makes the pair this pair cannot change at all. */
const changeRules: Partial<Record<ConfigurationKey, readonly Rule[]>> = {
  virtualIps: [...virtualIpRules, ...placementRules, ...freeAddressRules, ...certificateNameRules, ...heartbeatRules],
  mode: heartbeatRules,
  heartbeats: heartbeatRules,
  syncInterface: syncInterfaceRules,
  restartWhenGoingOffline: optionRules,
};

/** Whether a live pair can take the changed options: what they break, and what the version is known to do wrong. */
export function preflightChange(question: Omit<PreflightQuestion, "when">, changed: readonly ConfigurationKey[]): Judgement {
  if (changed.length === 0) return judge([]);
  const plan: Plan = { ...planOf({ ...question, when: "create" }), isNew: false };
  const rules = new Set(changed.flatMap((key) => changeRules[key] ?? []));
  return judge([
    ...[...rules].flatMap((rule) => rule(plan)),
    ...changedBy(changed).flatMap(([act, property]) => issueFindings(act, plan, property)),
  ]);
}

/** Whether the two Agents can hold this virtual IP address in turn; with probes, whether nobody else does. */
export function preflightVirtualIp(virtualIp: VirtualIp, question: Pick<PreflightQuestion, "main" | "backup" | "probes">): Judgement {
  const declared: DeclaredPair = { virtualIps: [virtualIp], mode: "manual", heartbeats: [] };
  const plan = planOf({ ...question, declared, endMode: "delete", when: "create" });
  return judge([...placementRules, ...freeAddressRules].flatMap((rule) => rule(plan)));
}

/** One act tells what a known issue does to the change; where the issue forbids it, it is said of that input. */
function changedBy(changed: readonly ConfigurationKey[]): [Act, PairProperty][] {
  const acts: [Act, PairProperty][] = [];
  if (changed.includes("virtualIps")) acts.push(["changeVirtualIps", "virtualIps"]);
  if (changed.includes("mode")) acts.push(["changeMode", "mode"]);
  const option = optionKeys.find((key) => changed.includes(key));
  if (option !== undefined) acts.push(["changeOptions", option]);
  return acts;
}

const optionKeys = ["heartbeats", "syncInterface", "restartWhenGoingOffline"] as const satisfies readonly (ConfigurationKey &
  PairProperty)[];

function planOf({ main, backup, declared, endMode, when, probes, now = systemClock.now() }: PreflightQuestion): Plan {
  return {
    declared,
    type: declaredType(declared),
    endMode,
    members: { main, backup },
    probes: when === "create" ? (probes ?? {}) : {},
    now,
    version: versionOf(main) ?? versionOf(backup),
    isNew: isNewPair(main, backup),
  };
}

const versionOf = (facts: MemberFacts | undefined) => (facts === undefined ? undefined : parseVersion(facts.agent.version));

/** Main's word counts: it knows of a set-up first. While one is silent, any pair of the other may be the one that is meant. */
function isNewPair(main: MemberFacts | undefined, backup: MemberFacts | undefined): boolean {
  if (main !== undefined && backup !== undefined) return !isPairOf(main, main.agent.address, backup.agent.address);
  return (main ?? backup)?.pair === null;
}
