import { sameAddress } from "../../core/addresses.js";
import { listed } from "../../core/text.js";
import { otherPosition } from "../configuration.js";
import { gates } from "../gates.js";
import { sharedPosition } from "../roles.js";
import { type EndingCase, type EndingRefusal, type EndingRefusalCode, isPaired, wasReset } from "./question.js";

/** Undefined: this guard lets the ending pass. */
type Guard = (ending: EndingCase) => EndingRefusal | undefined;

/** In order: first whether it is the right pair, then whether it can be ended, then what would be lost. */
export const endingGuards: readonly Guard[] = [
  isThisPair,
  membersAgree,
  offlineAnswers,
  offlineCanBeGivenUp,
  membersReachEachOther,
  endModeIsPossible,
  mainStays,
  dataIsOnBothNodes,
  keptDatabaseWorks,
];

function refuse({ online }: EndingCase, code: EndingRefusalCode, text: string): EndingRefusal {
  const id = online.facts.agent.dataMinerId;
  return { code, reason: `Ending ${id === null ? `the pair of ${online.address}` : `pair ${id}`}: ${text}` };
}

/** The server that is reset must be the one that the program names. */
function isThisPair(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, options } = ending;
  const { agent, pair } = online.facts;
  const { main, backup } = pair.config;
  const partner = pair.config[otherPosition(online.position)].address;
  const named = sameAddress(pair.config[online.position].address, online.address) && sameAddress(partner, offline.address);
  if (!named || pair.position !== online.position) {
    return refuse(
      ending,
      "OTHER_PAIR",
      `${online.address} is the ${pair.position} of a pair of ${main.address} and ${backup.address}, ` +
        `not the ${online.position} of one with ${offline.address}. Correct the program, or end that pair by hand.`,
    );
  }
  if (options.dataMinerId === undefined || options.dataMinerId === null || options.dataMinerId === agent.dataMinerId) return undefined;
  return refuse(
    ending,
    "OTHER_PAIR",
    `${online.address} has DataMiner ID ${agent.dataMinerId ?? "none"}, recorded is ${options.dataMinerId}. Run \`pulumi refresh\` and check which pair this is.`,
  );
}

/** A member that was reset has its say no more, and one that is being ended need not be told. */
function membersAgree(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, resumed } = ending;
  if (!isPaired(offline.facts) || resumed) return undefined;
  const shared = sharedPosition(online.facts, offline.facts);
  if (shared !== undefined) {
    const seen = `both ${online.address} and ${offline.address} say that they are the ${shared} one`;
    return refuse(ending, "MEMBERS_DISAGREE", `${seen}. Correct the Failover configuration of the one that is not, then try again.`);
  }
  if (online.facts.revision === offline.facts.revision) return undefined;
  return refuse(
    ending,
    "MEMBERS_DISAGREE",
    `${online.address} and ${offline.address} hold different configurations. Wait until they are synchronized, or correct one of them, then try again.`,
  );
}

/** Silence towards us alone gives nobody up: the online member is the judge (RN 33827). */
function offlineAnswers(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, options, resumed } = ending;
  if (offline.facts !== undefined || resumed) return undefined;
  if (offline.refusal !== undefined) {
    return refuse(ending, "MEMBER_REFUSES", `the offline Agent ${offline.address} is alive but tells nothing. ${offline.refusal}`);
  }
  if (online.facts.pair.buddyReachable) {
    return refuse(
      ending,
      "OFFLINE_SILENT_HERE",
      `the offline Agent ${offline.address} does not answer here, but the online Agent ${online.address} reaches it. ` +
        `Check the path from here to ${offline.address}, and its token.`,
    );
  }
  if (options.allowUnreachableOffline) return undefined;
  return refuse(
    ending,
    "OFFLINE_UNREACHABLE",
    `the offline Agent ${offline.address} does not answer. Bring it back, or set allowUnreachableOffline, run \`pulumi up\` first, and keep that server off the network afterwards.`,
  );
}

function offlineCanBeGivenUp(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, resumed } = ending;
  if (offline.facts !== undefined || resumed || online.facts.agent.capabilities.endWithOfflineUnavailable) return undefined;
  return refuse(
    ending,
    "OFFLINE_UNAVAILABLE_UNSUPPORTED",
    `the offline Agent ${offline.address} is unavailable, and ending without it needs DataMiner ${gates.endWithOfflineUnavailable.text} or later; ` +
      `${online.address} runs ${online.facts.agent.version}. Bring it back, or upgrade.`,
  );
}

/** A server that is alive is never given up: it would go on polling under the same ID. */
function membersReachEachOther(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, resumed } = ending;
  if (offline.facts === undefined || resumed || wasReset(offline.facts) || online.facts.pair.buddyReachable) return undefined;
  return refuse(
    ending,
    "MEMBERS_CUT_OFF",
    `both answer here, but the online Agent ${online.address} does not reach ${offline.address}. ` +
      `Repair the path between them, or shut ${offline.address} down for good, set allowUnreachableOffline and run \`pulumi up\` first.`,
  );
}

function endModeIsPossible(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, options } = ending;
  const members = [online, offline].filter(({ facts }) => isPaired(facts));
  const unable = members.find(({ facts }) => !facts?.agent.capabilities.endModes.includes(options.endMode));
  if (unable === undefined) return undefined;
  const can = listed(unable.facts?.agent.capabilities.endModes ?? []) || "none";
  return refuse(
    ending,
    "END_MODE_UNSUPPORTED",
    `${unable.address} cannot end a pair by "${options.endMode}"; it can do: ${can}. Set endMode to one of these and run \`pulumi up\` first.`,
  );
}

function mainStays(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, options } = ending;
  if (online.position === "main" || options.endMode === "disable" || options.allowResetOfMain) return undefined;
  return refuse(
    ending,
    "BACKUP_IS_ONLINE",
    `the backup ${online.address} is online, so the main Agent ${offline.address} would be reset. Switch back first, or set allowResetOfMain and run \`pulumi up\` before \`pulumi destroy\`.`,
  );
}

/** "Ending a Failover configuration": Cassandra per DMA goes back to one node, in both modes. An interrupted ending may have done so by now. */
function dataIsOnBothNodes(ending: EndingCase): EndingRefusal | undefined {
  const { kind, replicationFactor } = ending.online.facts.agent.storage;
  if (
    kind !== "cassandraPerDma" ||
    ending.options.allowDataLoss ||
    ending.resumed ||
    (replicationFactor !== null && replicationFactor >= 2)
  )
    return undefined;
  const seen = replicationFactor === null ? "an unknown replication factor" : `replication factor ${replicationFactor}`;
  return refuse(
    ending,
    "DATA_ON_ONE_NODE",
    `the keyspaces SLDMADB and system_auth have ${seen}, so data that only ${ending.offline.address} holds would be lost. ` +
      "Set it to 2 and run a repair, or set allowDataLoss and run `pulumi up` first.",
  );
}

/** The reset takes the other copy of the data along, so the one that stays must be whole (row Database). */
function keptDatabaseWorks(ending: EndingCase): EndingRefusal | undefined {
  const { online, offline, options, resumed } = ending;
  if (options.endMode === "disable" || options.allowDataLoss || resumed || online.facts.status?.database.value !== "Failing")
    return undefined;
  const { kind } = online.facts.agent.storage;
  const other =
    kind === "staas" || kind === "dedicatedCluster"
      ? `. Both use the same storage, and after the reset of ${offline.address} nobody is left who may still reach it.`
      : `, and the one of ${offline.address} goes with its reset.`;
  return refuse(
    ending,
    "DATABASE_FAILING",
    `the database of ${online.address}, which stays, is Failing${other} Repair it, or set allowDataLoss and run \`pulumi up\` first.`,
  );
}
