import { beforeEach, describe, expect, test } from "vitest";
import { putSettings, readAgent } from "../../provider/agent/client.js";
import type { Connection } from "../../provider/agent/connection.js";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { forgetSnapshots, sharedSnapshot } from "../../provider/agent/snapshots.js";
import type { Clock } from "../../provider/core/clock.js";
import { watchForSecrets } from "../support/secrecy.js";
import { aSnapshot } from "../support/snapshot.js";
import { connectionTo, error, forever, json, standIn, token } from "./standIn.js";

const watch = watchForSecrets(token);
const here = "127.0.20.1";
const connection = connectionTo(8443);

interface Reading {
  answer(snapshot: Snapshot): void;
  fail(reason: Error): void;
}

/** Readings that answer when the test says so. */
function reader() {
  const readings: Reading[] = [];
  const read = () =>
    new Promise<Snapshot>((answer, fail) => {
      readings.push({ answer, fail });
    });
  return { read, readings };
}

const clock: Clock & { time: number } = { time: 0, now: () => clock.time, sleep: async () => {} };

/** Reads at once and counts. */
function counter() {
  const counted = { reads: 0, read: async () => aSnapshot(here, { revision: String(++counted.reads) }) };
  return counted;
}
const take = (counted: ReturnType<typeof counter>, changes: Partial<Connection> = {}) =>
  sharedSnapshot({ ...connection, ...changes }, counted.read, clock);

beforeEach(() => {
  forgetSnapshots();
  clock.time = 1_000_000;
});

describe("a Snapshot for the read verb", () => {
  test("that is under way is shared, however long it takes", async () => {
    const { read, readings } = reader();
    const first = sharedSnapshot(connection, read, clock);
    clock.time += 60_000;
    const second = sharedSnapshot(connection, read, clock);
    expect(readings).toHaveLength(1);
    const snapshot = aSnapshot(here);
    readings[0]?.answer(snapshot);
    expect(await Promise.all([first, second])).toEqual([snapshot, snapshot]);
  });

  test("serves for five seconds from its arrival, and not a millisecond longer", async () => {
    const { read, readings } = reader();
    const first = sharedSnapshot(connection, read, clock);
    clock.time += 3_000;
    readings[0]?.answer(aSnapshot(here));
    await first;
    clock.time += 5_000;
    await sharedSnapshot(connection, read, clock);
    expect(readings).toHaveLength(1);
    clock.time += 1;
    void sharedSnapshot(connection, read, clock);
    expect(readings).toHaveLength(2);
  });

  test("that failed is told to all who wait for it, and is not kept", async () => {
    const { read, readings } = reader();
    const calls = [sharedSnapshot(connection, read, clock), sharedSnapshot(connection, read, clock)].map((call) => watch.failureOf(call));
    const reason = new Error("no answer");
    readings[0]?.fail(reason);
    expect(await Promise.all(calls)).toEqual([reason, reason]);
    const again = sharedSnapshot(connection, read, clock);
    readings[1]?.answer(aSnapshot(here));
    expect(await again).toEqual(aSnapshot(here));
  });

  test.each<[string, Partial<Connection>]>([
    ["another token", { token: "another-token-0123456789" }],
    ["another host", { host: "127.0.20.2" }],
    ["another member behind the same host", { address: "10.10.10.1" }],
    ["another port", { port: 8444 }],
    ["another protocol", { protocol: "https" }],
    ["another path", { basePath: "/gateway" }],
    ["another authority", { caFile: "/ca.pem" }],
    ["another name in the certificate", { tlsServerName: "agent.example.com" }],
  ])("is read anew with %s", async (_what, changes) => {
    const counted = counter();
    await take(counted);
    await take(counted, changes);
    expect(counted.reads).toBe(2);
    await take(counted);
    expect(counted.reads).toBe(2);
  });

  test("is the same for a connection that only spells its token source differently", async () => {
    process.env.FAILOVER_TEST_SHARED = token;
    try {
      const counted = counter();
      await take(counted);
      const { token: _, ...rest } = connection;
      await sharedSnapshot({ ...rest, tokenEnv: "FAILOVER_TEST_SHARED" }, counted.read, clock);
      expect(counted.reads).toBe(1);
    } finally {
      delete process.env.FAILOVER_TEST_SHARED;
    }
  });
});

describe("what was read before a write", () => {
  const settings = { owner: "p/s/n", previousOwner: null, settings: null };
  const time = () => ({ signal: forever(), patienceMilliseconds: 0 });

  test("is discarded by the write, of either member, also when that fails", async () => {
    const agent = await standIn([json(200, aSnapshot(here)), error(409, "FOREIGN_OWNER")]);
    const counted = counter();
    const other = { host: "127.0.20.9", address: "127.0.20.9" };
    await take(counted);
    await take(counted, other);
    await putSettings(agent.connection, 111, settings, time());
    await take(counted);
    await take(counted, other);
    expect(counted.reads).toBe(4);
    await watch.failureOf(putSettings(agent.connection, 111, settings, time()));
    await take(counted);
    expect(counted.reads).toBe(5);
  });

  test("is discarded at the write's beginning and at its end", async () => {
    const counted = counter();
    await take(counted);
    let duringWrite: Promise<unknown> = Promise.resolve();
    const agent = await standIn([
      (response, call) => {
        duringWrite = take(counted);
        json(200, aSnapshot(here))(response, call);
      },
    ]);
    await putSettings(agent.connection, 111, settings, time());
    await duringWrite;
    expect(counted.reads).toBe(2);
    await take(counted);
    expect(counted.reads).toBe(3);
  });

  test("does not come back when it arrives after the write", async () => {
    const { read, readings } = reader();
    const before = sharedSnapshot(connection, read, clock);
    forgetSnapshots();
    const after = sharedSnapshot(connection, read, clock);
    readings[0]?.answer(aSnapshot(here, { revision: "old" }));
    expect((await before).revision).toBe("old");
    // The new one is still under way, and is not taken for as old as the other.
    clock.time += 6_000;
    const joined = sharedSnapshot(connection, read, clock);
    readings[1]?.answer(aSnapshot(here, { revision: "new" }));
    expect([(await after).revision, (await joined).revision]).toEqual(["new", "new"]);
    expect(await sharedSnapshot(connection, read, clock)).toMatchObject({ revision: "new" });
    expect(readings).toHaveLength(2);
  });

  test("takes nothing newer with it when it fails after the write", async () => {
    const { read, readings } = reader();
    const before = watch.failureOf(sharedSnapshot(connection, read, clock));
    forgetSnapshots();
    const after = sharedSnapshot(connection, read, clock);
    readings[1]?.answer(aSnapshot(here));
    await after;
    readings[0]?.fail(new Error("cut"));
    await before;
    await sharedSnapshot(connection, read, clock);
    expect(readings).toHaveLength(2);
  });
});

test("two resources that refresh the same Agent at the same time cost one call", async () => {
  const agent = await standIn([json(200, aSnapshot(here))]);
  const read = () => sharedSnapshot(agent.connection, () => readAgent(agent.connection, { signal: forever() }), clock);
  const seen = await Promise.all([read(), read()]);
  seen.push(await read());
  expect(new Set(seen).size).toBe(1);
  expect(agent.calls).toHaveLength(1);
});
