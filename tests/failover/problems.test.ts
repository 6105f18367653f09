import { describe, expect, test } from "vitest";
import type { Configuration } from "../../provider/failover/configuration.js";
import type { StorageKind } from "../../provider/failover/memberFacts.js";
import { preflight } from "../../provider/failover/preflight.js";
import { findGivenUp } from "../../provider/failover/problems.js";
import type { StatusRows } from "../../provider/failover/statusTable.js";
import {
  backupAddress,
  declaredPair,
  mainAddress,
  member,
  type PairedChanges,
  pairConfiguration,
  paired,
  problemsOf,
  status,
  view,
} from "./members.js";

const main = { position: "main", address: mainAddress } as const;
const backup = { position: "backup", address: backupAddress } as const;
const bad = { figure: null, fault: null, failureReason: null, failCount: null, lasting: null };

describe("problems", () => {
  const shown = (changes: Partial<StatusRows>) => problemsOf({ ...paired("main"), status: status(changes) }, paired("backup"));

  test("are none in a healthy pair", () => {
    expect(problemsOf(paired("main"), paired("backup"))).toEqual([]);
  });

  test("name a silent member", () => {
    expect(problemsOf(paired("main"), undefined)).toEqual([{ kind: "unreachable", member: backup }]);
  });

  test("name a member of the pair without a status", () => {
    expect(problemsOf(paired("main"), { ...paired("backup"), status: null })).toEqual([{ kind: "noStatus", member: backup }]);
  });

  test("name a member that knows of no pair, and say nothing else of it", () => {
    expect(problemsOf(paired("main"), member("backup"))).toEqual([{ kind: "noPair", member: backup }]);
  });

  test("name a member that is in a pair with somebody else, with whom", () => {
    const config = { ...pairConfiguration, backup: { address: "10.10.10.9", acquisitionAddress: null } };
    expect(problemsOf(paired("main", { pair: { config } }), paired("backup"))).toEqual([
      { kind: "otherPair", member: main, seen: { main: mainAddress, backup: "10.10.10.9" }, expected: backupAddress },
    ]);
  });

  test("name a member that claims the other one's place", () => {
    expect(problemsOf(paired("main"), paired("backup", { pair: { position: "main" } }))).toEqual([
      { kind: "otherPosition", member: backup, seen: "main", expected: "backup" },
    ]);
  });

  test.each<[string, PairedChanges, PairedChanges, object]>([
    ["both are online", {}, { failoverStatus: "Online" }, { kind: "bothOnline" }],
    ["both are offline", { failoverStatus: "Offline" }, {}, { kind: "bothOffline" }],
    ["they hold two configurations", {}, { revision: "r2" }, { kind: "twoConfigurations" }],
    ["both are main", {}, { pair: { position: "main" } }, { kind: "samePosition", seen: "main" }],
  ])("say how the members of an invalid pair contradict each other: %s", (_, one, other, contradiction) => {
    const found = problemsOf(paired("main", one), paired("backup", other), { isInvalid: true });
    expect(found.at(-1)).toEqual(contradiction);
  });

  test.each<[Partial<StatusRows>, object]>([
    [
      {
        connectivity: [
          { kind: "Heartbeat", label: "Heartbeat to 10.10.10.2", value: "Failing", failureReason: "No route\nto host.", failCount: 4 },
        ],
      },
      { key: "connectivity", row: "Heartbeat to 10.10.10.2", word: "Failing", failureReason: "No route to host.", failCount: 4 },
    ],
    [
      { connectivity: [{ kind: "Inverted Heartbeat", label: "10.10.10.254", value: "Failing", failCount: 1 }] },
      { key: "connectivity", row: "Inverted Heartbeat 10.10.10.254", word: "Failing", failCount: 1 },
    ],
    [{ dbSyncStack: { value: "Too Large", pending: 1200 } }, { key: "dbSyncStack", row: "DB Sync Stack", word: "Too Large", figure: 1200 }],
    [{ rteCount: 2 }, { key: "rteCount", row: "RTE Count", word: null, figure: 2 }],
    [{ nics: [{ index: 2, value: "Unavailable" }] }, { key: "nics", row: "NIC 2", word: "Unavailable" }],
    [
      { nats: { value: "OK", clusterEndpointsInSync: false } },
      { key: "nats", row: "NATS communication", word: "OK", fault: "not in sync with the cluster endpoints" },
    ],
    [
      { nats: { value: "OK", clusterEndpointsInSync: false, failureReason: "No connection" } },
      { key: "nats", row: "NATS communication", word: "OK", failureReason: "No connection" },
    ],
  ])("of %j are the row as it is", (changes, row) => {
    expect(shown(changes)).toEqual([{ kind: "row", member: main, ...bad, ...row }]);
  });

  test("come in the order of the window", () => {
    const found = shown({
      database: { value: "Failing" },
      configuration: { value: "Invalid" },
      syncConnection: { value: "Not Available" },
    });
    expect(found.map((problem) => problem.kind === "row" && problem.key)).toEqual(["configuration", "syncConnection", "database"]);
  });

  test("are at most 15 rows of a member, and how many more there are", () => {
    const connectivity = Array.from({ length: 18 }, (_, index) => ({ kind: "Ping", label: `Ping ${index}`, value: "Failing" }));
    const found = shown({ connectivity });
    expect(found.map(({ kind }) => kind)).toEqual([...Array<string>(15).fill("row"), "moreRows"]);
    expect(found.at(-1)).toEqual({ kind: "moreRows", member: main, count: 3 });
  });
});

describe("where the DataMiner System reaches the pair (RN 43257)", () => {
  const hostnameConfiguration: Configuration = {
    ...{ ...pairConfiguration, type: "sharedHostname", virtualIps: [], hostname: "dma.skyline.local" },
  };
  const reachedAt = (primaryAddress: string | null, changes: PairedChanges = {}) =>
    problemsOf({ ...paired("main", changes), dms: { pairTypes: [], agentsByHostname: false, primaryAddress } }, paired("backup")).filter(
      ({ kind }) => kind === "reachedElsewhere",
    );

  test.each<[string, string | null, PairedChanges]>([
    ["its virtual IP", "10.10.10.5", {}],
    ["its hostname, in any spelling", "DMA.Skyline.local.", { pair: { config: hostnameConfiguration } }],
    ["nowhere that is told", null, {}],
    ["the Agent's own address while the pair is being set up", "10.10.10.1", { pair: { state: "configuring" } }],
    ["the Agent's own address in a disabled pair", "10.10.10.1", { pair: { state: "inactive" } }],
    ["the Agent's own address, says an offline member", "10.10.10.1", { failoverStatus: "Offline" }],
    ["the Agent's own address while something is under way", "10.10.10.1", { pair: { operation: { state: "running" } } }],
  ])("is no problem at %s", (_, address, changes) => {
    expect(reachedAt(address, changes)).toEqual([]);
  });

  test("is one at the online Agent's own address instead of the hostname", () => {
    expect(reachedAt("10.10.10.1", { pair: { config: hostnameConfiguration }, agent: { version: "10.5.8.0-1" } })).toEqual([
      {
        ...{ kind: "reachedElsewhere", member: main, seen: "10.10.10.1", expected: "dma.skyline.local" },
        mendedIn: "10.5.9/10.5.0 [CU6]/10.4.0 [CU18]",
      },
    ]);
  });

  test("is one at another address than the virtual IP, also where the version is not to blame", () => {
    expect(reachedAt("10.10.10.99")).toEqual([
      { kind: "reachedElsewhere", member: main, seen: "10.10.10.99", expected: "10.10.10.5", mendedIn: null },
    ]);
  });
});

describe("databases that fail on both members", () => {
  const failing = (kind: StorageKind): PairedChanges => ({
    agent: { storage: { kind, replicationFactor: null } },
    status: { database: { value: "Failing" } },
  });

  test("are said to make the system write to files, with Cassandra per DMA", () => {
    const found = problemsOf(paired("main", failing("cassandraPerDma")), paired("backup", failing("cassandraPerDma")));
    expect(found.map(({ kind }) => kind)).toEqual(["row", "row", "bothDatabasesDown"]);
  });

  test.each<[string, PairedChanges, PairedChanges | undefined]>([
    ["one of them works", failing("cassandraPerDma"), {}],
    ["one of them is not told", failing("cassandraPerDma"), undefined],
    ["it is another storage", failing("dedicatedCluster"), failing("dedicatedCluster")],
  ])("are not while %s", (_, one, other) => {
    const found = problemsOf(paired("main", one), other && paired("backup", other));
    expect(found.map(({ kind }) => kind)).not.toContain("bothDatabasesDown");
  });
});

describe("an Agent that was given up and is back", () => {
  const kept = (position: "main" | "backup", changes = {}) =>
    member(position, { pristine: false, cluster: "DMS", elementCount: 40, ...changes });
  const find = (one: Parameters<typeof view>[1], other: Parameters<typeof view>[1]) =>
    findGivenUp({ main: view("main", one), backup: view("backup", other) });

  test("is known by the pair that the other one is in no more", () => {
    expect(find(kept("main"), paired("backup"))).toEqual({
      ...{ kind: "givenUp", member: backup, kept: main, dataMinerId: 111, isOnline: false },
    });
    expect(find(paired("main"), kept("backup"))).toMatchObject({ member: main, kept: backup, isOnline: true });
    expect(problemsOf(kept("main"), paired("backup")).map(({ kind }) => kind)).toContain("givenUp");
  });

  test.each([
    ["both are in the pair", paired("main"), paired("backup")],
    ["neither is", kept("main"), kept("backup")],
    ["the other one is silent", undefined, paired("backup")],
    ["the pair is being set up: the backup is fresh", paired("main"), member("backup")],
    ["the other one was reset", paired("main"), member("backup", { dataMinerId: null })],
    ["the other one has another ID", kept("main", { dataMinerId: 222 }), paired("backup")],
    ["its pair is one with somebody else", kept("main", { address: "10.10.10.9" }), paired("backup")],
  ])("is none while %s", (_, one, other) => {
    expect(find(one, other)).toBeUndefined();
  });

  test.each(["main", "backup"] as const)("is a violation of preflight, and the only one about that pair: %s", (position) => {
    const members =
      position === "backup" ? { main: kept("main"), backup: paired("backup") } : { main: paired("main"), backup: kept("backup") };
    const { violations } = preflight({ ...members, declared: declaredPair, endMode: "delete", when: "preview" });
    const about = violations.filter(({ reason }) => reason.includes("pair"));
    expect(about).toEqual([{ property: position, reason: expect.stringContaining("so looks an Agent that was given up and came back.") }]);
    expect(about[0]?.reason).toContain(position === "backup" ? `Backup ${backupAddress}` : `Main ${mainAddress}`);
  });
});
