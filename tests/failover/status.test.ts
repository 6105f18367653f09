import { describe, expect, test } from "vitest";
import { isFailedOver, isSteadyPair, looksInvalid, roles, steadiness } from "../../provider/failover/roles.js";
import { led, statusRows } from "../../provider/failover/statusRows.js";
import type { StatusRows } from "../../provider/failover/statusTable.js";
import { member, type PairedChanges, paired, status } from "./members.js";

const heartbeat = (value: string) => ({ kind: "Heartbeat", label: "Heartbeat to 10.10.10.2", value });

describe("the LED", () => {
  test("is green when every row is in its good value", () => {
    expect(led(status())).toBe("green");
  });

  test("is red for a member that does not answer", () => {
    expect(led(undefined)).toBe("red");
  });

  test("is red for a member that shows no Failover status", () => {
    expect(led(null)).toBe("red");
  });

  test.each(["Online", "Offline", "Going Online", "Acquiring Virtual IP Address 10.10.10.5", "Whatever comes next"])(
    "is never coloured by Failover Status %s",
    (failoverStatus) => {
      expect(led(status({ failoverStatus }))).toBe("green");
    },
  );

  test("is green on an offline member, which lacks the rows of the online one", () => {
    expect(led(status({ failoverStatus: "Offline", syncConnection: null, dbSync: null, dbSyncStack: null, nats: null, nics: [] }))).toBe(
      "green",
    );
  });

  test("is green while a row shows a value that no documentation knows", () => {
    expect(led(status({ database: { value: "Warming up" } }))).toBe("green");
  });

  test.each<[string, Partial<StatusRows>]>([
    ["Configuration Invalid", { configuration: { value: "Invalid" } }],
    ["a heartbeat Failing", { connectivity: [heartbeat("Success"), heartbeat("Failing")] }],
    ["an inverted heartbeat Failing", { connectivity: [{ kind: "Inverted Heartbeat", label: "10.10.10.254", value: "Failing" }] }],
    ["a ping Failing", { connectivity: [{ kind: "Ping", label: "Ping to 10.10.10.2", value: "Failing" }] }],
    ["Sync Connection Not Available", { syncConnection: { value: "Not Available" } }],
    ["DB Sync Failing", { dbSync: { value: "Failing" } }],
    ["DB Sync Stack Too Large", { dbSyncStack: { value: "Too Large", pending: 1200 } }],
    ["runtime errors", { rteCount: 1 }],
    ["a NIC Unavailable", { nics: [{ index: 1, value: "Unavailable" }] }],
    ["Database Failing", { database: { value: "Failing" } }],
    ["NATS communication Failing", { nats: { value: "Failing", clusterEndpointsInSync: true } }],
    ["a NATS failure reason", { nats: { value: "Not OK", clusterEndpointsInSync: true, failureReason: "No connection" } }],
    ["cluster endpoints out of sync", { nats: { value: "OK", clusterEndpointsInSync: false } }],
  ])("is red with %s", (_, changes) => {
    expect(led(status(changes))).toBe("red");
    expect(statusRows(status(changes)).filter(({ bad }) => bad)).toHaveLength(1);
  });
});

describe("who is online", () => {
  const said = (failoverStatus: string | undefined) => (failoverStatus === undefined ? undefined : { failoverStatus });

  test.each([
    ["Online", "Offline", "main"],
    ["Offline", "Online", "backup"],
    ["Offline", "Offline", "none"],
    ["Online", "Online", "both"],
    ["Online", "Going Online", "main"],
    ["Offline", "Acquiring Virtual IP Address 10.10.10.5", "none"],
    ["Online", undefined, "main"],
    [undefined, "Online", "backup"],
    [undefined, "Offline", "none"],
    ["Preparing to go online", undefined, "none"],
    [undefined, undefined, "none"],
  ])("main %s, backup %s: %s", (main, backup, online) => {
    expect(roles(said(main), said(backup))).toBe(online);
    expect(isFailedOver(roles(said(main), said(backup)))).toBe(online === "backup");
  });

  test("takes every text but Online and Offline for a transition", () => {
    expect(["Online", "Offline"].map(steadiness)).toEqual(["steady", "steady"]);
    expect(["Going Online", "Starting", "online", ""].map(steadiness)).toEqual(["transition", "transition", "transition", "transition"]);
  });

  test.each([
    ["active", null, true],
    ["inactive", null, true],
    ["invalid", null, true],
    ["active", "succeeded", true],
    ["active", "failed", true],
    ["active", "running", false],
    ["configuring", null, false],
    ["switching", null, false],
    ["ending", null, false],
    ["rebalancing", null, false],
  ])("a pair in state %s with operation %s is steady: %s", (state, operation, steady) => {
    expect(isSteadyPair({ state, operation: operation === null ? null : { state: operation } })).toBe(steady);
  });
});

describe("an invalid pair", () => {
  const looks = (main: PairedChanges, backup: PairedChanges) => looksInvalid(paired("main", main), paired("backup", backup));

  test.each<[string, PairedChanges, PairedChanges, boolean]>([
    ["one online and one offline", {}, {}, false],
    ["roles swapped", { failoverStatus: "Offline" }, { failoverStatus: "Online" }, false],
    ["both online", {}, { failoverStatus: "Online" }, true],
    ["both offline", { failoverStatus: "Offline" }, {}, true],
    ["two revisions", {}, { revision: "r2" }, true],
    ["both online while one is on its way", { failoverStatus: "Going Online" }, { failoverStatus: "Online" }, false],
    ["two revisions while a change is written", { pair: { operation: { state: "running" } } }, { revision: "r2" }, false],
    ["two revisions in a pair that is being configured", { pair: { state: "configuring" } }, { revision: "r2" }, false],
    ["two revisions in a disabled pair", { pair: { state: "inactive" } }, { pair: { state: "inactive" }, revision: "r2" }, true],
    ["equal roles in a disabled pair", { pair: { state: "inactive" }, failoverStatus: "Offline" }, { pair: { state: "inactive" } }, false],
  ])("looks like %s: %s", (_, main, backup, expected) => {
    expect(looks(main, backup)).toBe(expected);
  });

  test("is never claimed while a member is silent or in no pair", () => {
    expect(looksInvalid(paired("main"), undefined)).toBe(false);
    expect(looksInvalid(undefined, paired("backup"))).toBe(false);
    expect(looksInvalid(paired("main"), member("backup", {}, { revision: "r2" }))).toBe(false);
  });
});
