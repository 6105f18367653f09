import { describe, expect, test } from "vitest";
import { problems } from "../../provider/failover/problems.js";
import { isFailedOver, isSteadyPair, looksInvalid, roles, steadiness } from "../../provider/failover/roles.js";
import { led, type StatusRows } from "../../provider/failover/status.js";
import { member, type PairedChanges, paired, status, view } from "./members.js";

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
    expect(problems([view("main", { ...paired("main"), status: status(changes) })])).toHaveLength(1);
  });
});

describe("problems", () => {
  const lines = (changes: Partial<StatusRows>, counters = true) =>
    problems([view("main", { ...paired("main"), status: status(changes) })], { counters });

  test("are none in a healthy pair", () => {
    expect(problems([view("main", paired("main")), view("backup", paired("backup"))])).toEqual([]);
  });

  test("name a silent member", () => {
    expect(problems([view("main", paired("main")), view("backup")])).toEqual(["backup 10.10.10.2: Agent Status is Unreachable."]);
  });

  test("name a member without a status", () => {
    expect(problems([view("backup", member("backup"))])).toEqual(["backup 10.10.10.2: it shows no Failover status."]);
  });

  test.each<[Partial<StatusRows>, string, string]>([
    [
      { connectivity: [{ ...heartbeat("Failing"), failureReason: "No route\nto host.", failCount: 4 }] },
      "main 10.10.10.1: Heartbeat to 10.10.10.2 is Failing (No route to host, 4 failed checks).",
      "main 10.10.10.1: Heartbeat to 10.10.10.2 is Failing (No route to host).",
    ],
    [
      { connectivity: [{ kind: "Inverted Heartbeat", label: "10.10.10.254", value: "Failing", failCount: 1 }] },
      "main 10.10.10.1: Inverted Heartbeat 10.10.10.254 is Failing (1 failed check).",
      "main 10.10.10.1: Inverted Heartbeat 10.10.10.254 is Failing.",
    ],
    [
      { configuration: { value: "Invalid", failureReason: "Cluster name of agents doesn't match" } },
      "main 10.10.10.1: Configuration is Invalid (Cluster name of agents doesn't match).",
      "main 10.10.10.1: Configuration is Invalid (Cluster name of agents doesn't match).",
    ],
    [
      { dbSyncStack: { value: "Too Large", pending: 1200 } },
      "main 10.10.10.1: DB Sync Stack is Too Large (1200).",
      "main 10.10.10.1: DB Sync Stack is Too Large.",
    ],
    [{ rteCount: 2 }, "main 10.10.10.1: RTE Count is 2.", "main 10.10.10.1: RTE Count is above 0."],
    [{ nics: [{ index: 2, value: "Unavailable" }] }, "main 10.10.10.1: NIC 2 is Unavailable.", "main 10.10.10.1: NIC 2 is Unavailable."],
  ])("of %j say the literal value, with figures and without", (changes, withFigures, without) => {
    expect(lines(changes)).toEqual([withFigures]);
    expect(lines(changes, false)).toEqual([without]);
  });

  test("come in the order of the window", () => {
    const found = lines({
      database: { value: "Failing" },
      configuration: { value: "Invalid" },
      syncConnection: { value: "Not Available" },
    });
    expect(found.map((line) => line.split(": ")[1])).toEqual([
      "Configuration is Invalid.",
      "Sync Connection is Not Available.",
      "Database is Failing.",
    ]);
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
