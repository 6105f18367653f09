import { describe, expect, test } from "vitest";
import type { Situation } from "../../provider/failover/knownIssue.js";
import { knownIssues, knownIssueTable } from "../../provider/failover/knownIssues.js";
import { parseVersion } from "../../provider/failover/version.js";

function met(version: string, changes: Partial<Omit<Situation, "version">> = {}): string[] {
  const parsed = parseVersion(version);
  if (parsed === undefined) throw new Error(`${version} is no version`);
  return knownIssues({
    act: "setUp",
    version: parsed,
    type: "virtualIp",
    virtualIps: 1,
    nats: "slnetManaged",
    storage: "staas",
    pcaps: ["npcap", "npcap"],
    ...changes,
  }).map(({ id, effect }) => `${effect} ${id}`);
}

describe("Failover configuration cannot be changed with BrokerGateway, configuration changes with BrokerGateway", () => {
  test.each([
    ["10.5.0.0-1-CU3", []],
    ["10.5.0.0-1-CU4", ["refuse Failover configuration cannot be changed with BrokerGateway"]],
    ["10.5.0.0-1-CU17", ["refuse Failover configuration cannot be changed with BrokerGateway"]],
    ["10.6.0.0-1-CU4", ["refuse Failover configuration cannot be changed with BrokerGateway"]],
    ["10.6.0.0-1-CU5", []],
    ["10.5.6.0-1", []],
    ["10.5.7.0-1", ["refuse Failover configuration cannot be changed with BrokerGateway"]],
    ["10.6.7.0-1", ["refuse Failover configuration cannot be changed with BrokerGateway"]],
    ["10.6.8.0-1", []],
    ["10.6.2617.1490", ["warn Failover configuration cannot be changed with BrokerGateway"]],
  ])("on %s, a change of mode: %j", (version, expected) => {
    expect(met(version, { act: "changeMode", nats: "brokerGateway" })).toEqual(expected);
  });

  test("does not concern SLNet-managed NATS", () => {
    expect(met("10.6.0.0-1", { act: "changeMode" })).toEqual([]);
  });

  test("counts for every advanced option (RN 45613), and refuses no set-up and no switch", () => {
    expect(met("10.6.0.0-1", { act: "switch", nats: "brokerGateway" })).not.toContain(
      "refuse Failover configuration cannot be changed with BrokerGateway",
    );
    expect(met("10.6.0.0-1", { act: "changeOptions", nats: "brokerGateway" })).toEqual([
      "refuse Failover configuration cannot be changed with BrokerGateway",
    ]);
    expect(met("10.6.0.0-1", { act: "changeVirtualIps", nats: "brokerGateway" })).toEqual([
      "refuse Failover configuration cannot be changed with BrokerGateway",
    ]);
    expect(met("10.6.0.0-1", { act: "setUp", nats: "brokerGateway" })).not.toContain(
      "refuse Failover configuration cannot be changed with BrokerGateway",
    );
  });
});

describe("Online Failover Agent unable to acquire VIP, more than two virtual IPs", () => {
  test.each([
    ["10.3.0.0-1-CU19", []],
    ["10.3.0.0-1-CU20", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.3.0.0-1-CU21", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.3.0.0-1-CU22", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.4.0.0-1-CU7", []],
    ["10.4.0.0-1-CU8", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.4.0.0-1-CU11", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.4.0.0-1-CU12", []],
    ["10.4.10.0-1", []],
    ["10.4.11.0-1", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.5.2.0-1", ["refuse Online Failover Agent unable to acquire VIP"]],
    ["10.5.3.0-1", []],
    ["10.5.0.0-1", []],
  ])("on %s: %j", (version, expected) => {
    expect(met(version, { virtualIps: 3 }).filter((entry) => entry.endsWith("Online Failover Agent unable to acquire VIP"))).toEqual(
      expected,
    );
    expect(met(version, { act: "changeVirtualIps", virtualIps: 3 })).toEqual(expected);
    expect(
      met(version, { act: "switch", virtualIps: 3 }).filter((entry) => entry.endsWith("Online Failover Agent unable to acquire VIP")),
    ).toEqual(expected);
  });

  test("is only a warning with up to two, and nothing for a shared hostname", () => {
    expect(met("10.4.11.0-1", { virtualIps: 2 })).toContain("warn Online Failover Agent unable to acquire VIP");
    expect(
      met("10.4.11.0-1", { virtualIps: 0, type: "sharedHostname" }).filter((entry) =>
        entry.endsWith("Online Failover Agent unable to acquire VIP"),
      ),
    ).toEqual([]);
  });

  test("does not stand in the way of an option that has nothing to do with addresses", () => {
    expect(met("10.4.11.0-1", { act: "changeOptions", virtualIps: 3 })).toEqual([]);
  });
});

describe("the other issues only warn, and only where they apply", () => {
  test.each<[string, string, Partial<Situation>, boolean]>([
    ["Failover Agents remain offline after upgrade", "10.3.0.0-1-CU10", {}, true],
    ["Failover Agents remain offline after upgrade", "10.3.0.0-1-CU11", {}, false],
    ["Failover Agents remain offline after upgrade", "10.4.0.0-1", {}, false],
    ["Multiple issues when Failover based on hostnames is used", "10.4.1.0-1", { type: "sharedHostname" }, true],
    ["Multiple issues when Failover based on hostnames is used", "10.4.1.0-1", {}, false],
    ["Multiple issues when Failover based on hostnames is used", "10.2.0.0-1-CU30", { type: "sharedHostname" }, true],
    ["Multiple issues when Failover based on hostnames is used", "10.4.2.0-1", { type: "sharedHostname" }, false],
    ["Offline Failover DMA not synchronized", "10.4.12.0-1", { act: "switch" }, true],
    ["Offline Failover DMA not synchronized", "10.5.1.0-1", { act: "switch" }, false],
    [
      "Failover switch taking a long time on systems with Cassandra setup",
      "10.4.5.0-1",
      { act: "switch", storage: "dedicatedCluster" },
      true,
    ],
    ["Failover switch taking a long time on systems with Cassandra setup", "10.4.5.0-1", { act: "switch" }, false],
    ["Contents of Elements folder deleted from offline Agents in Failover cluster", "10.5.0.0-1-CU9", {}, true],
    ["Contents of Elements folder deleted from offline Agents in Failover cluster", "10.5.0.0-1-CU10", {}, false],
    ["Contents of Elements folder deleted from offline Agents in Failover cluster", "10.4.0.0-1-CU22", {}, true],
    ["SLNet memory leak caused by ClusterEndpoint.json sync", "10.5.0.0-15943-CU4", {}, true],
    ["SLNet memory leak caused by ClusterEndpoint.json sync", "10.5.0.0-16239-CU4", {}, false],
    ["SLNet memory leak caused by ClusterEndpoint.json sync", "10.5.8.0-16200-CU1", {}, false],
    ["Activities and scripts delayed because of CheckVIPs thread", "10.2.0.0-1-CU15", {}, true],
    ["Activities and scripts delayed because of CheckVIPs thread", "10.2.0.0-1-CU16", {}, false],
    ["SLDataMiner addressChangeThread RTE after DMA startup", "10.6.8.0-1", { pcaps: ["npcap", "winpcap"] }, true],
    [
      "SLDataMiner addressChangeThread RTE after DMA startup",
      "10.6.8.0-1",
      { pcaps: ["winpcap", "winpcap"], type: "sharedHostname" },
      false,
    ],
    ["SLDataMiner addressChangeThread RTE after DMA startup", "10.6.8.0-1", {}, false],
    ["RTEs caused by problem during automatic NATS reconfiguration", "10.3.8.0-1", {}, true],
    ["RTEs caused by problem during automatic NATS reconfiguration", "10.3.0.0-1", {}, false],
    ["RN 43257", "10.5.8.0-1", { type: "sharedHostname" }, true],
    ["RN 43257", "10.5.8.0-1", {}, false],
    ["RN 44060", "10.5.12.0-1", {}, true],
    ["RN 44060", "10.5.12.0-1", { nats: "brokerGateway" }, false],
    ["RN 44680", "10.6.0.0-1", {}, true],
    ["RN 43089", "10.4.0.0-1-CU17", { act: "switch" }, true],
    ["RN 33160", "10.2.6.0-1", {}, true],
    ["RN 31756", "10.1.12.0-1", { act: "changeOptions" }, true],
    ["RN 28900", "10.1.0.0-1", {}, true],
    ["RN 42964", "10.5.0.0-1", { act: "switch" }, true],
    ["RN 44234", "10.6.0.0-1", { act: "switch" }, true],
    ["RN 44234", "10.6.1.0-1", { act: "switch" }, false],
    ["RN 42944", "10.5.6.0-1", { act: "switch" }, true],
    ["RN 42944", "10.5.6.0-1", { act: "switch", storage: "dedicatedCluster" }, false],
    ["RN 42944", "10.5.7.0-1", { act: "switch" }, false],
    ["RN 42944", "10.5.0.0-1-CU3", {}, true],
    ["RN 42944", "10.5.0.0-1-CU4", {}, false],
    ["RN 42890", "10.5.6.0-1", { act: "switch" }, true],
    ["RN 42890", "10.5.7.0-1", { act: "switch" }, false],
    ["RN 42890", "10.4.0.0-1-CU15", { act: "switch" }, true],
    ["RN 42890", "10.4.0.0-1-CU16", { act: "switch" }, false],
    ["RN 44908", "10.5.0.0-1-CU13", { act: "switch" }, true],
    ["RN 44908", "10.5.0.0-1-CU14", { act: "switch" }, false],
    ["RN 44908", "10.5.0.0-1-CU13", { act: "switch", nats: "brokerGateway" }, false],
    ["RN 44908", "10.5.12.0-1", {}, true],
    ["RN 44908", "10.6.1.0-1", {}, false],
    ["RN 45601", "10.5.0.0-1-CU18", { act: "switch" }, true],
    ["RN 45601", "10.5.0.0-1-CU19", { act: "switch" }, false],
    ["RN 45601", "10.6.0.0-1-CU6", { act: "switch" }, true],
    ["RN 45601", "10.6.0.0-1-CU7", { act: "switch" }, false],
    ["RN 45601", "10.6.9.0-1", { act: "switch" }, true],
    ["RN 45601", "10.6.10.0-1", { act: "switch" }, false],
    ["RN 46350", "10.5.0.0-1-CU19", { act: "switch" }, true],
    ["RN 46350", "10.5.0.0-1-CU20", { act: "switch" }, false],
    ["RN 46350", "10.6.0.0-1-CU7", { act: "switch" }, true],
    ["RN 46350", "10.6.0.0-1-CU8", { act: "switch" }, false],
    ["RN 46350", "10.6.10.0-1", { act: "switch" }, true],
    ["RN 46350", "10.6.11.0-1", { act: "switch" }, false],
    ["RN 46329", "10.6.10.0-1", {}, true],
    ["RN 46329", "10.6.11.0-1", {}, false],
    ["RN 46329", "10.6.0.0-1-CU8", {}, true],
    ["RN 46329", "10.7.0.0-1", {}, false],
    ["RN 46329", "10.4.10.0-1", {}, false],
  ])("%s on %s with %j: %s", (id, version, changes, expected) => {
    expect(met(version, changes).includes(`warn ${id}`)).toBe(expected);
  });

  test("none is met by a set-up on the newest line", () => {
    expect(met("10.7.1.0-18000")).toEqual([]);
  });
});

test("every issue has its number once, and an act for which it is said", () => {
  const ids = knownIssueTable.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(knownIssueTable.filter(({ acts, refusal }) => [...acts, ...(refusal?.acts ?? [])].length === 0)).toEqual([]);
});

test("nobody is told to set ClusterEndpointsManager to false without what that costs (RN 43794)", () => {
  const text = knownIssueTable.find(({ id }) => id === "SLNet memory leak caused by ClusterEndpoint.json sync")?.text;
  expect(text).toBe(
    "SLNet leaks memory, more with each pair. Upgrade both Agents to 10.5.0 [CU6]/10.5.9 or later; with the soft-launch option ClusterEndpointsManager " +
      "set to false instead, no Failover configuration can be changed before 10.5.0 [CU8]/10.5.11 (RN 43794)",
  );
});

test("a known issue is told in one line with the version, its number and the cure", () => {
  const version = parseVersion("10.6.0.0-1");
  const [issue] = knownIssues({
    act: "changeMode",
    version: version!,
    type: "virtualIp",
    virtualIps: 1,
    nats: "brokerGateway",
    storage: "staas",
    pcaps: [],
  });
  expect(issue?.reason).toBe(
    "DataMiner 10.6.0.0-1 has a known issue (Failover configuration cannot be changed with BrokerGateway): with BrokerGateway a changed Failover configuration fails or is aborted. " +
      "Upgrade both Agents with the policy Simultaneously first.",
  );
});
