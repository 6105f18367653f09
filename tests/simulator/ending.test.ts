import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { backup, code, config, heldBy, main, mainTarget, owner, pairedWorld, roles, stillWorld } from "./worlds.js";

const gateway = { main: { profile: "10.1-gateway" as const }, backup: { profile: "10.1-gateway" as const } };

describe("ending a pair by delete", () => {
  test("resets the offline member and leaves the online one standing alone", async () => {
    const { api, clock, world } = await pairedWorld();
    const before = world.agent(main).snapshot();
    const { id } = (await api.endPair(main)).body;
    expect(world.agent(main).snapshot().pair?.state).toBe("ending");
    clock.advance(31);
    expect(world.agent(backup).isRunning).toBe(false);
    clock.advance(400);
    expect(await api.operation(main, id)).toMatchObject({ kind: "end", state: "succeeded" });
    const after = await api.snapshot(main);
    expect(after).toMatchObject({ pair: null, status: null, agent: { dataMinerId: 111, elementCount: 40, cluster: "DMS" } });
    expect(after.dms).toEqual({ pairTypes: [], agentsByHostname: false, primaryAddress: main });
    expect(after.revision).not.toBe(before.revision);
    expect(heldBy(world, main)).toEqual([]);
    expect(world.agent(backup).snapshot()).toMatchObject({
      pair: null,
      agent: { dataMinerId: null, elementCount: 0, cluster: null, pristine: true },
    });
  });

  test("restarts the online member at last, which refuses connections for a while", async () => {
    const { api, clock, world } = await pairedWorld();
    await api.endPair(main);
    world.holdPhase("restartingOnline");
    clock.advance(30 + 120 + 10 + 10 + 30 + 5);
    expect(world.agent(main).isRunning).toBe(false);
    clock.advance(40);
    expect((await api.call("GET", main, "agent")).status).toBe(200);
  });

  test.each([
    [401, 1010],
    [404, 5],
  ] as const)("takes script and token from the member that is reset: it answers %d from then on", async (afterReset, errorCode) => {
    const { api, clock } = await pairedWorld({ backup: { afterReset } });
    await api.endPair(main);
    clock.advance(500);
    const answer = await api.call("GET", backup, "agent");
    expect([answer.status, code(answer)]).toEqual([afterReset, errorCode]);
  });

  test("can be followed by a new set-up, once a person has prepared the backup again", async () => {
    const { api, clock, world } = await pairedWorld();
    await api.endPair(main);
    clock.advance(500);
    world.agent(backup).prepareAgain({ dataMinerId: 111 });
    expect((await api.putPair(main)).status).toBe(202);
    clock.advance(600);
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });

  test("is begun once, however often it is asked, and there is nothing to end afterwards", async () => {
    const { api, clock, world } = await pairedWorld();
    const write = { requestId: randomUUID(), revision: world.agent(main).snapshot().revision, reset: backup };
    const first = await api.endPair(main, write);
    clock.advance(500);
    expect((await api.endPair(main, write)).body).toMatchObject({ id: first.body.id, state: "succeeded" });
    expect((await api.endPair(main, { ...write, requestId: randomUUID() })).status).toBe(204);
    expect(code(await api.endPair(main, { ...write, mode: "disable" }))).toBe("REQUEST_ID_REUSED");
  });

  test.each([
    ["another member to keep", { keep: backup, reset: main }, "WRONG_MEMBER"],
    ["a stranger to reset", { reset: "127.30.1.99" }, "WRONG_MEMBER"],
    ["a stale revision", { revision: "old" }, "STALE_REVISION"],
    ["another owner", { owner: "project/stack/stranger" }, "FOREIGN_OWNER"],
    ["a mode that it cannot do", { mode: "disable" }, "UNSUPPORTED"],
    ["an offline member called unavailable that answers", { offlineUnavailable: "true" }, "BUDDY_REACHABLE"],
  ])("is refused with %s", async (_, change, expected) => {
    const { api, world } = await pairedWorld();
    const answer = await api.endPair(main, change);
    expect([answer.status, code(answer)]).toEqual([409, expected]);
    expect(world.agent(main).snapshot().pair?.state).toBe("active");
  });

  test("is refused by the offline member, and during a switch", async () => {
    const { api, clock } = await pairedWorld();
    expect(code(await api.endPair(backup))).toBe("SL_AGENT_OFFLINE");
    await api.switchPair(backup, "backup");
    expect(code(await api.endPair(main))).toBe("SL_SWITCHING");
    clock.advance(100);
    expect(code(await api.endPair(main))).toBe("SL_AGENT_OFFLINE");
  });

  test("is refused while the offline member does not answer, unless it is called unavailable", async () => {
    const { api, clock, world } = await pairedWorld();
    world.agent(backup).stop();
    expect(code(await api.endPair(main))).toBe("SL_NO_CONNECTION");
    const { id } = (await api.endPair(main, { offlineUnavailable: "true" })).body;
    clock.advance(300);
    expect(await api.operation(main, id)).toMatchObject({ state: "succeeded" });
    expect(world.agent(main).snapshot().pair).toBeNull();
    world.agent(backup).start();
    clock.advance(60);
    // The missing Agent is not reset: it still has the shared ID and its configuration (Ending a Failover configuration).
    expect(world.agent(backup).snapshot()).toMatchObject({
      agent: { dataMinerId: 111, elementCount: 40 },
      pair: { state: "invalid" },
      status: { configuration: { value: "Invalid", failureReason: "Failover buddy has no Failover configuration." } },
    });
  });

  test("of a version that cannot do it without the offline member is refused", async () => {
    const { api, world } = await pairedWorld(gateway);
    world.agent(backup).stop();
    expect(code(await api.endPair(main, { offlineUnavailable: "true" }))).toBe("UNSUPPORTED");
  });

  test("fails before the first destructive phase when the roles have moved meanwhile", async () => {
    const { api, clock, world } = await pairedWorld();
    world.holdPhase("stoppingOffline");
    const { id } = (await api.endPair(main)).body;
    clock.advance(10);
    world.agent(main).stop();
    clock.advance(200);
    expect(world.agent(backup).snapshot().status?.failoverStatus).toBe("Online");
    world.agent(main).start();
    world.releasePhase("stoppingOffline");
    clock.advance(60);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", phase: "stoppingOffline", error: { code: "SL_AGENT_OFFLINE" } });
    expect(world.agent(backup).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test("stops the offline member and resets nothing when the online one came back offline", async () => {
    const { api, clock, world } = await pairedWorld();
    world.holdPhase("resettingOffline");
    const { id } = (await api.endPair(main)).body;
    clock.advance(40);
    world.setSilent(mainTarget, true);
    world.agent(main).restart();
    world.releasePhase("resettingOffline");
    clock.advance(300);
    expect(await api.operation(main, id)).toMatchObject({
      state: "failed",
      phase: "resettingOffline",
      error: { code: "SL_AGENT_OFFLINE" },
    });
    expect(world.agent(backup).isRunning).toBe(false);
    expect(world.agent(backup).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
  });

  test("that was interrupted after the reset goes on without the member that is no member any more", async () => {
    const { api, clock, world } = await pairedWorld();
    world.holdPhase("releasingVirtualIp");
    await api.endPair(main);
    clock.advance(160);
    world.agent(main).restart();
    world.releasePhase("releasingVirtualIp");
    clock.advance(300);
    expect(world.agent(main).snapshot()).toMatchObject({ pair: null, agent: { dataMinerId: 111 } });
  });

  test("goes back to a single database node with Cassandra per DMA", async () => {
    const storage = { kind: "cassandraPerDma" as const, replicationFactor: 1 };
    const { api, clock, world } = await pairedWorld({ main: { storage }, backup: { storage } });
    expect(world.agent(main).snapshot().agent.storage.replicationFactor).toBe(2);
    await api.endPair(main);
    clock.advance(500);
    expect(world.agent(main).snapshot().agent.storage.replicationFactor).toBe(1);
    expect(world.agent(backup).snapshot().agent).toMatchObject({ cluster: null, storage: { replicationFactor: null } });
  });
});

describe("ending a pair by disable", () => {
  test("keeps ID and configuration, inactive and without owner, and releases the address", async () => {
    const { api, clock, world } = await pairedWorld(gateway);
    const { id } = (await api.endPair(main, { mode: "disable" })).body;
    clock.advance(200);
    expect(await api.operation(main, id)).toMatchObject({ state: "succeeded" });
    for (const address of [main, backup]) {
      expect(await api.snapshot(address)).toMatchObject({
        pair: { state: "inactive", owner: null, config },
        agent: { dataMinerId: 111, elementCount: 40 },
      });
    }
    expect(world.agent(backup).snapshot().revision).toBe(world.agent(main).snapshot().revision);
    expect(heldBy(world, main)).toEqual([]);
    expect(world.agent(main).snapshot().dms.primaryAddress).toBe(main);
    expect((await api.endPair(main, { mode: "disable" })).status).toBe(204);
  });

  test("is undone by a PUT to the member that was kept", async () => {
    const { api, clock, world } = await pairedWorld({ ...gateway, pairs: [{ config, owner, online: "backup" }] });
    await api.endPair(backup, { mode: "disable" });
    clock.advance(200);
    expect(code(await api.putPair(main))).toBe("SL_AGENT_OFFLINE");
    const { id } = (await api.putPair(backup)).body;
    clock.advance(600);
    expect(await api.operation(backup, id)).toMatchObject({ kind: "setUp", state: "succeeded", error: null });
    expect(world.agent(backup).snapshot()).toMatchObject({ pair: { state: "active", owner, position: "backup" } });
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(heldBy(world, backup)).toEqual(["127.30.1.5"]);
  });
});

test("an Agent that is in no pair has nothing to end", async () => {
  const { api } = await stillWorld();
  expect((await api.endPair(main)).status).toBe(204);
});
