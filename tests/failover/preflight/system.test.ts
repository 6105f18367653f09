import { describe, expect, test } from "vitest";
import { declaredPair } from "../members.js";
import { broken, type Changes, card, hostnamePair, judged, warned } from "./question.js";

describe("what the Agents can do", () => {
  test.each<[string, Changes, string[]]>([
    [
      "Swarming",
      { main: { swarming: true } },
      ["main: Swarming is enabled on main 10.10.10.1, which excludes Failover. Pair an Agent without Swarming."],
    ],
    [
      "a type that one of them cannot be in",
      { backup: { capabilities: { pairTypes: ["sharedHostname"], endModes: ["delete"], endWithOfflineUnavailable: true } } },
      ["virtualIps: Backup 10.10.10.2 cannot be in a pair of type virtualIp; it can do: sharedHostname. Declare one of these."],
    ],
    [
      "a mode of ending that they do not have",
      { endMode: "disable" },
      [
        'endMode: Main 10.10.10.1 cannot end a pair by "disable"; it can do: delete. Set endMode to one of these.',
        'endMode: Backup 10.10.10.2 cannot end a pair by "disable"; it can do: delete. Set endMode to one of these.',
      ],
    ],
    [
      "different storage",
      { backup: { storage: { kind: "dedicatedCluster", replicationFactor: null } } },
      ["backup: Backup 10.10.10.2 stores in dedicatedCluster, main 10.10.10.1 in staas. Prepare the backup's DB.xml for staas."],
    ],
    [
      "MySQL from 10.3 on",
      { both: { storage: { kind: "legacySql", replicationFactor: null } } },
      [
        "main: Main 10.10.10.1 stores in MySQL or MSSQL, which DataMiner does not support from 10.3 on. Migrate its database first.",
        "backup: Backup 10.10.10.2 stores in MySQL or MSSQL, which DataMiner does not support from 10.3 on. Migrate its database first.",
      ],
    ],
    [
      "different NATS flavours",
      { backup: { nats: "brokerGateway" } },
      [
        "backup: Backup 10.10.10.2 runs NATS as brokerGateway, main 10.10.10.1 as slnetManaged. " +
          "Run the BrokerGateway migration on the one that lacks it.",
      ],
    ],
    [
      "auto-restart on a version that ignores it",
      { both: { version: "10.2.7.0-1" }, declared: { ...declaredPair, restartWhenGoingOffline: true } },
      [
        "restartWhenGoingOffline: restartWhenGoingOffline needs DataMiner 10.2.8/10.2.0 [CU5] or later; the Agents run 10.2.7.0-1. Leave it out.",
      ],
    ],
    [
      "a shared hostname before it exists",
      { both: { version: "10.1.7.0-1" }, declared: hostnamePair, when: "preview" },
      ["hostname: A shared hostname needs DataMiner 10.1.8/10.2.0 or later; the Agents run 10.1.7.0-1. Use virtual IPs."],
    ],
  ])("refuses %s", (_, changes, expected) => {
    expect(broken(changes).filter((line) => !line.startsWith("heartbeats"))).toEqual(expected);
  });

  test.each<[string, Changes, string]>([
    [
      "Cassandra per DMA",
      { both: { storage: { kind: "cassandraPerDma", replicationFactor: 2 } } },
      "Main 10.10.10.1 stores in Cassandra per DMA, which is discouraged for Failover. Prefer STaaS or dedicated clustered storage.",
    ],
    [
      "a database that has to be copied first, before 7.5.0",
      { both: { version: "7.4.5.1-1" } },
      "DataMiner 7.4.5.1-1 does not copy the general database: before 7.5.0 the backup's must already be an exact copy of main's.",
    ],
    [
      "NATS certificates with BrokerGateway",
      { both: { nats: "brokerGateway" } },
      "Run NATSRepair.exe on one Agent after the set-up, so that the NATS certificates name the virtual IP.",
    ],
    [
      "NATS certificates from 10.6 on",
      { both: { version: "10.6.0.0-1" } },
      "Run NATSRepair.exe on one Agent after the set-up, so that the NATS certificates name the virtual IP.",
    ],
    [
      "a NATS cluster that does not update itself (RN 32424)",
      { both: { version: "10.2.2.0-1" } },
      "DataMiner 10.2.2.0-1 does not update the NATS cluster when a pair is set up (from 10.2.3/10.2.0 on it does). " +
        "Check the NATS configuration of every Agent after the set-up.",
    ],
    [
      "a pair that is made although NATS is not reconfigured (RN 42494)",
      { both: { version: "10.5.6.0-1", nats: "brokerGateway" } },
      "DataMiner 10.5.6.0-1 makes the pair also when BrokerGateway cannot reconfigure NATS (from 10.5.7/10.5.0 [CU4]/10.4.0 [CU16] on it does not). " +
        "Check that NATS works on both Agents after the set-up.",
    ],
    [
      "disabling that the Agents can do but the documentation does not know",
      {
        both: { capabilities: { pairTypes: ["virtualIp"], endModes: ["delete", "disable"], endWithOfflineUnavailable: true } },
        endMode: "disable",
      },
      'endMode "disable" is documented only before 10.1.10/10.2.0; from then on ending resets the offline Agent.',
    ],
    [
      "request routing that is not installed by itself",
      { both: { version: "10.2.0.0-1-CU8" }, declared: hostnamePair, when: "preview" },
      "DataMiner 10.2.0.0-1-CU8 does not bring IIS Application Request Routing. Install it on both Agents.",
    ],
    [
      "web sessions on the offline Agent",
      { both: { version: "10.5.8.0-1" }, declared: hostnamePair, when: "preview" },
      "On DataMiner 10.5.8.0-1 web sessions that reach the offline Agent may fail (fixed in 10.5.9/10.5.0 [CU6]/10.4.0 [CU18]).",
    ],
  ])("warns of %s", (_, changes, expected) => {
    expect(broken(changes).filter((line) => !line.startsWith("heartbeats"))).toEqual([]);
    expect(warned(changes)).toContain(expected);
  });

  test.each([
    ["10.2.3.0-1", {}],
    ["10.2.0.0-1", {}],
    ["10.0.13.0-1", {}],
    ["10.5.7.0-1", { nats: "brokerGateway" }],
    ["10.5.6.0-1", {}],
  ] as const)("says nothing of a NATS cluster that follows by itself, on %s", (version, more) => {
    expect(warned({ both: { version, ...more } }).filter((line) => /update the NATS cluster|reconfigure NATS/.test(line))).toEqual([]);
  });

  test("tells known issues of the version, and refuses what they forbid", () => {
    expect(
      judged({ both: { version: "10.5.4.0-15588" } }).warnings.filter((warning) =>
        warning.includes("(Contents of Elements folder deleted from offline Agents in Failover cluster)"),
      ),
    ).toHaveLength(1);
    const three = ["corporate", "acquisition", "backbone"].map((network, index) => ({
      network,
      address: `10.10.${index + 1}0.5`,
      prefixLength: 24,
    }));
    const cards = (host: number) => three.map(({ network }, index) => card(index + 1, network, `10.10.${index + 1}0.${host}`));
    const changes: Changes = {
      declared: { ...declaredPair, virtualIps: three },
      main: { interfaces: cards(1) },
      backup: { interfaces: cards(2) },
    };
    expect(broken(changes)).toEqual([]);
    expect(broken({ ...changes, both: { version: "10.5.2.0-1" } })).toEqual([
      expect.stringMatching(/^virtualIps: DataMiner 10\.5\.2\.0-1 .*\(Online Failover Agent unable to acquire VIP\)/),
    ]);
  });
});

describe("types of pairs in one DataMiner System", () => {
  const dms = (pairTypes: string[], agentsByHostname = false) => ({ pairTypes, agentsByHostname });
  const shared = "has a shared hostname pair, so a new pair in it is of the shared hostname type. Declare that type.";

  test.each<[string, Changes, string[]]>([
    ["nothing yet, virtual IPs", { dms: dms([]) }, []],
    ["a virtual IP pair, virtual IPs", { dms: dms(["virtualIp"]) }, []],
    ["a hostname pair, virtual IPs", { dms: dms(["sharedHostname"]) }, [`virtualIps: The DataMiner System of main ${shared}`]],
    [
      "an Agent by hostname, virtual IPs",
      { dms: dms([], true) },
      [
        "virtualIps: The DataMiner System of main has an Agent that was added by hostname, so a new pair in it is of the shared hostname type. " +
          "Declare that type.",
      ],
    ],
    ["a hostname pair, a hostname", { dms: dms(["sharedHostname"], true), declared: hostnamePair, when: "preview" }, []],
    [
      "a virtual IP pair, a hostname",
      { dms: dms(["virtualIp"]), declared: hostnamePair, when: "preview" },
      ["hostname: The DataMiner System of main has a virtual IP pair, so a new pair in it is of the virtual IP type. Declare that type."],
    ],
  ])("%s", (_, changes, expected) => {
    expect(broken(changes)).toEqual(expected);
  });

  test.each([
    ["10.3.11.0-1", false],
    ["10.3.12.0-1", true],
    ["10.2.0.0-1-CU20", false],
    ["10.2.0.0-1-CU21", true],
    ["10.3.0.0-1-CU9", true],
  ])("may not be mixed on %s: %s; before, that is advice", (version, forbidden) => {
    const changes: Changes = { dms: dms(["sharedHostname"]), both: { version } };
    expect(broken(changes).length > 0).toBe(forbidden);
    expect(warned(changes).includes(`The DataMiner System of main ${shared}`)).toBe(!forbidden);
  });
});
