import { listed } from "../../core/text.js";
import type { PairType } from "../configuration.js";
import { copiesDatabase, gates } from "../gates.js";
import { type Finding, violation, warning } from "../judgement.js";
import {
  type AnsweringMember,
  forBothMembers,
  forEachMember,
  forNewPair,
  type Plan,
  type Rule,
  satisfiesPlan,
  typeProperty,
} from "./plan.js";

/** What the Agents and their DataMiner System can do, and what they store ("Preparing the two DataMiner Agents"). */
export const systemRules: readonly Rule[] = [
  forEachMember(swarmingOff),
  forEachMember(typeIsPossible),
  forEachMember(endModeIsPossible),
  endModeFitsTheVersion,
  forNewPair(typesAreNotMixed),
  forBothMembers(sameStorage),
  forEachMember(storageIsSupported),
  forBothMembers(sameNats),
  forNewPair(databaseIsCopied),
  forNewPair(natsCertificateFollows),
  forNewPair(natsIsReconfigured),
];

const typeNames: Record<PairType, string> = { virtualIp: "virtual IP", sharedHostname: "shared hostname" };

function swarmingOff({ position, facts, name }: AnsweringMember): Finding[] {
  if (!facts.agent.swarming) return [];
  return [violation(position, `Swarming is enabled on ${name}, which excludes Failover. Pair an Agent without Swarming.`)];
}

function typeIsPossible({ facts, title }: AnsweringMember, plan: Plan): Finding[] {
  const { pairTypes } = facts.agent.capabilities;
  if (pairTypes.includes(plan.type)) return [];
  const can = listed(pairTypes) || "none";
  return [violation(typeProperty(plan), `${title} cannot be in a pair of type ${plan.type}; it can do: ${can}. Declare one of these.`)];
}

function endModeIsPossible({ facts, title }: AnsweringMember, { endMode }: Plan): Finding[] {
  const { endModes } = facts.agent.capabilities;
  if (endModes.includes(endMode)) return [];
  const can = listed(endModes) || "none";
  return [violation("endMode", `${title} cannot end a pair by "${endMode}"; it can do: ${can}. Set endMode to one of these.`)];
}

/** The Agents' own word counts; the documentation knows no disabling any more. */
function endModeFitsTheVersion(plan: Plan): Finding[] {
  if (plan.endMode !== "disable" || satisfiesPlan(plan, gates.disableRemoved) !== "yes") return [];
  return [
    warning(`endMode "disable" is documented only before ${gates.disableRemoved.text}; from then on ending resets the offline Agent.`),
  ];
}

/** Forbidden since the gate, advice before it (RN 37075). */
function typesAreNotMixed(plan: Plan): Finding[] {
  const dms = plan.members.main?.dms;
  if (dms === undefined) return [];
  const present: [PairType, string][] = [];
  if (dms.pairTypes.includes("sharedHostname")) present.push(["sharedHostname", "has a shared hostname pair"]);
  else if (dms.agentsByHostname) present.push(["sharedHostname", "has an Agent that was added by hostname"]);
  if (dms.pairTypes.includes("virtualIp")) present.push(["virtualIp", "has a virtual IP pair"]);
  const forbidding = satisfiesPlan(plan, gates.mixedTypesForbidden) === "yes";
  return present
    .filter(([type]) => type !== plan.type)
    .map(([type, seen]) => {
      const reason = `The DataMiner System of main ${seen}, so a new pair in it is of the ${typeNames[type]} type. Declare that type.`;
      return forbidding ? violation(typeProperty(plan), reason) : warning(reason);
    });
}

function sameStorage({ facts: main }: AnsweringMember, { facts: backup }: AnsweringMember): Finding[] {
  const [wanted, found] = [main.agent.storage.kind, backup.agent.storage.kind];
  if (wanted === found) return [];
  return [
    violation(
      "backup",
      `Backup ${backup.agent.address} stores in ${found}, main ${main.agent.address} in ${wanted}. Prepare the backup's DB.xml for ${wanted}.`,
    ),
  ];
}

function storageIsSupported({ position, facts, title }: AnsweringMember, plan: Plan): Finding[] {
  if (facts.agent.storage.kind === "cassandraPerDma") {
    return [
      warning(`${title} stores in Cassandra per DMA, which is discouraged for Failover. Prefer STaaS or dedicated clustered storage.`),
    ];
  }
  if (facts.agent.storage.kind !== "legacySql" || satisfiesPlan(plan, gates.legacySqlUnsupported) !== "yes") return [];
  return [
    violation(position, `${title} stores in MySQL or MSSQL, which DataMiner does not support from 10.3 on. Migrate its database first.`),
  ];
}

function sameNats({ facts: main }: AnsweringMember, { facts: backup }: AnsweringMember): Finding[] {
  const [wanted, found] = [main.agent.nats, backup.agent.nats];
  if (wanted === found) return [];
  return [
    violation(
      "backup",
      `Backup ${backup.agent.address} runs NATS as ${found}, main ${main.agent.address} as ${wanted}. ` +
        "Run the BrokerGateway migration on the one that lacks it.",
    ),
  ];
}

function databaseIsCopied({ version }: Plan): Finding[] {
  if (version === undefined || copiesDatabase(version)) return [];
  return [
    warning(
      `DataMiner ${version.text} does not copy the general database: before 7.5.0 the backup's must already be an exact copy of main's.`,
    ),
  ];
}

/** "Preparing the two DataMiner Agents": the NATS cluster after the set-up. */
function natsCertificateFollows(plan: Plan): Finding[] {
  const main = plan.members.main;
  if (main === undefined) return [];
  if (main.agent.nats !== "brokerGateway" && satisfiesPlan(plan, gates.brokerGatewayMandatory) !== "yes") return [];
  const address = plan.type === "virtualIp" ? "virtual IP" : "hostname";
  return [warning(`Run NATSRepair.exe on one Agent after the set-up, so that the NATS certificates name the ${address}.`)];
}

/** What the set-up does to NATS by itself differs by version (RN 32424, RN 42494). */
function natsIsReconfigured(plan: Plan): Finding[] {
  const main = plan.members.main;
  if (main === undefined || plan.version === undefined) return [];
  if (satisfiesPlan(plan, gates.usesNats) === "yes" && satisfiesPlan(plan, gates.updatesNats) === "no") {
    return [
      warning(
        `DataMiner ${plan.version.text} does not update the NATS cluster when a pair is set up (from ${gates.updatesNats.text} on it does). ` +
          "Check the NATS configuration of every Agent after the set-up.",
      ),
    ];
  }
  if (main.agent.nats !== "brokerGateway" || satisfiesPlan(plan, gates.reconfiguresNatsFirst) !== "no") return [];
  return [
    warning(
      `DataMiner ${plan.version.text} makes the pair also when BrokerGateway cannot reconfigure NATS (from ${gates.reconfiguresNatsFirst.text} on it does not). ` +
        "Check that NATS works on both Agents after the set-up.",
    ),
  ];
}
