import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { backup, code, config, heldBy, main, owner, pairedWorld, roles, virtualIp } from "./worlds.js";

const manual = { ...config, mode: "manual" as const };

describe("changing a pair", () => {
  test("writes the online member first and the other one after it, under a new revision", async () => {
    const { api, clock, world } = await pairedWorld();
    const before = await api.snapshot(main);
    const answer = await api.putPair(main, { config: manual });
    expect(answer).toMatchObject({ status: 202, body: { kind: "change", phase: "configuring" } });
    expect((await api.snapshot(backup)).pair?.state).toBe("configuring");
    clock.advance(16);
    expect(world.agent(main).snapshot().pair?.config.mode).toBe("manual");
    expect(world.agent(backup).snapshot().pair?.config.mode).toBe("automatic");
    clock.advance(16);
    const [ofMain, ofBackup] = [await api.snapshot(main), await api.snapshot(backup)];
    expect(ofMain).toMatchObject({ pair: { state: "active", config: { mode: "manual" } } });
    expect(ofBackup.pair?.config).toEqual(ofMain.pair?.config);
    expect(ofBackup.revision).toBe(ofMain.revision);
    expect(ofMain.revision).not.toBe(before.revision);
  });

  test("with an equal configuration is answered at once and writes nothing", async () => {
    const { api, world } = await pairedWorld();
    const { revision } = world.agent(main).snapshot();
    const answer = await api.putPair(main, { config: { ...config, main: { address: main, acquisitionAddress: "10.0.0.1" } } });
    expect(answer).toMatchObject({ status: 200, body: { revision, pair: { owner, operation: null } } });
  });

  test("with an equal configuration and another owner writes the owner on both members", async () => {
    const { api, world } = await pairedWorld();
    const write = {
      owner: "project/stack/renamed",
      previousOwner: owner,
      requestId: randomUUID(),
      revision: world.agent(main).snapshot().revision,
    };
    expect(await api.putPair(main, write)).toMatchObject({ status: 200, body: { pair: { owner: "project/stack/renamed" } } });
    const after = world.agent(backup).snapshot();
    expect(after.pair?.owner).toBe("project/stack/renamed");
    expect(after.revision).toBe(world.agent(main).snapshot().revision);
    expect(after.revision).not.toBe(write.revision);
    expect(await api.putPair(main, write), "sent again").toMatchObject({ status: 200 });
  });

  test.each([
    ["another owner", { owner: "project/stack/stranger" }, "FOREIGN_OWNER"],
    ["a stale revision", { revision: "old" }, "STALE_REVISION"],
    ["another type", { config: { ...config, type: "sharedHostname", virtualIps: [], hostname: "dma.example.com" } }, "UNSUPPORTED"],
  ])("is refused with %s", async (_, change, expected) => {
    const { api } = await pairedWorld();
    const answer = await api.putPair(main, { config: manual, ...change });
    expect([answer.status, code(answer)]).toEqual([409, expected]);
  });

  test("that was made by hand is taken over by whoever has read that it has no owner", async () => {
    const { api } = await pairedWorld({ pairs: [{ config }] });
    expect(await api.putPair(main)).toMatchObject({ status: 200, body: { pair: { owner } } });
  });

  test("is asked of the online member, whichever that is", async () => {
    const { api, clock, world } = await pairedWorld({ pairs: [{ config, owner, online: "backup" }] });
    expect(roles(world)).toEqual(["Offline", "Online"]);
    expect(code(await api.putPair(main, { config: manual }))).toBe("SL_AGENT_OFFLINE");
    expect((await api.putPair(backup, { config: manual })).status).toBe(202);
    clock.advance(40);
    expect(world.agent(main).snapshot().pair?.config.mode).toBe("manual");
  });

  test("moves the virtual address, and the system is told", async () => {
    const { api, clock, world } = await pairedWorld();
    const moved = { ...config, virtualIps: [{ network: "corporate", address: "127.30.1.6", prefixLength: 24 }] };
    await api.putPair(main, { config: moved });
    clock.advance(40);
    expect(heldBy(world, main)).toEqual(["127.30.1.6"]);
    expect(world.agent(main).snapshot().dms.primaryAddress).toBe("127.30.1.6");
  });

  test("that cannot reach the other member is saved on one, fails, and reaches it when they meet", async () => {
    const { api, clock, world } = await pairedWorld();
    world.agent(backup).stop();
    const { id } = (await api.putPair(main, { config: manual })).body;
    clock.advance(120);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", phase: "synchronizing", error: { code: "SL_SYNC_FAILED" } });
    world.agent(backup).start();
    clock.advance(30);
    expect(world.agent(backup).snapshot().pair?.config.mode).toBe("manual");
    expect(world.agent(backup).snapshot().revision).toBe(world.agent(main).snapshot().revision);
  });

  test("behind the back of its owner leaves the owner and changes the revision", async () => {
    const { world } = await pairedWorld();
    const { revision } = world.agent(main).snapshot();
    world.pair().editConfig({ mode: "manual" });
    for (const address of [main, backup])
      expect(world.agent(address).snapshot()).toMatchObject({ pair: { owner, config: { mode: "manual" } } });
    expect(world.agent(main).snapshot().revision).not.toBe(revision);
    expect(world.agent(backup).snapshot().revision).toBe(world.agent(main).snapshot().revision);
    world.pair().setOwner(null);
    expect(world.pair().owner).toBeNull();
    world.pair().editConfig((old) => ({ ...old, virtualIps: [{ network: "corporate", address: "127.30.1.7", prefixLength: 24 }] }));
    expect(heldBy(world, main)).toEqual(["127.30.1.7"]);
  });

  test("on one member alone makes revisions differ until they meet", async () => {
    const { clock, world } = await pairedWorld();
    world.pair().editConfig({ mode: "manual" }, { only: "backup" });
    clock.advance(600);
    expect(world.agent(main).snapshot().pair?.config.mode).toBe("automatic");
    expect(world.agent(main).snapshot().revision).not.toBe(world.agent(backup).snapshot().revision);
    world.pair().meet();
    expect(world.agent(main).snapshot()).toMatchObject({
      pair: { config: { mode: "manual" } },
      revision: world.agent(backup).snapshot().revision,
    });
  });

  test("by a person to invalid or inactive is seen on both members", async () => {
    const { world } = await pairedWorld();
    world.pair().setState("invalid");
    for (const address of [main, backup]) {
      expect(world.agent(address).snapshot()).toMatchObject({
        pair: { state: "invalid" },
        status: { configuration: { value: "Invalid" } },
      });
    }
    world.pair().setState("inactive");
    expect(world.agent(backup).snapshot().pair).toMatchObject({ state: "inactive", owner: null });
    expect(heldBy(world, main)).toEqual([]);
    world.pair().setState("active");
    expect(heldBy(world, main)).toEqual([virtualIp]);
  });
});
