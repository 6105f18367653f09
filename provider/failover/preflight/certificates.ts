import { canonicalAddress, sameAddress } from "../../core/addresses.js";
import { canonicalHostname } from "../configuration.js";
import { type Finding, violation, warning } from "../judgement.js";
import type { Certificate } from "../memberFacts.js";
import { type AnsweringMember, forBothMembers, forEachMember, type Plan, type Rule } from "./plan.js";

/** The certificates name what users type ("Setting up HTTPS on a DMA"). An Agent without HTTPS has nothing to break. */
export const certificateNameRules: readonly Rule[] = [forEachMember(certificateCoversThePair)];

/** All of "Setting up HTTPS on a DMA". */
export const certificateRules: readonly Rule[] = [
  forEachMember(certificateIsTrusted),
  forEachMember(certificateIsInDate),
  forBothMembers(bothHaveHttps),
  ...certificateNameRules,
  forEachMember(httpsNameIsItsOwn),
  forBothMembers(httpsNamesDiffer),
];

/** One that has expired is not trusted either, and another authority would not help. */
function certificateIsTrusted({ position, facts, name }: AnsweringMember, { now }: Plan): Finding[] {
  const { https } = facts.agent;
  if (https === null || https.trusted || expiry(https) < now) return [];
  return [violation(position, `The HTTPS certificate of ${name} is not trusted. Install one of a trusted authority on it.`)];
}

/** By our own clock: the clients judge by theirs, whatever the Agent's says. */
function certificateIsInDate({ position, facts, name }: AnsweringMember, { now }: Plan): Finding[] {
  const { https } = facts.agent;
  if (https === null || expiry(https) >= now + noticeMilliseconds) return [];
  const day = new Date(expiry(https)).toISOString().slice(0, 10);
  const subject = `The HTTPS certificate of ${name}`;
  if (expiry(https) >= now) return [warning(`${subject} expires on ${day}, within 30 days. Renew it before.`)];
  return [violation(position, `${subject} expired on ${day}: every client refuses it. Renew it, on the Agent's own web server.`)];
}

const noticeMilliseconds = 30 * 86_400_000;

/** Infinite for what cannot be read. */
function expiry({ notAfter }: Certificate): number {
  const time = Date.parse(notAfter ?? "");
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

/** "Setting up HTTPS on a DMA": in a Failover setup, on both. */
function bothHaveHttps(main: AnsweringMember, backup: AnsweringMember): Finding[] {
  const [without, other] = main.facts.agent.https === null ? [main, backup] : [backup, main];
  if (without.facts.agent.https !== null || other.facts.agent.https === null) return [];
  const seen = `${without.title} has no HTTPS, ${other.name} has: users who are used to it are cut off by each switch.`;
  return [violation(without.position, `${seen} Set it up on both Agents, or on neither.`)];
}

function certificateCoversThePair({ position, facts, name }: AnsweringMember, plan: Plan): Finding[] {
  const { https } = facts.agent;
  if (https === null) return [];
  return namesOfThePair(plan)
    .filter((wanted) => !covers(https, wanted))
    .map((wanted) =>
      violation(
        position,
        `The HTTPS certificate of ${name} does not name ${wanted}. Add it to the subject alternative names, on both Agents.`,
      ),
    );
}

/** The shared name in the HTTPS tag would make both Agents answer to it. */
function httpsNameIsItsOwn({ facts, name }: AnsweringMember, plan: Plan): Finding[] {
  const https = facts.agent.https;
  if (https === null || !namesOfThePair(plan).some((shared) => sameName(shared, https.name))) return [];
  return [warning(`The HTTPS name of ${name} is ${https.name}, which the pair shares. Set the Agent's own name there.`)];
}

function httpsNamesDiffer({ facts: main }: AnsweringMember, { facts: backup }: AnsweringMember): Finding[] {
  const [first, second] = [main.agent.https?.name, backup.agent.https?.name];
  if (first === undefined || second === undefined || !sameName(first, second)) return [];
  return [warning(`Main and backup have the same HTTPS name ${first}. Set each Agent's own name.`)];
}

/** What users type: the hostname, or the virtual IP of the corporate network, where they live. */
function namesOfThePair({ type, declared }: Plan): string[] {
  if (type === "sharedHostname") return declared.hostname ? [canonicalHostname(declared.hostname)] : [];
  return (declared.virtualIps ?? [])
    .filter(({ network }) => network === "corporate")
    .map(({ address }) => canonicalAddress(address) ?? address);
}

const covers = ({ subjectAltNames }: Certificate, wanted: string): boolean =>
  subjectAltNames
    .map((entry) => entry.replace(/^(DNS|IP|IP Address):/i, "").trim())
    .some((entry) => sameName(entry, wanted) || wildcard(entry, wanted));

const sameName = (a: string, b: string): boolean => sameAddress(a, b) || canonicalHostname(a) === canonicalHostname(b);

/** RFC 6125 6.4.3: the star stands for exactly the leftmost label. */
function wildcard(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.") || canonicalAddress(name) !== undefined) return false;
  return canonicalHostname(name).split(".").slice(1).join(".") === canonicalHostname(pattern.slice(2));
}
