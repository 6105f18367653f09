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

describe("K1, configuration changes with BrokerGateway", () => {
  test.each([
    ["10.5.0.0-1-CU3", []],
    ["10.5.0.0-1-CU4", ["refuse K1"]],
    ["10.5.0.0-1-CU17", ["refuse K1"]],
    ["10.6.0.0-1-CU4", ["refuse K1"]],
    ["10.6.0.0-1-CU5", []],
    ["10.5.6.0-1", []],
    ["10.5.7.0-1", ["refuse K1"]],
    ["10.6.7.0-1", ["refuse K1"]],
    ["10.6.8.0-1", []],
    ["10.6.2617.1490", ["warn K1"]],
  ])("on %s, a change of mode: %j", (version, expected) => {
    expect(met(version, { act: "changeMode", nats: "brokerGateway" })).toEqual(expected);
  });

  test("does not concern SLNet-managed NATS", () => {
    expect(met("10.6.0.0-1", { act: "changeMode" })).toEqual([]);
  });

  test("counts for every advanced option (RN 45613), and refuses no set-up and no switch", () => {
    expect(met("10.6.0.0-1", { act: "switch", nats: "brokerGateway" })).not.toContain("refuse K1");
    expect(met("10.6.0.0-1", { act: "changeOptions", nats: "brokerGateway" })).toEqual(["refuse K1"]);
    expect(met("10.6.0.0-1", { act: "changeVirtualIps", nats: "brokerGateway" })).toEqual(["refuse K1"]);
    expect(met("10.6.0.0-1", { act: "setUp", nats: "brokerGateway" })).not.toContain("refuse K1");
  });
});

describe("K2, more than two virtual IPs", () => {
  test.each([
    ["10.3.0.0-1-CU19", []],
    ["10.3.0.0-1-CU20", ["refuse K2"]],
    ["10.3.0.0-1-CU21", ["refuse K2"]],
    ["10.3.0.0-1-CU22", ["refuse K2"]],
    ["10.4.0.0-1-CU7", []],
    ["10.4.0.0-1-CU8", ["refuse K2"]],
    ["10.4.0.0-1-CU11", ["refuse K2"]],
    ["10.4.0.0-1-CU12", []],
    ["10.4.10.0-1", []],
    ["10.4.11.0-1", ["refuse K2"]],
    ["10.5.2.0-1", ["refuse K2"]],
    ["10.5.3.0-1", []],
    ["10.5.0.0-1", []],
  ])("on %s: %j", (version, expected) => {
    expect(met(version, { virtualIps: 3 }).filter((entry) => entry.endsWith("K2"))).toEqual(expected);
    expect(met(version, { act: "changeVirtualIps", virtualIps: 3 })).toEqual(expected);
    expect(met(version, { act: "switch", virtualIps: 3 }).filter((entry) => entry.endsWith("K2"))).toEqual(expected);
  });

  test("is only a warning with up to two, and nothing for a shared hostname", () => {
    expect(met("10.4.11.0-1", { virtualIps: 2 })).toContain("warn K2");
    expect(met("10.4.11.0-1", { virtualIps: 0, type: "sharedHostname" }).filter((entry) => entry.endsWith("K2"))).toEqual([]);
  });

  test("does not stand in the way of an option that has nothing to do with addresses", () => {
    expect(met("10.4.11.0-1", { act: "changeOptions", virtualIps: 3 })).toEqual([]);
  });
});

describe("the other issues only warn, and only where they apply", () => {
  test.each<[string, string, Partial<Situation>, boolean]>([
    ["K3", "10.3.0.0-1-CU10", {}, true],
    ["K3", "10.3.0.0-1-CU11", {}, false],
    ["K3", "10.4.0.0-1", {}, false],
    ["K4", "10.4.1.0-1", { type: "sharedHostname" }, true],
    ["K4", "10.4.1.0-1", {}, false],
    ["K4", "10.2.0.0-1-CU30", { type: "sharedHostname" }, true],
    ["K4", "10.4.2.0-1", { type: "sharedHostname" }, false],
    ["K5", "10.4.12.0-1", { act: "switch" }, true],
    ["K5", "10.5.1.0-1", { act: "switch" }, false],
    ["K6", "10.4.5.0-1", { act: "switch", storage: "dedicatedCluster" }, true],
    ["K6", "10.4.5.0-1", { act: "switch" }, false],
    ["K7", "10.5.0.0-1-CU9", {}, true],
    ["K7", "10.5.0.0-1-CU10", {}, false],
    ["K7", "10.4.0.0-1-CU22", {}, true],
    ["K8", "10.5.0.0-15943-CU4", {}, true],
    ["K8", "10.5.0.0-16239-CU4", {}, false],
    ["K8", "10.5.8.0-16200-CU1", {}, false],
    ["K9", "10.2.0.0-1-CU15", {}, true],
    ["K9", "10.2.0.0-1-CU16", {}, false],
    ["K10", "10.6.8.0-1", { pcaps: ["npcap", "winpcap"] }, true],
    ["K10", "10.6.8.0-1", { pcaps: ["winpcap", "winpcap"], type: "sharedHostname" }, false],
    ["K10", "10.6.8.0-1", {}, false],
    ["K12", "10.3.8.0-1", {}, true],
    ["K12", "10.3.0.0-1", {}, false],
    ["K13", "10.5.8.0-1", { type: "sharedHostname" }, true],
    ["K13", "10.5.8.0-1", {}, false],
    ["K14", "10.5.12.0-1", {}, true],
    ["K14", "10.5.12.0-1", { nats: "brokerGateway" }, false],
    ["K15", "10.6.0.0-1", {}, true],
    ["K16", "10.4.0.0-1-CU17", { act: "switch" }, true],
    ["K17", "10.2.6.0-1", {}, true],
    ["K18", "10.1.12.0-1", { act: "changeOptions" }, true],
    ["K19", "10.1.0.0-1", {}, true],
    ["K20", "10.5.0.0-1", { act: "switch" }, true],
    ["K21", "10.6.0.0-1", { act: "switch" }, true],
    ["K21", "10.6.1.0-1", { act: "switch" }, false],
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
  const text = knownIssueTable.find(({ id }) => id === "K8")?.text;
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
    "DataMiner 10.6.0.0-1 has a known issue (K1): with BrokerGateway a changed Failover configuration fails or is aborted. " +
      "Upgrade both Agents with the policy Simultaneously first.",
  );
});
