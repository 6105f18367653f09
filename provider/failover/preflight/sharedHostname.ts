import { canonicalAddress, sameAddress } from "../../core/addresses.js";
import { listed } from "../../core/text.js";
import { canonicalHostname, type Position, positions } from "../configuration.js";
import { gates } from "../gates.js";
import { type Finding, violation, warning } from "../judgement.js";
import { type MemberFacts, memberName, type ProbeFacts } from "../memberFacts.js";
import { forNewPair, type Plan, type Rule, satisfiesPlan } from "./plan.js";

const forSharedHostname =
  (rule: Rule): Rule =>
  (plan) =>
    plan.type === "sharedHostname" ? rule(plan) : [];

/** What a shared hostname needs of DataMiner and of DNS ("Preparing the two DataMiner Agents", "Failover configuration in Cube"). */
export const sharedHostnameRules: readonly Rule[] = [
  forSharedHostname(versionHasIt),
  forSharedHostname(forNewPair(requestRoutingIsThere)),
  forSharedHostname(forNewPair(cookiesAreForwarded)),
  forSharedHostname(namesResolve),
];

function versionHasIt(plan: Plan): Finding[] {
  const answer = satisfiesPlan(plan, gates.sharedHostname);
  if (answer === "yes" || plan.version === undefined) return [];
  const reason = `A shared hostname needs DataMiner ${gates.sharedHostname.text} or later; the Agents run ${plan.version.text}. Use virtual IPs.`;
  return [answer === "no" ? violation("hostname", reason) : warning(reason)];
}

function requestRoutingIsThere(plan: Plan): Finding[] {
  if (plan.version === undefined || satisfiesPlan(plan, gates.requestRoutingInstalled) === "yes") return [];
  return [warning(`DataMiner ${plan.version.text} does not bring IIS Application Request Routing. Install it on both Agents.`)];
}

function cookiesAreForwarded(plan: Plan): Finding[] {
  if (plan.version === undefined || satisfiesPlan(plan, gates.sessionCookieForwarded) === "yes") return [];
  return [
    warning(
      `On DataMiner ${plan.version.text} web sessions that reach the offline Agent may fail (fixed in ${gates.sessionCookieForwarded.text}).`,
    ),
  ];
}

/** Forward to exactly both, back from both: as each member that was asked sees it. */
function namesResolve({ declared: { hostname }, members, probes }: Plan): Finding[] {
  if (!hostname) return [];
  return positions.flatMap((position) => {
    const [probe, member] = [probes[position], members[position]];
    if (probe === undefined || member === undefined) return [];
    const seenFrom = memberName(position, member.agent.address);
    return [...forward(hostname, members, probe, seenFrom), ...backward(hostname, members, probe, seenFrom)];
  });
}

type Members = Record<Position, MemberFacts | undefined>;

const memberAddresses = (members: Members): string[] => positions.flatMap((position) => members[position]?.agent.address ?? []);

function forward(hostname: string, members: Members, probe: ProbeFacts, seenFrom: string): Finding[] {
  const wanted = memberAddresses(members);
  const answers = probe.names.filter(({ name }) => canonicalHostname(name) === canonicalHostname(hostname));
  const found = [...new Set(answers.flatMap(({ addresses }) => addresses).map((address) => canonicalAddress(address) ?? address))];
  const exact = found.length === wanted.length && wanted.every((address) => found.some((other) => sameAddress(other, address)));
  if (exact) return [];
  return [
    violation(
      "hostname",
      `${hostname} resolves to ${listed(found) || "nothing"} on ${seenFrom}. Make its records exactly ${wanted.join(" and ")}.`,
    ),
  ];
}

function backward(hostname: string, members: Members, probe: ProbeFacts, seenFrom: string): Finding[] {
  return memberAddresses(members).flatMap((address) => {
    const names = probe.reverse.filter((entry) => sameAddress(entry.address, address)).flatMap((entry) => entry.names);
    if (names.some((name) => isSameHost(name, hostname))) return [];
    return [
      violation(
        "hostname",
        `${address} resolves back to ${listed(names) || "nothing"} on ${seenFrom}. Add a PTR record from it to ${hostname}.`,
      ),
    ];
  });
}

/** A hostname without a dot was completed by the resolver, and PTR records carry the whole name. */
function isSameHost(name: string, hostname: string): boolean {
  const [found, wanted] = [canonicalHostname(name), canonicalHostname(hostname)];
  return found === wanted || (!wanted.includes(".") && found.split(".")[0] === wanted);
}
