import { describe, expect, test } from "vitest";
import type { AgentFacts, StorageKind } from "../../../provider/failover/memberFacts.js";
import { member, pairConfiguration, paired } from "../members.js";
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
    "10.10.10.1 releases virtual IP 10.10.10.5 now: who is connected there is cut off, and reaches it at 10.10.10.1 from then on.",
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
    ["is not reset by the ending itself", "10.1.1.0-1", {}, true],
    ["is not reset by the ending itself", "10.1.2.0-1", {}, false],
    ["is not reset by the ending itself", "10.1.0.0-1", {}, true],
    ["is not reset by the ending itself", "10.1.0.0-1-CU1", {}, false],
    ["does not update the NATS cluster by itself", "10.2.2.0-1", {}, true],
    ["does not update the NATS cluster by itself", "10.2.3.0-1", {}, false],
    ["does not update the NATS cluster by itself", "10.2.0.0-1", {}, false],
    ["may leave both nodes in one Cassandra cluster", "10.2.3.0-1", storage("cassandraPerDma"), true],
    ["may leave both nodes in one Cassandra cluster", "10.2.4.0-1", storage("cassandraPerDma"), false],
    ["may leave both nodes in one Cassandra cluster", "10.1.0.0-1-CU6", storage("cassandraPerDma"), true],
    ["may leave both nodes in one Cassandra cluster", "10.2.0.0-1", storage("cassandraPerDma"), false],
    ["may leave both nodes in one Cassandra cluster", "10.2.3.0-1", {}, false],
  ])("that it %s on %s with %j: %s", (text, version, changes, expected) => {
    expect(notes({ version, ...changes }).some((note) => note.includes(text))).toBe(expected);
  });
});

test.each([
  ["10.5.6.0-1", true],
  ["10.5.7.0-1", false],
])("the log says that a guard could not count on the database row of STaaS before 10.5.7: %s %s", (version, said) => {
  const note =
    "Whether its storage works was not checked: the rows Database and RTE Count of 10.10.10.1 prove nothing: before 10.5.7/10.5.0 [CU4] they look well " +
    "although STaaS is degraded (RN 42944). Check that STaaS works.";
  expect(notes({ version }).includes(note)).toBe(said);
  expect(notes({ version, ...storage("legacySql") })).not.toContain(note);
});

test("a disabled pair keeps everything, except that Cassandra per DMA goes back to one node", () => {
  const capabilities = endModes("delete", "disable");
  const version = "10.1.0.0-1";
  expect(notes({ capabilities, version }, { endMode: "disable" })).toEqual([
    "10.10.10.2 keeps DataMiner ID 111 and the configuration, inactive; the pair can be enabled again.",
    "10.10.10.1 releases virtual IP 10.10.10.5 now: who is connected there is cut off, and reaches it at 10.10.10.1 from then on.",
    "DataMiner 10.1.0.0-1 does not update the NATS cluster by itself when a pair ends (from 10.2.3/10.2.0 on it does): check the NATS configuration of every Agent.",
  ]);
  expect(notes({ capabilities, version, ...storage("cassandraPerDma") }, { endMode: "disable" }).join(" ")).toContain(
    "goes back to one node",
  );
});

describe("of a server that is away, the log says only what is true there", () => {
  const away = (kind: StorageKind, changes: Partial<AgentFacts> = {}) =>
    plan(paired("main", { pair: { buddyReachable: false }, agent: { ...storage(kind), ...changes } }), undefined, {
      allowUnreachableOffline: true,
    });
  const stays =
    "10.10.10.2 must not come back on the network: it was not reset, still has DataMiner ID 111, its elements and its configuration, " +
    "and would poll the same devices a second time.";

  test.each<[StorageKind, string[]]>([
    [
      "cassandraPerDma",
      [
        "Cassandra goes back to one node on 10.10.10.1. The node of 10.10.10.2 could not be decommissioned, so recent data that only it has is missing: " +
          "while nodetool status on 10.10.10.1 lists it as DN, run nodetool removenode with its Host ID.",
        "Before 10.10.10.2 is connected again: start it without network, and run SLReset.exe on it.",
      ],
    ],
    [
      "dedicatedCluster",
      [
        "The database cluster keeps every node and all data. DB.xml on 10.10.10.2 was not rewritten and still names it.",
        "Before 10.10.10.2 is connected again: start it without network, take the cluster out of its DB.xml, and only then run SLReset.exe on it, " +
          "which can clean the databases that DB.xml names.",
      ],
    ],
    [
      "staas",
      [
        "The data stays in the cloud (STaaS) and belongs to 10.10.10.1. 10.10.10.2 was not disconnected from dataminer.services: " +
          "remove its node in the Admin app, page DxMs.",
        "Before 10.10.10.2 is connected again: start it without network, and run SLReset.exe on it.",
      ],
    ],
    [
      "legacySql",
      [
        "Two databases remain: 10.10.10.1 keeps its own, and 10.10.10.2 still has the other one, with whatever it had not passed on.",
        "Before 10.10.10.2 is connected again: start it without network, and run SLReset.exe on it.",
      ],
    ],
  ])("%s", (kind, expected) => {
    const { notes: said, closing } = away(kind, { version: "10.4.8.0-1" });
    expect(said.slice(0, 4)).toEqual([stays, ...expected, expect.stringMatching(/^10\.10\.10\.1 releases virtual IP 10\.10\.10\.5 now: /)]);
    expect(closing).toEqual([stays, expected[1]]);
  });

  test.each<StorageKind>(["cassandraPerDma", "dedicatedCluster", "staas", "legacySql"])(
    "%s: nothing of a reset, a licence, NATS or a cloud that cannot happen there",
    (kind) => {
      const said = away(kind, { version: "10.5.5.0-1", nats: "brokerGateway" }).notes.join("\n");
      for (const untrue of [
        "is reset",
        "goes with its reset",
        "is rewritten",
        "The reset disconnects",
        "licence",
        "goes back to SLNet",
        "with nodetool status on both",
      ]) {
        expect(said).not.toContain(untrue);
      }
      expect(said).toContain("10.10.10.1 restarts when the ending has finished.");
    },
  );

  test("one that an interrupted ending has reset by then is no danger", () => {
    const online = paired("main", { pair: { buddyReachable: false, state: "ending" }, agent: storage("staas") });
    const reset = member("backup", { dataMinerId: null, pristine: true });
    const { notes: said, closing } = plan(online, reset, { allowUnreachableOffline: true });
    expect(said.slice(0, 2)).toEqual([
      "Carrying on with an ending of 10.10.10.1 that was interrupted.",
      "10.10.10.2 was reset to factory settings already.",
    ]);
    expect(said.join(" ")).not.toContain("must not come back");
    expect(closing).toEqual([]);
  });

  test("one of which nobody knows whether an interrupted ending has reset it is treated as if it was not", () => {
    const online = paired("main", { pair: { buddyReachable: false, state: "ending" }, agent: storage("legacySql") });
    expect(plan(online, undefined, { allowUnreachableOffline: true }).notes[1]).toBe(
      "10.10.10.2 may have been reset before the ending was interrupted. Unless it shows no DataMiner ID, it must not come back on the network: " +
        "it has DataMiner ID 111, its elements and its configuration, and would poll the same devices a second time.",
    );
  });
});

describe("the log says of the virtual IPs", () => {
  const released = (...addresses: string[]) => {
    const virtualIps = addresses.map((address) => ({ network: "corporate" as const, address, prefixLength: 24 }));
    const config = { ...pairConfiguration, virtualIps };
    return plan(paired("main", { pair: { config } }), paired("backup", { pair: { config } })).notes.filter((note) =>
      note.includes("releases"),
    );
  };

  test("that both are released", () => {
    expect(released("10.10.10.5", "10.20.20.5")).toEqual([
      expect.stringContaining("releases virtual IPs 10.10.10.5 and 10.20.20.5 now: who is connected there is cut off"),
    ]);
  });

  test("nothing where there is none", () => {
    expect(released()).toEqual([]);
  });
});

test("nothing is promised of a version that cannot be read, nor of a cloud that the data is not in", () => {
  const notesOf = (agent: Partial<AgentFacts>) => notes(agent).join("\n");
  expect(notesOf({ version: "unknown", nats: "brokerGateway" })).not.toMatch(/restarts|disconnects|SLNet-managed|not reset by the ending/);
  expect(notesOf({ ...storage("dedicatedCluster") })).not.toContain("dataminer.services");
});

test("the log says nothing of NATS and of the cloud where the version does neither", () => {
  const toEnd = [
    /^10\.10\.10\.2 is reset to factory settings/,
    /^The data stays in the cloud/,
    /^10\.10\.10\.1 releases/,
    /^Whether its storage works/,
  ];
  expect(notes({ version: "10.4.6.0-1", nats: "brokerGateway" })).toEqual(toEnd.map((said) => expect.stringMatching(said)));
});
