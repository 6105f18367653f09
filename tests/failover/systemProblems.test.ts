import { describe, expect, test } from "vitest";
import type { Configuration } from "../../provider/failover/configuration.js";
import type { StorageKind } from "../../provider/failover/memberFacts.js";
import { problems } from "../../provider/failover/problems.js";
import { type PairedChanges, pairConfiguration, paired, view } from "./members.js";

const hostnameConfiguration: Configuration = {
  ...pairConfiguration,
  type: "sharedHostname",
  virtualIps: [],
  hostname: "dma.skyline.local",
};

describe("where the DataMiner System reaches the pair (RN 43257)", () => {
  const reachedAt = (primaryAddress: string | null, changes: PairedChanges = {}) => {
    const main = { ...paired("main", changes), dms: { pairTypes: [], agentsByHostname: false, primaryAddress } };
    return problems([view("main", main), view("backup", paired("backup"))]);
  };

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
      "main 10.10.10.1: the DataMiner System reaches the pair at 10.10.10.1, not at dma.skyline.local. Versions before 10.5.9/10.5.0 [CU6]/10.4.0 [CU18] " +
        "set that wrong, and such a pair cannot be removed from its system (RN 43257). Upgrade both Agents.",
    ]);
  });

  test("is one at another address than the virtual IP, also where the version is not to blame", () => {
    expect(reachedAt("10.10.10.99")).toEqual([
      "main 10.10.10.1: the DataMiner System reaches the pair at 10.10.10.99, not at 10.10.10.5. Such a pair cannot be removed from its system (RN 43257). " +
        "Check its address in DMS.xml of the other Agents.",
    ]);
  });
});

describe("databases that fail on both members", () => {
  const failing = (kind: StorageKind): PairedChanges => ({
    agent: { storage: { kind, replicationFactor: null } },
    status: { database: { value: "Failing" } },
  });
  const offloads =
    "Both Cassandra nodes are down: the system writes to files until one of them is back. Repair one, and leave the files where they are.";

  test("are said to make the system write to files, with Cassandra per DMA", () => {
    const found = problems([
      view("main", paired("main", failing("cassandraPerDma"))),
      view("backup", paired("backup", failing("cassandraPerDma"))),
    ]);
    expect(found).toEqual(["main 10.10.10.1: Database is Failing.", "backup 10.10.10.2: Database is Failing.", offloads]);
  });

  test.each<[string, PairedChanges, PairedChanges | undefined]>([
    ["one of them works", failing("cassandraPerDma"), {}],
    ["one of them is not told", failing("cassandraPerDma"), undefined],
    ["it is another storage", failing("dedicatedCluster"), failing("dedicatedCluster")],
  ])("are not while %s", (_, main, backup) => {
    const views = [view("main", paired("main", main)), view("backup", backup && paired("backup", backup))];
    expect(problems(views)).not.toContain(offloads);
  });
});
