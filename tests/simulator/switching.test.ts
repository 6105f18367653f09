import { describe, expect, test } from "vitest";
import { backup, code, config, fastWorld, heldBy, main, owner, pairedWorld, roles, stillWorld, virtualIp } from "./worlds.js";

describe("switching", () => {
  test("moves role, virtual address and status rows, and no revision", async () => {
    const { world } = await fastWorld({ pairs: [{ config, owner }] });
    const before = world.agent(main).snapshot();
    await world.pair().switchRoles();
    const [ofMain, ofBackup] = [world.agent(main).snapshot(), world.agent(backup).snapshot()];
    expect(world.pair().online).toBe("backup");
    expect([heldBy(world, main), heldBy(world, backup)]).toEqual([[], [virtualIp]]);
    expect(ofMain.status).toMatchObject({ failoverStatus: "Offline", syncConnection: null, dbSync: null, dbSyncStack: null });
    expect(ofBackup.status).toMatchObject({ failoverStatus: "Online", syncConnection: { value: "Available" } });
    await world.until(() => world.agent(backup).snapshot().status?.dbSync?.value === "Active");
    expect([ofMain.revision, ofBackup.revision]).toEqual([before.revision, before.revision]);
    expect(ofMain.pair).toMatchObject({ state: "active", position: "main", config });
  });

  test("asked of the member that is to go online goes through the product's own texts", async () => {
    const { api, clock, world } = await pairedWorld();
    const answer = await api.switchPair(backup, "backup");
    expect(answer).toMatchObject({ status: 202, body: { kind: "switch", phase: "notifyingBuddy" } });
    expect(roles(world)).toEqual(["Online", "Preparing to go online"]);
    expect(world.agent(main).snapshot().pair?.state).toBe("switching");
    clock.advance(17);
    expect(roles(world)).toEqual(["Going Offline", "Preparing to go online"]);
    clock.advance(15);
    expect(roles(world)).toEqual(["Offline", `Acquiring Virtual IP Address ${virtualIp}`]);
    clock.advance(5);
    expect(roles(world)).toEqual(["Offline", "Going Online"]);
    clock.advance(17);
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(await api.operation(backup, answer.body.id)).toMatchObject({ state: "succeeded", phase: "goingOnline" });
    expect(await api.switchPair(backup, "backup"), "asked again").toMatchObject({
      status: 200,
      body: { status: { failoverStatus: "Online" } },
    });
  });

  test("is refused where it makes no sense", async () => {
    const { api } = await pairedWorld();
    expect(code(await api.switchPair(main, "backup"))).toBe("WRONG_MEMBER");
    expect((await api.switchPair(main, "main")).status).toBe(200);
    expect((await api.switchPair(backup, "backup")).status).toBe(202);
    expect(code(await api.switchPair(backup, "backup"))).toBe("SL_SWITCHING");
    expect(code(await api.putPair(main))).toBe("SL_SWITCHING");
    const { api: unpaired } = await stillWorld();
    expect(code(await unpaired.switchPair(backup, "backup"))).toBe("SL_FAILOVER_NOT_CONFIGURED");
  });

  test("restarts the member that goes offline when the pair is set to that", async () => {
    const { api, clock, world } = await pairedWorld({}, { ...config, restartWhenGoingOffline: true });
    await api.switchPair(backup, "backup");
    clock.advance(17);
    expect(world.agent(main).isRunning).toBe(false);
    clock.advance(90);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test("fails when the member that is to go online stops, and leaves it to the other one to come back", async () => {
    const { api, clock, world } = await pairedWorld();
    const { id } = (await api.switchPair(backup, "backup")).body;
    clock.advance(20);
    world.agent(backup).stop();
    clock.advance(200);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", error: { code: "SL_AGENT_NOT_RUNNING" } });
    expect(world.agent(main).snapshot().status?.failoverStatus).toBe("Online");
  });

  test("is refused by a member that fears ping-pong: its heartbeats fail although its own network is well", async () => {
    const { api, clock, world } = await pairedWorld(
      { main: { syncAddress: "127.30.3.1" }, backup: { syncAddress: "127.30.3.2" } },
      { ...config, mode: "manual", syncInterface: 2 },
    );
    world.pair().breakPath(1);
    clock.advance(60);
    const { id } = (await api.switchPair(backup, "backup")).body;
    clock.advance(310);
    expect(await api.operation(backup, id)).toMatchObject({
      state: "failed",
      error: { detail: expect.stringContaining("All heartbeat paths are failing. Preventing ping-pong.") },
    });
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });

  test("stays in a phase that is held, until it is released", async () => {
    const { api, clock, world } = await pairedWorld();
    world.holdPhase("flushing");
    const { id } = (await api.switchPair(backup, "backup")).body;
    clock.advance(5000);
    expect(await api.operation(backup, id)).toMatchObject({ state: "running", phase: "flushing" });
    world.releasePhase("flushing");
    clock.advance(60);
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });
});
