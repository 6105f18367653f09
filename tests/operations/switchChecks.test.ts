import { describe, expect, test } from "vitest";
import { checkSwitch } from "../../operations/switch/checks.js";
import type { PairView } from "../../provider/agent/askMembers.js";
import type { Operation } from "../../provider/agent/operationSchema.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { backupAddress, mainAddress, type PairedChanges, paired } from "../failover/members.js";
import { anOperation } from "../support/snapshot.js";

const finishedUtc = "2026-01-01T12:00:00Z";
const done = (changes: Partial<Operation> = {}) => anOperation({ kind: "switch", state: "succeeded", finishedUtc, ...changes });

function asked(main: PairedChanges = {}, backup: PairedChanges = {}): PairView {
  const member = (position: "main" | "backup", address: string, changes: PairedChanges) => ({
    position,
    address,
    connection: { host: address } as PairView["main"]["connection"],
    facts: paired(position, changes) as unknown as Snapshot,
    failure: undefined,
  });
  return { main: member("main", mainAddress, main), backup: member("backup", backupAddress, backup) };
}

const found = (pair: PairView, name: string) => checkSwitch(pair, undefined).find((check) => check.name === name);
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

  const lastSwitch = (lastSwitchUtc: string, timeUtc?: string) => {
    const pair = asked({ pair: { operation: null, ...{ lastSwitchUtc } } });
    if (timeUtc !== undefined) Object.assign(pair.main.facts ?? {}, { timeUtc });
    return found(pair, "15 minutes");
  };

  test.each([
    ["2026-01-01T12:14:59Z", false],
    ["2026-01-01T12:15:00Z", true],
  ])("count by the clock of the Agent itself, where it tells it: at %s it is %s", (timeUtc, passed) => {
    expect(lastSwitch("2026-01-01T12:00:00Z", timeUtc)?.passed).toBe(passed);
  });

  test.each([
    ["in the future of its Agent's clock, which was set back", "2026-01-01T14:00:00Z", "2026-01-01T12:00:00Z"],
    ["in the future of ours, where the Agent does not tell its clock", new Date(Date.now() + 3_600_000).toISOString(), undefined],
    ["before there was any Agent: its clock had started again", "1970-01-01T00:05:00Z", "2026-01-01T12:00:00Z"],
  ])("are not over by a switch %s", (_, time, timeUtc) => {
    expect(lastSwitch(time, timeUtc)).toMatchObject({
      passed: false,
      code: "SWITCH_TOO_SOON",
      seen: `main 10.10.10.1 tells of a switch at ${time}, which its clock cannot have seen: it was set since.`,
      cure: expect.stringContaining("force it"),
    });
  });

  test("are not over by a success in the future, which a clock that was set back has left behind", () => {
    const justNow = new Date(Date.now() - 60_000).toISOString();
    const status = { connectivity: heartbeatAt(new Date(Date.now() + 7_200_000).toISOString()) };
    expect(found(asked({ pair: { operation: null, ...{ lastSwitchUtc: justNow } }, status }), "15 minutes")?.passed).toBe(false);
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

describe("rows that prove nothing", () => {
  const on = (kind: "staas" | "legacySql", version: string) => {
    const agent = { agent: { version, storage: { kind, replicationFactor: null } } };
    return found(asked(agent, agent), "no red row");
  };

  test.each([
    ["10.5.6.0-1", true],
    ["10.5.7.0-1", false],
    ["10.5.0.0-1-CU3", true],
    ["10.5.0.0-1-CU4", false],
    ["experimental", true],
  ])("are those of the database with STaaS before 10.5.0 [CU4]/10.5.7: on %s it is said: %s", (version, said) => {
    const { passed, seen } = on("staas", version) ?? {};
    expect(passed).toBe(true);
    expect(seen?.includes("prove nothing: before 10.5.7/10.5.0 [CU4] they look well although STaaS is degraded (RN 42944)")).toBe(said);
    expect(on("legacySql", version)?.seen).toBe("none that matters");
  });
});

test("an unknown version is never a reason to refuse", () => {
  const agent = { agent: { version: "experimental" } };
  expect(found(asked(agent, agent), "known issues")).toMatchObject({ passed: true });
});
