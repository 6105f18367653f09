import { gates } from "../gates.js";
import { judgeHeartbeats } from "../heartbeats.js";
import { type Finding, type PairProperty, standingWarning, violation, warning } from "../judgement.js";
import type { Act } from "../knownIssue.js";
import { knownIssues } from "../knownIssues.js";
import { type MemberFacts, ownAddresses } from "../memberFacts.js";
import { answeringMembers, forBothMembers, forNewPair, type Plan, type Rule, satisfiesPlan, typeProperty } from "./plan.js";

/** Heartbeats against the Agents, the mode and the version. */
export const heartbeatRules: readonly Rule[] = [forBothMembers((main, backup, plan) => heartbeatFindings(main.facts, backup.facts, plan))];

/** Options that a version may not know yet. */
export const optionRules: readonly Rule[] = [restartIsHonoured];

/** Known issues of a set-up. */
export const setUpIssueRules: readonly Rule[] = [forNewPair((plan) => issueFindings("setUp", plan, typeProperty(plan)))];

function heartbeatFindings(main: MemberFacts, backup: MemberFacts, { declared, version }: Plan): Finding[] {
  const { violations, warnings } = judgeHeartbeats({
    heartbeats: declared.heartbeats,
    mode: declared.mode,
    version,
    virtualIps: (declared.virtualIps ?? []).map(({ address }) => address),
    members: { main: heartbeatMember(main), backup: heartbeatMember(backup) },
  });
  return [...violations.map(({ property, reason }) => violation(property, reason)), ...warnings.map(warning)];
}

const heartbeatMember = ({ agent }: MemberFacts) => ({
  address: agent.address,
  ownAddresses: ownAddresses(agent),
  interfaces: agent.interfaces.map(({ index }) => index),
});

function restartIsHonoured(plan: Plan): Finding[] {
  const { declared, version } = plan;
  if (declared.restartWhenGoingOffline !== true || version === undefined) return [];
  const answer = satisfiesPlan(plan, gates.restartWhenGoingOffline);
  if (answer === "yes") return [];
  const reason = `restartWhenGoingOffline needs DataMiner ${gates.restartWhenGoingOffline.text} or later; the Agents run ${version.text}. Leave it out.`;
  return [answer === "no" ? violation("restartWhenGoingOffline", reason) : warning(reason)];
}

/** The known issues that an act on this plan would meet; `property` is the input that is refused with it. */
export function issueFindings(act: Act, plan: Plan, property: PairProperty): Finding[] {
  const [first] = answeringMembers(plan);
  if (plan.version === undefined || first === undefined) return [];
  const met = knownIssues({
    act,
    version: plan.version,
    type: plan.type,
    virtualIps: plan.declared.virtualIps?.length ?? 0,
    nats: first.facts.agent.nats,
    storage: first.facts.agent.storage.kind,
    pcaps: answeringMembers(plan).map(({ facts }) => facts.agent.pcap),
  });
  return met.map(({ effect, reason }) => (effect === "refuse" ? violation(property, reason) : standingWarning(reason)));
}
