import { describe, expect, test } from "vitest";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import type { Status } from "../../provider/agent/snapshotSchema.js";
import { backup, backupTarget, config, heldBy, main, mainTarget, pairedWorld, roles, virtualIp, type WorldOptions } from "./worlds.js";

/**
 * Every case of the product's Failover FAQ. A is main and online before the event, B is backup; a third card carries the synchronization.
 */
const withSyncCable: WorldOptions = { main: { syncAddress: "127.30.3.1" }, backup: { syncAddress: "127.30.3.2" } };
const pair: PairConfig = { ...config, syncInterface: 2 };
const manual: PairConfig = { ...pair, mode: "manual" };

async function given(change: PairConfig = pair, options: WorldOptions = {}) {
  const made = await pairedWorld({ ...withSyncCable, ...options }, change);
  const status = (address: string): Status => made.world.agent(address).snapshot().status as Status;
  return {
    ...made,
    a: made.world.agent(main),
    b: made.world.agent(backup),
    rows: (address: string) => {
      const { connectivity, syncConnection, dbSync, nics, database } = status(address);
      return {
        heartbeat: connectivity.find(({ kind }) => kind === "Heartbeat")?.value,
        inverted: connectivity.find(({ kind }) => kind === "Inverted Heartbeat")?.value,
        sync: syncConnection?.value,
        dbSync: dbSync?.value,
        nics: nics.map(({ index, value }) => `${index} ${value}`),
        database: database.value,
      };
    },
  };
}

/** Longer than three failed checks and a switch take. */
const long = 200;

describe("A is stopped", () => {
  test("B goes online after the heartbeats have failed, and A comes back as the offline one", async () => {
    const { a, clock, rows, world } = await given();
    a.stop();
    clock.advance(25);
    expect(roles(world)[1], "failures that are still allowed").toBe("Offline");
    clock.advance(long);
    expect(roles(world)[1]).toBe("Online");
    expect(heldBy(world, backup)).toEqual([virtualIp]);
    expect(rows(backup)).toMatchObject({ heartbeat: "Failing", sync: "Not Available", dbSync: "Failing" });
    a.start();
    clock.advance(60);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(rows(backup)).toMatchObject({ heartbeat: "Success", sync: "Available", dbSync: "Active" });
  });

  test("in the manual mode B stays offline until a person brings it online", async () => {
    const { a, api, clock, world } = await given(manual);
    a.stop();
    clock.advance(5000);
    expect(roles(world)[1]).toBe("Offline");
    expect((await api.switchPair(backup, "backup")).status).toBe(202);
    clock.advance(long);
    expect(roles(world)[1]).toBe("Online");
  });

  test("with SHIFT+Stop the virtual address stays there, and B waits for it", async () => {
    const { a, clock, world } = await given();
    a.stop({ releaseVirtualIp: false });
    clock.advance(long);
    expect(roles(world)[1]).toBe(`Acquiring Virtual IP Address ${virtualIp}`);
    a.start();
    clock.advance(60);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });
});

describe("A is restarted", () => {
  test("shortly: it is online again", async () => {
    const { a, clock, world } = await given();
    a.restart(15);
    clock.advance(long);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(heldBy(world, main)).toEqual([virtualIp]);
  });

  test("for longer than the heartbeats tolerate: the roles are swapped", async () => {
    const { a, clock, world } = await given();
    a.restart(120);
    clock.advance(300);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test("while B is gone: it goes online by itself", async () => {
    const { a, b, clock, world } = await given();
    b.stop();
    a.restart(300);
    clock.advance(400);
    expect(roles(world)[0]).toBe("Online");
  });
});

describe("B", () => {
  test("is stopped: A stays online and shows what fails, until B is back", async () => {
    const { b, clock, rows, world } = await given();
    b.stop();
    clock.advance(long);
    expect(roles(world)[0]).toBe("Online");
    expect(rows(main)).toMatchObject({ heartbeat: "Failing", dbSync: "Failing" });
    b.start();
    clock.advance(60);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(rows(main)).toMatchObject({ heartbeat: "Success", dbSync: "Active" });
  });

  test("is restarted: a heartbeat fails for a moment", async () => {
    const { b, clock, rows, world } = await given();
    b.restart();
    expect(rows(main).heartbeat).toBe("Failing");
    clock.advance(60);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(rows(main).heartbeat).toBe("Success");
  });
});

describe("a cable is out", () => {
  test("A's to the switch: B goes online, both syncs go on, and nobody switches back", async () => {
    const { a, clock, rows, world } = await given();
    a.unplug(1);
    clock.advance(long);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(rows(main)).toMatchObject({ inverted: "Failing", nics: ["1 Unavailable"] });
    expect(rows(backup)).toMatchObject({ heartbeat: "Failing", sync: "Available", dbSync: "Active" });
    a.plug(1);
    clock.advance(5000);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(rows(main).nics).toEqual(["1 Available"]);
  });

  test("A's for synchronization: nobody moves", async () => {
    const { a, clock, rows, world } = await given();
    a.unplug(2);
    clock.advance(long);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(rows(main)).toMatchObject({ heartbeat: "Success", sync: "Not Available", dbSync: "Failing", nics: ["2 Unavailable"] });
    a.plug(2);
    expect(rows(main)).toMatchObject({ sync: "Available", dbSync: "Active" });
  });

  test("both of A's: A goes offline, B goes online and stays so", async () => {
    const { a, clock, rows, world } = await given();
    a.unplug(1);
    a.unplug(2);
    clock.advance(long);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(heldBy(world, main)).toEqual([]);
    expect(rows(backup)).toMatchObject({ heartbeat: "Failing", sync: "Not Available", dbSync: "Failing" });
    a.plug(1);
    a.plug(2);
    clock.advance(5000);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test.each([
    ["B's to the switch", [1], { heartbeat: "Failing", sync: "Available", dbSync: "Active" }],
    ["B's for synchronization", [2], { heartbeat: "Success", sync: "Not Available", dbSync: "Failing" }],
    ["both of B's", [1, 2], { heartbeat: "Failing", sync: "Not Available", dbSync: "Failing" }],
  ])("%s: nobody moves", async (_, cables, expected) => {
    const { b, clock, rows, world } = await given();
    for (const cable of cables) b.unplug(cable);
    clock.advance(5000);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(rows(main)).toMatchObject(expected);
    for (const cable of cables) b.plug(cable);
    expect(rows(main)).toMatchObject({ heartbeat: "Success", sync: "Available", dbSync: "Active" });
  });

  test("and A's web server is not reached without its corporate one", async () => {
    const { a, api } = await given();
    a.unplug(1);
    const call = api.call("GET", main, "agent").then(
      () => "answered",
      () => "lost",
    );
    expect(await Promise.race([call, new Promise((resolve) => setTimeout(resolve, 100, "silent"))])).toBe("silent");
    a.plug(1);
    expect(await call).toBe("lost");
    expect((await api.call("GET", main, "agent")).status).toBe(200);
  });
});

describe("the database is down", () => {
  test.each([
    ["A's", main],
    ["B's", backup],
  ])("%s: the row says so, and nobody switches", async (_, address) => {
    const { clock, rows, world } = await given();
    world.agent(address).setDatabase("Failing");
    clock.advance(long);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect(rows(address).database).toBe("Failing");
    expect(rows(main).dbSync).toBe("Active");
  });
});

describe("the link between A and B is down, and both reach everything else", () => {
  test("but they talk over another path: nobody switches, because both see it fail", async () => {
    const { clock, rows, world } = await given();
    world.pair().breakPath(1);
    clock.advance(3000);
    expect(roles(world)[0]).toBe("Online");
    expect(heldBy(world, backup)).toEqual([]);
    expect([rows(main).heartbeat, rows(backup).heartbeat]).toEqual(["Failing", "Failing"]);
    world.pair().mendPath();
    clock.advance(400);
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });

  test("altogether: both are online and hold the address, and stay so when it is mended", async () => {
    const { clock, world } = await given();
    world.pair().breakPath();
    clock.advance(long);
    expect(world.pair().online).toBe("both");
    expect([heldBy(world, main), heldBy(world, backup)]).toEqual([[virtualIp], [virtualIp]]);
    world.pair().mendPath();
    clock.advance(5000);
    expect(world.pair().online).toBe("both");
  });
});

describe("inverted heartbeats fail", () => {
  test("all of B's: it stays offline even if A is dead", async () => {
    const { a, clock, rows, world } = await given();
    world.setSilent(backupTarget, true);
    a.stop();
    clock.advance(5000);
    expect(roles(world)[1]).toBe("Offline");
    expect(rows(backup).inverted).toBe("Failing");
    world.setSilent(backupTarget, false);
    clock.advance(long);
    expect(roles(world)[1]).toBe("Online");
  });

  test("all of A's: it goes offline, and B online only if its normal ones fail too", async () => {
    const { clock, world } = await given();
    world.setSilent(mainTarget, true);
    clock.advance(5000);
    expect(roles(world)).toEqual(["Offline", "Offline"]);
    expect(world.pair().online).toBe("none");
    world.pair().breakPath();
    clock.advance(long);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });
});

describe("what else decides who is online", () => {
  test("a runtime error with the watchdog's switch moves the role, in the manual mode too", async () => {
    const { a, clock, world } = await given(manual, {
      ...withSyncCable,
      main: { syncAddress: "127.30.3.1", switchesOnRuntimeError: true },
    });
    a.raiseRuntimeError();
    clock.advance(long);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(world.agent(main).snapshot().status?.rteCount).toBe(1);
    a.clearRuntimeErrors();
    expect(world.agent(main).snapshot().status?.rteCount).toBe(0);
  });

  test("without it the error is only counted", async () => {
    const { a, clock, world } = await given();
    a.raiseRuntimeError();
    clock.advance(long);
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });

  test("a required interface of B that is disabled keeps it offline", async () => {
    const { a, api, b, clock, rows, world } = await given(manual);
    b.unplug(1);
    a.stop();
    clock.advance(long);
    expect(rows(backup).nics).toEqual(["1 Unavailable"]);
    world.pair().bringOnline("backup");
    clock.advance(long);
    expect(roles(world)[1]).toBe("Offline");
    b.plug(1);
    expect((await api.switchPair(backup, "backup")).status).toBe(202);
    clock.advance(long);
    expect(roles(world)[1]).toBe("Online");
  });

  test("a foreign host on the virtual address keeps B waiting, until it is gone", async () => {
    const { api, clock, world } = await given(manual);
    world.setForeignHost(virtualIp, true);
    const { id } = (await api.switchPair(backup, "backup")).body;
    clock.advance(long);
    expect(roles(world)).toEqual(["Offline", `Acquiring Virtual IP Address ${virtualIp}`]);
    expect(await api.operation(backup, id)).toMatchObject({
      state: "failed",
      error: { detail: `NOT switching state: Cannot claim DataMiner Failover IP ${virtualIp} (still reachable; not local)` },
    });
    expect(world.agent(backup).snapshot().pair?.state).toBe("switching");
    world.setForeignHost(virtualIp, false);
    clock.advance(60);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test("both start at once: who was online is so again", async () => {
    const { a, b, clock, world } = await given();
    a.stop();
    b.stop();
    clock.advance(100);
    a.start();
    b.start();
    clock.advance(long);
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });
});

describe("rows that depend on more than the network", () => {
  test("with STaaS there is nothing to forward", async () => {
    const storage = { kind: "staas" as const, replicationFactor: null };
    const { world } = await given(pair, { main: { storage }, backup: { storage } });
    expect(world.agent(main).snapshot().status).toMatchObject({
      syncConnection: { value: "Not Available" },
      dbSync: null,
      dbSyncStack: null,
    });
  });

  test("forwards that wait are counted, until there are too many", async () => {
    const { b, clock, world } = await given();
    b.stop();
    clock.advance(100);
    expect(world.agent(main).snapshot().status?.dbSyncStack).toEqual({ value: "OK", pending: 100 });
    clock.advance(2000);
    expect(world.agent(main).snapshot().status?.dbSyncStack?.value).toBe("Too Large");
  });

  test("DB Sync is Active only after a first forward, and names no success before it", async () => {
    const { world, api, b, clock } = await given();
    expect((await api.switchPair(backup, "backup")).status).toBe(202);
    for (let step = 0; step < 1000 && roles(world)[1] !== "Online"; step++) clock.advance(0.5);
    const online = () => world.agent(backup).snapshot().status;
    expect(online()).toMatchObject({ failoverStatus: "Online", syncConnection: { value: "Available" }, dbSync: null });
    clock.advance(1);
    expect(online()?.dbSync?.value).toBe("Active");
    world.agent(main).stop();
    b.restart(1);
    clock.advance(long);
    expect(online()).toMatchObject({ failoverStatus: "Online", dbSync: { value: "Failing", lastSuccess: null } });
  });

  test("forwards that do not keep up are Too Large alone, while DB Sync is Active", async () => {
    const { a, world } = await given();
    a.setForwardsWaiting(1500);
    expect(world.agent(main).snapshot().status).toMatchObject({
      dbSync: { value: "Active" },
      dbSyncStack: { value: "Too Large", pending: 1500 },
    });
    a.setForwardsWaiting(0);
    expect(world.agent(main).snapshot().status?.dbSyncStack).toEqual({ value: "OK", pending: 0 });
  });

  test.each([
    ["10.5.6.0-15712", null, ["delete"]],
    ["10.5.7.0-15900", "OK", ["delete"]],
    ["10.1.0.0-10963-CU6", null, ["delete", "disable"]],
  ])("a version moves what the Agent can do and shows, with no profile named: %s", async (version, nats, endModes) => {
    const { world } = await given(pair, { main: { version }, backup: { version } });
    const { agent, status } = world.agent(main).snapshot();
    expect(status?.nats?.value ?? null).toBe(nats);
    expect(agent.capabilities.endModes).toEqual(endModes);
  });

  test("an inverted heartbeat to the virtual IP fails when nobody holds it, so the offline Agent stays offline", async () => {
    const inverted = { kind: "inverted" as const, target: { address: virtualIp }, interface: null, maxFailures: 3 };
    const heartbeats = [
      ...pair.heartbeats.filter(({ kind }) => kind === "normal"),
      { ...inverted, from: "main" as const },
      { ...inverted, from: "backup" as const },
    ];
    const { a, clock, rows, world } = await given({ ...pair, heartbeats });
    expect(rows(backup).inverted).toBe("Success");
    a.stop();
    clock.advance(long);
    expect(rows(backup).inverted).toBe("Failing");
    expect(roles(world)[1]).toBe("Offline");
  });

  test("NATS has a row from 10.6 on", async () => {
    const { world } = await given(pair, { main: { profile: "10.6" }, backup: { profile: "10.6" } });
    expect(world.agent(main).snapshot().status?.nats).toEqual({ value: "OK", clusterEndpointsInSync: true });
  });
});
