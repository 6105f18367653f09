import { declaredType, type EndMode } from "./configuration.js";
import { type Judgement, judge } from "./judgement.js";
import type { MemberFacts } from "./memberFacts.js";
import { certificateRules } from "./preflight/certificates.js";
import { declarationRules } from "./preflight/declaration.js";
import { freeAddressRules } from "./preflight/freeAddresses.js";
import { identityRules, isPairOf } from "./preflight/identity.js";
import { networkRules } from "./preflight/network.js";
import type { DeclaredPair, Plan } from "./preflight/plan.js";
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
}

const rules = [
  ...identityRules,
  ...systemRules,
  ...networkRules,
  ...freeAddressRules,
  ...sharedHostnameRules,
  ...certificateRules,
  ...declarationRules,
];

/** Whether the two Agents can become the declared pair: every violation at once, each with its cure. */
export function preflight(question: PreflightQuestion): Judgement {
  const plan = planOf(question);
  return judge(rules.flatMap((rule) => rule(plan)));
}

function planOf({ main, backup, declared, endMode, when, probes }: PreflightQuestion): Plan {
  return {
    declared,
    type: declaredType(declared),
    endMode,
    members: { main, backup },
    probes: when === "create" ? (probes ?? {}) : {},
    version: versionOf(main) ?? versionOf(backup),
    isNew: !arePair(main, backup),
  };
}

const versionOf = (facts: MemberFacts | undefined) => (facts === undefined ? undefined : parseVersion(facts.agent.version));

/** Either member's word is enough: a set-up that was interrupted is known to main first. */
function arePair(main: MemberFacts | undefined, backup: MemberFacts | undefined): boolean {
  if (main === undefined || backup === undefined) return false;
  return [main, backup].some((facts) => isPairOf(facts, main.agent.address, backup.agent.address));
}
