import { describe, expect, test } from "vitest";
import type { AskedPair } from "../../operations/askMembers.js";
import { checkSwitch } from "../../operations/switch/checks.js";
import type { Operation } from "../../provider/agent/operationSchema.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { backupAddress, mainAddress, type PairedChanges, paired } from "../failover/members.js";
import { anOperation } from "../support/snapshot.js";

const finishedUtc = "2026-01-01T12:00:00Z";
const done = (changes: Partial<Operation> = {}) => anOperation({ kind: "switch", state: "succeeded", finishedUtc, ...changes });

function asked(main: PairedChanges = {}, backup: PairedChanges = {}): AskedPair {
  const member = (position: "main" | "backup", address: string, changes: PairedChanges) => ({
    position,
    address,
    connection: { host: address } as AskedPair["main"]["connection"],
    facts: paired(position, changes) as unknown as Snapshot,
    failure: undefined,
  });
  return { main: member("main", mainAddress, main), backup: member("backup", backupAddress, backup) };
}

const found = (pair: AskedPair, name: string) => checkSwitch(pair, undefined).find((check) => check.name === name);
const heartbeatAt = (lastSuccess: string) => [{ kind: "Heartbeat", label: "Heartbeat to 10.10.10.2", value: "Success", lastSuccess }];

describe("in sync", () => {
  test.each<[string, PairedChanges["status"], boolean]>([
    ["every row is good", {}, true],
    ["there are no rows of a database, as with STaaS", { dbSync: null, dbSyncStack: null }, true],
    ["it is being synchronized", { syncConnection: { value: "Synchronizing" } }, false],
    ["the connection is not available", { syncConnection: { value: "Not Available" } }, false],
    ["the connection is not shown", { syncConnection: null }, false],
    ["forwarding fails", { dbSync: { value: "Failing" } }, false],
    ["too much waits", { dbSyncStack: { value: "Too Large", pending: 1200 } }, false],
    ["some waits", { dbSyncStack: { value: "OK", pending: 40 } }, true],
  ])("when %s: %s", (_, status, passed) => {
    expect(found(asked({ status: status ?? {} }), "in sync")?.passed).toBe(passed);
  });
});

describe("15 minutes", () => {
  const operation = (at: Partial<Operation> = {}) => ({ pair: { operation: done(at) } });

  test.each([
    ["12:14:59", false],
    ["12:15:00", true],
  ])("count by the Agents' own clock: at %s it is %s", (time, passed) => {
    const status = { connectivity: heartbeatAt(`2026-01-01T${time}Z`) };
    expect(found(asked({ ...operation(), status }), "15 minutes")?.passed).toBe(passed);
  });

  test("count by ours where the Agents tell no time", () => {
    expect(found(asked(operation()), "15 minutes")?.passed).toBe(true);
    const justNow = new Date().toISOString();
    expect(found(asked(operation({ finishedUtc: justNow })), "15 minutes")?.passed).toBe(false);
  });

  test("count from the later one that either member remembers", () => {
    const status = { connectivity: heartbeatAt("2026-01-01T12:20:00Z") };
    const later = operation({ finishedUtc: "2026-01-01T12:10:00Z" });
    expect(found(asked({ ...operation(), status }, later), "15 minutes")).toMatchObject({
      passed: false,
      seen: expect.stringContaining("10m ago"),
    });
  });

  test("count from a switch by hand too, where the Agents tell of one", () => {
    const byHand = (lastSwitchUtc: string | null) => ({ pair: { operation: null, ...{ lastSwitchUtc } } });
    expect(found(asked(byHand(new Date().toISOString())), "15 minutes")?.passed).toBe(false);
    expect(found(asked(byHand(null)), "15 minutes")?.passed).toBe(true);
  });

  test("do not count from a switch that failed, nor from another operation", () => {
    const finishedNow = { finishedUtc: new Date().toISOString() };
    expect(found(asked(operation({ ...finishedNow, state: "failed" })), "15 minutes")?.passed).toBe(true);
    expect(found(asked(operation({ ...finishedNow, kind: "change" })), "15 minutes")?.passed).toBe(true);
  });
});

describe("no red row", () => {
  const heartbeat = (kind: string) => ({ connectivity: [{ kind, label: "10.10.10.2", value: "Failing" }] });

  test.each<[string, "main" | "backup", PairedChanges["status"], boolean]>([
    ["a heartbeat to the other one fails on the online member", "main", heartbeat("Heartbeat"), false],
    ["a ping fails on the online member", "main", heartbeat("Ping"), false],
    ["an inverted heartbeat fails on the online member", "main", heartbeat("Inverted Heartbeat"), true],
    ["an inverted heartbeat fails on the offline member", "backup", heartbeat("Inverted Heartbeat"), false],
    ["NATS fails on the offline member", "backup", { nats: { value: "OK", clusterEndpointsInSync: false } }, false],
    ["NATS fails on the online member", "main", { nats: { value: "Failing", clusterEndpointsInSync: true } }, true],
    ["the configuration is invalid on the online member", "main", { configuration: { value: "Invalid" } }, false],
  ])("when %s", (_, position, status, passed) => {
    const changes = { status: status ?? {} };
    expect(found(position === "main" ? asked(changes) : asked({}, changes), "no red row")?.passed).toBe(passed);
  });
});

test("an unknown version is never a reason to refuse", () => {
  const agent = { agent: { version: "experimental" } };
  expect(found(asked(agent, agent), "known issues")).toMatchObject({ passed: true });
});
