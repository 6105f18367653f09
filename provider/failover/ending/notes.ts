import { gates } from "../gates.js";
import type { StorageKind } from "../memberFacts.js";
import { untrustedRows } from "../statusRows.js";
import { type Gate, parseVersion, satisfies } from "../version.js";
import { type EndingCase, wasReset } from "./question.js";

/** What the log says before a pair is ended: what happens to whom, and what remains to be done ("Ending a Failover configuration", "Factory reset tool"). */
export function endingNotes(ending: EndingCase, offlineUnavailable: boolean): string[] {
  return [
    ...(ending.resumed ? [`Carrying on with an ending of ${ending.online.address} that was interrupted.`] : []),
    ...(offlineUnavailable ? givenUpNotes(ending) : [...whatHappensToOffline(ending), ...storageNotes(ending)]),
    ...virtualIpNote(ending),
    ...natsClusterNote(ending),
    ...unknownStorageNote(ending),
    ...restartNote(ending),
  ];
}

function whatHappensToOffline({ online, offline, options }: EndingCase): string[] {
  const id = online.facts.agent.dataMinerId;
  if (options.endMode === "disable") {
    return [`${offline.address} keeps DataMiner ID ${id} and the configuration, inactive; the pair can be enabled again.`];
  }
  if (lacks(online.facts.agent.version, gates.resetsByItself)) {
    return [
      `${offline.address} is stopped, and is not reset by the ending itself (from ${gates.resetsByItself.text} on it is): ` +
        `run SLReset.exe on it, or remove DataMiner ID ${id}, users and data by hand, before it is started again.`,
    ];
  }
  return [
    `${offline.address} is reset to factory settings: DataMiner ID ${id}, users and data are removed. It needs a new licence before it can be in a pair again.`,
    ...natsNote({ online, offline }),
  ];
}

/** Whoever is connected there should know before, not by being cut off. */
function virtualIpNote({ online }: EndingCase): string[] {
  const addresses = online.facts.pair.config.virtualIps.map(({ address }) => address);
  if (addresses.length === 0) return [];
  const named = `virtual IP${addresses.length === 1 ? "" : "s"} ${addresses.join(" and ")}`;
  return [`${online.address} releases ${named} now: who is connected there is cut off, and reaches it at ${online.address} from then on.`];
}

/** The version has not what the gate stands for, as far as it can be told. */
function lacks(text: string, wanted: Gate): boolean {
  const version = parseVersion(text);
  return version !== undefined && satisfies(version, wanted) === "no";
}

function natsClusterNote({ online }: EndingCase): string[] {
  const { version } = online.facts.agent;
  if (lacks(version, gates.usesNats) || !lacks(version, gates.updatesNats)) return [];
  return [
    `DataMiner ${version} does not update the NATS cluster by itself when a pair ends (from ${gates.updatesNats.text} on it does): ` +
      "check the NATS configuration of every Agent.",
  ];
}

/** From the one gate to the other a reset leaves BrokerGateway behind ("Factory reset tool", RN 40759). */
function natsNote({ online, offline }: Pick<EndingCase, "online" | "offline">): string[] {
  const { nats, version } = online.facts.agent;
  const parsed = parseVersion(version);
  if (nats !== "brokerGateway" || parsed === undefined) return [];
  if (satisfies(parsed, gates.resetReturnsToSlnetNats) !== "yes" || satisfies(parsed, gates.brokerGatewayMandatory) === "yes") return [];
  return [`${offline.address} goes back to SLNet-managed NATS: run the BrokerGateway migration on it before it is paired again.`];
}

const storageTexts: Record<StorageKind, (ending: EndingCase) => string> = {
  cassandraPerDma: ({ online }) =>
    `Cassandra goes back to one node on ${online.address}. Check with nodetool status on both that they form no cluster any more.`,
  dedicatedCluster: ({ offline }) =>
    `The Cassandra cluster keeps every node; DB.xml on ${offline.address} is rewritten so that it does not name the cluster any more.`,
  staas: ({ online }) => `The data stays in the cloud (STaaS) and belongs to ${online.address}.`,
  legacySql: ({ online, offline }) =>
    `Two databases remain: ${online.address} keeps its own, that of ${offline.address} goes with its reset.`,
};

function storageNotes(ending: EndingCase): string[] {
  const { kind } = ending.online.facts.agent.storage;
  if (ending.options.endMode === "disable" && kind !== "cassandraPerDma") return [];
  return [storageTexts[kind](ending), ...cassandraNote(ending), ...cloudNote(ending)];
}

function cassandraNote({ online, offline }: EndingCase): string[] {
  const { storage, version } = online.facts.agent;
  if (storage.kind !== "cassandraPerDma" || !lacks(version, gates.splitsCassandra)) return [];
  return [
    `DataMiner ${version} may leave both nodes in one Cassandra cluster (mended in ${gates.splitsCassandra.text}): ` +
      `where nodetool status still shows ${offline.address}, remove that node by hand.`,
  ];
}

function cloudNote({ online, offline }: EndingCase): string[] {
  const { storage, version } = online.facts.agent;
  const parsed = parseVersion(version);
  if (storage.kind !== "staas" || parsed === undefined || satisfies(parsed, gates.resetDisconnectsCloud) !== "yes") return [];
  return [`The reset disconnects ${offline.address} from dataminer.services.`];
}

/** What the guard against a failing database could not see. */
function unknownStorageNote({ online, options }: EndingCase): string[] {
  const reason = options.endMode === "disable" ? undefined : untrustedRows(online.facts);
  return reason === undefined ? [] : [`Whether its storage works was not checked: ${reason}.`];
}

function restartNote({ online }: EndingCase): string[] {
  const parsed = parseVersion(online.facts.agent.version);
  if (parsed === undefined || satisfies(parsed, gates.onlineRestartsAfterEnding) !== "yes") return [];
  return [`${online.address} restarts when the ending has finished.`];
}

/**
 * What the log says of a server that is away while its pair is ended. It keeps all that it has, and nothing of what happens to one that
 * is reset happens there ("Ending a Failover configuration", the note on an offline Agent that is unavailable).
 */
function givenUpNotes(ending: EndingCase): string[] {
  if (wasReset(ending.offline.facts)) {
    return [`${ending.offline.address} was reset to factory settings already.`];
  }
  return [mustStayAway(ending), storageLeftTexts[storageOf(ending)](ending), beforeItReturns(ending)];
}

/** What stays to be heeded when all is done. */
export const givenUpReminder = (ending: EndingCase): string[] =>
  wasReset(ending.offline.facts) ? [] : [mustStayAway(ending), beforeItReturns(ending)];

const storageOf = ({ online }: EndingCase): StorageKind => online.facts.agent.storage.kind;

function mustStayAway({ online, offline, resumed }: EndingCase): string {
  const id = `DataMiner ID ${online.facts.agent.dataMinerId}`;
  const has = `${id}, its elements and its configuration, and would poll the same devices a second time.`;
  if (resumed) {
    return (
      `${offline.address} may have been reset before the ending was interrupted. Unless it shows no DataMiner ID, ` +
      `it must not come back on the network: it has ${has}`
    );
  }
  return `${offline.address} must not come back on the network: it was not reset, still has ${has}`;
}

const storageLeftTexts: Record<StorageKind, (ending: EndingCase) => string> = {
  cassandraPerDma: ({ online, offline }) =>
    `Cassandra goes back to one node on ${online.address}. The node of ${offline.address} could not be decommissioned, so recent data ` +
    `that only it has is missing: while nodetool status on ${online.address} lists it as DN, run nodetool removenode with its Host ID.`,
  dedicatedCluster: ({ offline }) =>
    `The database cluster keeps every node and all data. DB.xml on ${offline.address} was not rewritten and still names it.`,
  staas: ({ online, offline }) =>
    `The data stays in the cloud (STaaS) and belongs to ${online.address}. ${offline.address} was not disconnected from dataminer.services: ` +
    "remove its node in the Admin app, page DxMs.",
  legacySql: ({ online, offline }) =>
    `Two databases remain: ${online.address} keeps its own, and ${offline.address} still has the other one, with whatever it had not passed on.`,
};

/** SLReset.exe cleans the clustered databases that DB.xml names: the living system's, if it is not taken out first. */
function beforeItReturns(ending: EndingCase): string {
  const before = `Before ${ending.offline.address} is connected again: start it without network,`;
  return storageOf(ending) === "dedicatedCluster"
    ? `${before} take the cluster out of its DB.xml, and only then run SLReset.exe on it, which can clean the databases that DB.xml names.`
    : `${before} and run SLReset.exe on it.`;
}
