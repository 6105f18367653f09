import { sameAddress } from "../../core/addresses.js";
import { otherPosition } from "../configuration.js";
import { type Finding, violation, warning } from "../judgement.js";
import { type AgentFacts, type MemberFacts, ownAddresses } from "../memberFacts.js";
import { findGivenUp, type GivenUp } from "../problems.js";
import { givenUpText } from "../problemText.js";
import { sameVersion } from "../version.js";
import { type AnsweringMember, forBothMembers, forNewPair, type Plan, type Rule } from "./plan.js";

const prepareAgain = "Reset it with SLReset.exe and prepare it again: same version, its own licence, the DataMiner ID of main.";

/** Who the two Agents are, and that the backup has nothing to lose ("Preparing the two DataMiner Agents"). */
export const identityRules: readonly Rule[] = [
  forBothMembers(twoMachines),
  mainHasId,
  forBothMembers(sameId),
  forBothMembers(exactlyTheSameVersion),
  versionIsReadable,
  forBothMembers(noneWasGivenUp),
  forNewPair(forBothMembers((main, backup) => [...inNoOtherPair(main, backup), ...inNoOtherPair(backup, main)])),
  forNewPair(mainInCluster),
  forNewPair(backupInNoCluster),
  forNewPair(backupPristine),
];

/** Whether the member is in a pair, and both its places hold these two addresses. */
export function isPairOf({ pair }: MemberFacts, mainAddress: string, backupAddress: string): boolean {
  if (pair === null) return false;
  const { main, backup } = pair.config;
  return sameAddress(main.address, mainAddress) && sameAddress(backup.address, backupAddress);
}

function twoMachines(main: AnsweringMember, backup: AnsweringMember): Finding[] {
  const own = ownAddresses(main.facts.agent);
  const shared = ownAddresses(backup.facts.agent).find((address) => own.some((other) => sameAddress(other, address)));
  if (shared === undefined) return [];
  return [violation("backup", `Main and backup are the same machine: both have the address ${shared}. Name two Agents.`)];
}

function mainHasId({ members: { main } }: Plan): Finding[] {
  if (main === undefined || main.agent.dataMinerId !== null) return [];
  return [violation("main", `Main ${main.agent.address} has no DataMiner ID. Give it its licence and its ID before it gets a backup.`)];
}

function sameId({ facts: main }: AnsweringMember, { facts: backup }: AnsweringMember): Finding[] {
  const [wanted, found] = [main.agent.dataMinerId, backup.agent.dataMinerId];
  if (wanted === null || wanted === found) return [];
  const seen = found === null ? "has no DataMiner ID" : `has DataMiner ID ${found}`;
  return [
    violation(
      "backup",
      `Backup ${backup.agent.address} ${seen}, main ${main.agent.address} has ${wanted}. ` +
        `Set ID ${wanted} on the backup, which only works on an Agent that was never used, with DataMiner stopped.`,
    ),
  ];
}

function exactlyTheSameVersion({ facts: main }: AnsweringMember, { facts: backup }: AnsweringMember): Finding[] {
  if (sameVersion(main.agent.version, backup.agent.version)) return [];
  return [
    violation(
      "backup",
      `Backup ${backup.agent.address} runs DataMiner ${backup.agent.version}, main ${main.agent.address} runs ${main.agent.version}. ` +
        "Install exactly the same version on both.",
    ),
  ];
}

function versionIsReadable({ version, members }: Plan): Finding[] {
  const text = (members.main ?? members.backup)?.agent.version;
  if (text === undefined) return [];
  if (version === undefined) {
    return [warning(`DataMiner version "${text}" has an unknown form: nothing that depends on the version was judged.`)];
  }
  if (version.release !== undefined) return [];
  return [warning(`DataMiner version "${text}" does not tell ${version.unknown.join(" and ")}: known issues are judged with that doubt.`)];
}

function noneWasGivenUp(main: AnsweringMember, backup: AnsweringMember): Finding[] {
  const givenUp = givenUpOf(main, backup);
  if (givenUp === undefined) return [];
  const { position } = givenUp.member;
  const { title } = position === "main" ? main : backup;
  return [violation(position, `${title}: ${givenUpText(givenUp)} ${prepareAgain}`)];
}

/** An Agent can be in one pair only ("About DMA Failover"). */
function inNoOtherPair(member: AnsweringMember, other: AnsweringMember): Finding[] {
  const { position, facts, title } = member;
  if (facts.pair === null || wasGivenUp(member, other)) return [];
  const partner = facts.pair.config[otherPosition(facts.pair.position)].address;
  const seen = `${title} is already in a Failover pair with ${partner}, as its ${facts.pair.position}.`;
  return [violation(position, `${seen} ${pairCure(facts, other, partner)}`)];
}

/** Then that is said, and not that it is in a pair. */
const wasGivenUp = (member: AnsweringMember, other: AnsweringMember): boolean =>
  givenUpOf(member, other)?.member.position === member.position;

function givenUpOf(...[one, other]: [AnsweringMember, AnsweringMember]): GivenUp | undefined {
  const view = ({ position, facts }: AnsweringMember) => ({ position, address: facts.agent.address, facts });
  const [main, backup] = one.position === "main" ? [one, other] : [other, one];
  return findGivenUp({ main: view(main), backup: view(backup) });
}

function pairCure({ pair }: MemberFacts, other: AnsweringMember, partner: string): string {
  if (!sameAddress(other.facts.agent.address, partner)) return "An Agent can be in one pair only: end that pair first.";
  if (pair?.position === other.position) return "Exchange main and backup in the program.";
  return `The other one knows of no such pair. ${prepareAgain}`;
}

/** The backup joins main's system at the end of the set-up, so there must be one ("Preparing the two DataMiner Agents"). */
function mainInCluster({ members: { main } }: Plan): Finding[] {
  if (main === undefined || main.agent.cluster !== null) return [];
  return [
    violation(
      "main",
      `Main ${main.agent.address} is in no DataMiner System, and a backup joins the one of its main at the end of the set-up. ` +
        "Give it one first: in Cube, System Center > Agents > Manage, name a cluster and click Join cluster for a new system, " +
        "or Add it by its physical IP address on an Agent of the system that it shall be in.",
    ),
  ];
}

function backupInNoCluster({ members: { backup } }: Plan): Finding[] {
  if (backup === undefined || backup.agent.cluster === null || backup.pair !== null) return [];
  const { address, cluster } = backup.agent;
  return [violation("backup", `Backup ${address} is in cluster "${cluster}". Remove it from that DataMiner System. ${prepareAgain}`)];
}

function backupPristine({ members: { backup } }: Plan): Finding[] {
  if (backup === undefined || backup.agent.pristine || backup.pair !== null) return [];
  return [violation("backup", `Backup ${backup.agent.address} is not freshly installed: ${contents(backup.agent)}. ${prepareAgain}`)];
}

const contents = ({ elementCount }: AgentFacts): string =>
  elementCount === 0 ? "it holds more than the script of the Failover API and its token" : `it has ${elementCount} elements`;
