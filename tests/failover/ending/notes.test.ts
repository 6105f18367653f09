import { describe, expect, test } from "vitest";
import type { AgentFacts, StorageKind } from "../../../provider/failover/memberFacts.js";
import { paired } from "../members.js";
import { plan } from "./question.js";

const endModes = (...modes: string[]) => ({ pairTypes: ["virtualIp"], endModes: modes, endWithOfflineUnavailable: true });

function notes(agent: Partial<AgentFacts> = {}, options: Parameters<typeof plan>[2] = {}): string[] {
  return plan(paired("main", { agent }), paired("backup", { agent }), options).notes;
}

const storage = (kind: StorageKind): Partial<AgentFacts> => ({ storage: { kind, replicationFactor: 2 } });

test("the log says what becomes of the offline Agent, of the data, and that the online one restarts", () => {
  expect(notes()).toEqual([
    "10.10.10.2 is reset to factory settings: DataMiner ID 111, users and data are removed. It needs a new licence before it can be in a pair again.",
    "The data stays in the cloud (STaaS) and belongs to 10.10.10.1.",
    "The reset disconnects 10.10.10.2 from dataminer.services.",
    "10.10.10.1 restarts when the ending has finished.",
  ]);
});

describe("the log says of the storage", () => {
  test.each<[StorageKind, string]>([
    [
      "cassandraPerDma",
      "Cassandra goes back to one node on 10.10.10.1. Check with nodetool status on both that they form no cluster any more.",
    ],
    [
      "dedicatedCluster",
      "The Cassandra cluster keeps every node; DB.xml on 10.10.10.2 is rewritten so that it does not name the cluster any more.",
    ],
    ["legacySql", "Two databases remain: 10.10.10.1 keeps its own, that of 10.10.10.2 goes with its reset."],
  ])("%s", (kind, expected) => {
    expect(notes(storage(kind))).toContain(expected);
  });
});

describe("the log says by the version", () => {
  test.each<[string, string, Partial<AgentFacts>, boolean]>([
    ["restarts when the ending has finished", "10.4.8.0-1", {}, false],
    ["restarts when the ending has finished", "10.4.9.0-1", {}, true],
    ["restarts when the ending has finished", "10.4.0.0-1-CU5", {}, false],
    ["restarts when the ending has finished", "10.3.0.0-1-CU18", {}, true],
    ["disconnects 10.10.10.2 from dataminer.services", "10.4.6.0-1", {}, false],
    ["disconnects 10.10.10.2 from dataminer.services", "10.4.7.0-1", {}, true],
    ["goes back to SLNet-managed NATS", "10.5.4.0-1", { nats: "brokerGateway" }, false],
    ["goes back to SLNet-managed NATS", "10.5.5.0-1", { nats: "brokerGateway" }, true],
    ["goes back to SLNet-managed NATS", "10.6.0.0-1", { nats: "brokerGateway" }, false],
    ["goes back to SLNet-managed NATS", "10.5.5.0-1", {}, false],
  ])("that it %s on %s with %j: %s", (text, version, changes, expected) => {
    expect(notes({ version, ...changes }).some((note) => note.includes(text))).toBe(expected);
  });
});

test("a disabled pair keeps everything, except that Cassandra per DMA goes back to one node", () => {
  const capabilities = endModes("delete", "disable");
  const version = "10.1.0.0-1";
  expect(notes({ capabilities, version }, { endMode: "disable" })).toEqual([
    "10.10.10.2 keeps DataMiner ID 111 and the configuration, inactive; the pair can be enabled again.",
  ]);
  expect(notes({ capabilities, version, ...storage("cassandraPerDma") }, { endMode: "disable" })).toHaveLength(2);
});

test("a server that was given up must not come back on the network", () => {
  const cut = paired("main", { pair: { buddyReachable: false }, agent: storage("cassandraPerDma") });
  const [first, ...others] = plan(cut, undefined, { allowUnreachableOffline: true }).notes;
  expect(first).toBe(
    "10.10.10.2 must not come back on the network: it was not reset, still has DataMiner ID 111 and would poll the same devices a second time. " +
      "Its database node was not decommissioned, so recent data may be missing.",
  );
  expect(others.join(" ")).not.toContain("is reset");
});
