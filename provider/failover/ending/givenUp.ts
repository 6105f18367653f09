import type { StorageKind } from "../memberFacts.js";
import { type EndingCase, wasReset } from "./question.js";

/**
 * What the log says of a server that is away while its pair is ended. It keeps all that it has, and nothing of what happens to one that
 * is reset happens there ("Ending a Failover configuration", the note on an offline Agent that is unavailable).
 */
export function givenUpNotes(ending: EndingCase): string[] {
  if (wasReset(ending.offline.facts)) {
    return [`${ending.offline.address} was reset to factory settings already.`];
  }
  return [mustStayAway(ending), storageTexts[storageOf(ending)](ending), beforeItReturns(ending)];
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

const storageTexts: Record<StorageKind, (ending: EndingCase) => string> = {
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
