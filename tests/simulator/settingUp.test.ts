import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AgentOptions } from "../../simulator/index.js";
import {
  type Api,
  backup,
  code,
  config,
  fastWorld,
  heldBy,
  hostnameConfig,
  main,
  owner,
  pairedWorld,
  roles,
  stillWorld,
  virtualIp,
} from "./worlds.js";

type World = Awaited<ReturnType<typeof stillWorld>>;

/** Lets time pass in small steps until an operation is in a phase, or has ended. */
async function passUntil({ api, clock }: World, id: unknown, phase: string): Promise<string> {
  for (let step = 0; step < 200; step++) {
    const operation = await api.operation(main, id);
    if (operation.phase === phase || operation.state !== "running") return operation.phase;
    clock.advance(5);
  }
  throw new Error(`Never came to ${phase}.`);
}

const refused = async (api: Api, address: string): Promise<unknown> => {
  try {
    return (await api.call("GET", address, "agent")).status;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe("setting a pair up", () => {
  test("goes through its phases and ends with both members up, main online with the virtual address", async () => {
    const { api, world } = await fastWorld();
    const phases = new Set<string>();
    world.holdPhase("checking"); // A busy machine may take longer over the answer than the phase lasts.
    const answer = await api.putPair(main);
    expect(answer).toMatchObject({
      status: 202,
      body: { kind: "setUp", state: "running", phase: "checking", percent: expect.any(Number), finishedUtc: null },
    });
    world.releasePhase("checking");
    for (let state = "running"; state === "running"; ) {
      // The connection that asks may be the one that drops when main acquires the address.
      const operation = await api.operation(main, answer.body.id).catch(() => null);
      if (operation) phases.add(operation.phase);
      state = operation?.state ?? "running";
    }
    expect([...phases]).toContain("synchronizing");
    await world.settled();
    const [ofMain, ofBackup] = [await api.snapshot(main), await api.snapshot(backup)];
    expect(ofMain.pair).toMatchObject({
      state: "active",
      owner,
      position: "main",
      buddyReachable: true,
      operation: { state: "succeeded", percent: 100 },
    });
    expect(ofBackup.pair).toMatchObject({ state: "active", owner, position: "backup", config, operation: { id: answer.body.id } });
    expect(ofBackup.revision).toBe(ofMain.revision);
    expect(roles(world)).toEqual(["Online", "Offline"]);
    expect([heldBy(world, main), heldBy(world, backup)]).toEqual([[virtualIp], []]);
    expect(ofBackup.agent).toMatchObject({ cluster: "DMS", elementCount: 40, pristine: false });
    expect(ofMain.dms).toEqual({ pairTypes: ["virtualIp"], agentsByHostname: false, primaryAddress: virtualIp });
  });

  test("shows each phase from outside: configuring, the copy, the restart of the backup, the claim of the address", async () => {
    const world = await stillWorld({ main: { acquisitionAddress: "127.30.2.1" }, backup: { acquisitionAddress: "127.30.2.2" } });
    const { api } = world;
    const { id } = (await api.putPair(main)).body;
    expect(world.world.agent(main).snapshot()).toMatchObject({ pair: { state: "configuring" }, status: null });
    expect(world.world.agent(backup).snapshot().pair).toBeNull();

    expect(await passUntil(world, id, "synchronizing")).toBe("synchronizing");
    const configured = world.world.agent(backup).snapshot();
    expect(configured).toMatchObject({ pair: { state: "configuring", position: "backup" }, agent: { cluster: null, elementCount: 0 } });
    expect(configured.pair?.config.main.acquisitionAddress).toBe("127.30.2.1");
    expect(configured.revision).toBe(world.world.agent(main).snapshot().revision);

    expect(await passUntil(world, id, "goingOffline")).toBe("goingOffline");
    expect(await refused(api, backup)).toBe("ECONNREFUSED");
    while (!world.world.agent(backup).isRunning) world.clock.advance(1);
    expect(await refused(api, backup)).toBe(503);

    expect(await passUntil(world, id, "acquiringVirtualIp")).toBe("acquiringVirtualIp");
    expect(roles(world.world)).toEqual([`Acquiring Virtual IP Address ${virtualIp}`, "Offline"]);
    expect(heldBy(world.world, main)).toEqual([]);

    expect(await passUntil(world, id, "joiningCluster")).toBe("joiningCluster");
    expect(roles(world.world)).toEqual(["Online", "Offline"]);
    expect(heldBy(world.world, main)).toEqual([virtualIp]);
    world.clock.advance(31);
    expect(await api.operation(main, id)).toMatchObject({ state: "succeeded", percent: 100, error: null });
  });

  test("of a pair with a shared hostname moves no address, and the system knows it by its name", async () => {
    const { api, clock, world } = await stillWorld();
    await api.putPair(main, { config: hostnameConfig });
    clock.advance(600);
    expect(world.agent(main).snapshot()).toMatchObject({
      pair: { state: "active" },
      dms: { primaryAddress: "dma.example.com", pairTypes: ["sharedHostname"] },
    });
    expect(heldBy(world, main)).toEqual([]);
  });

  const refusals: [string, { main?: Partial<AgentOptions>; backup?: Partial<AgentOptions> }, string][] = [
    ["different DataMiner IDs", { backup: { dataMinerId: 112 } }, "SL_FAILOVER_DIFF_DMA_IDS"],
    ["a backup without an ID", { backup: { dataMinerId: null } }, "SL_FAILOVER_DIFF_DMA_IDS"],
    ["different versions", { backup: { version: "10.5.6.0-15713" } }, "SL_VERSION_INCOMPATIBILITY"],
    ["a backup that is in a cluster", { backup: { system: "OTHER" } }, "SL_NOT_ALLOWED"],
    ["a backup that was used", { backup: { pristine: false } }, "SL_NOT_ALLOWED"],
    ["Swarming", { main: { swarming: true } }, "SL_SYSTEM_REQUIREMENTS_NOT_MET"],
    ["another flavour of NATS", { backup: { nats: "slnetManaged" } }, "SL_SYSTEM_REQUIREMENTS_NOT_MET"],
    ["a main Agent in no cluster", { main: { system: undefined as unknown as string } }, "SL_AGENT_NOT_IN_CLUSTER"],
  ];
  test.each(refusals)("fails in its checks on %s, and leaves no trace", async (_, options, expected) => {
    const { api, clock, world } = await stillWorld(options);
    const before = world.agent(backup).snapshot();
    const { id } = (await api.putPair(main)).body;
    clock.advance(60);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", phase: "checking", error: { code: expected } });
    expect(world.agent(main).snapshot()).toMatchObject({ pair: null, status: null });
    expect(world.agent(backup).snapshot()).toEqual(before);
  });

  test("fails when a foreign host answers on the virtual address", async () => {
    const { api, clock, world } = await stillWorld();
    world.setForeignHost(virtualIp, true);
    const { id } = (await api.putPair(main)).body;
    clock.advance(60);
    expect(await api.operation(main, id)).toMatchObject({
      state: "failed",
      error: { code: "SL_NOT_ALLOWED", detail: expect.stringContaining(virtualIp) },
    });
  });

  test("fails when another pair of the system is of the other type", async () => {
    const others = [
      { address: "127.30.1.11", dataMinerId: 222, system: "DMS" },
      { address: "127.30.1.12", dataMinerId: 222, pristine: true },
    ];
    const second = {
      ...hostnameConfig,
      main: { address: "127.30.1.11", acquisitionAddress: null },
      backup: { address: "127.30.1.12", acquisitionAddress: null },
    };
    const { api, clock } = await stillWorld({ others, pairs: [{ config: second }] });
    const { id } = (await api.putPair(main)).body;
    clock.advance(60);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", error: { code: "SL_NOT_ALLOWED" } });
    const again = (await api.putPair(main, { config: { ...hostnameConfig, hostname: "other.example.com" } })).body;
    clock.advance(600);
    expect(await api.operation(main, again.id)).toMatchObject({ state: "succeeded" });
  });

  test("takes its configuration back when the backup is lost during the copy", async () => {
    const { api, clock, world } = await stillWorld();
    const { id } = (await api.putPair(main)).body;
    clock.advance(60);
    world.agent(backup).stop();
    clock.advance(700);
    expect(await api.operation(main, id)).toMatchObject({ state: "failed", phase: "synchronizing", error: { code: "SL_NO_CONNECTION" } });
    expect(world.agent(main).snapshot().pair).toBeNull();
  });

  test("goes on after the main Agent was restarted in the middle of it", async () => {
    const { api, clock, world } = await stillWorld();
    world.atPhase("synchronizing", () => world.agent(main).restart());
    const { id } = (await api.putPair(main)).body;
    clock.advance(800);
    expect(await api.operation(main, id)).toMatchObject({ state: "succeeded" });
    expect(roles(world)).toEqual(["Online", "Offline"]);
  });

  test("is asked of the main Agent only", async () => {
    const { api } = await stillWorld();
    expect(code(await api.putPair(backup))).toBe("WRONG_MEMBER");
  });

  test("is refused under a revision that is not true, and while it is under way already", async () => {
    const { api } = await stillWorld();
    expect(code(await api.putPair(main, { revision: "old" }))).toBe("STALE_REVISION");
    expect((await api.putPair(main)).status).toBe(202);
    expect(code(await api.putPair(main))).toBe("SL_FAILOVER_CONFIG");
  });

  test("is begun once, however often the same write is sent", async () => {
    const { api, clock, world } = await stillWorld();
    const write = { requestId: randomUUID(), revision: world.agent(main).snapshot().revision };
    const first = await api.putPair(main, write);
    clock.advance(100);
    const second = await api.putPair(main, write);
    expect([second.status, second.body.id]).toEqual([202, first.body.id]);
    clock.advance(600);
    expect((await api.putPair(main, write)).body).toMatchObject({ id: first.body.id, state: "succeeded" });
    expect(code(await api.putPair(main, { ...write, owner: "project/stack/other" }))).toBe("REQUEST_ID_REUSED");
  });

  test("is remembered over a restart; an operation that nobody knows is a 404", async () => {
    const { api, clock, world } = await pairedWorld({}, { ...config, mode: "manual" });
    const { id } = (await api.switchPair(backup, "backup")).body;
    clock.advance(100);
    world.agent(backup).restart();
    clock.advance(60);
    expect(await api.operation(backup, id)).toMatchObject({ id, state: "succeeded" });
    expect(await api.call("GET", backup, "operation", { id: "nobody" })).toMatchObject({
      status: 404,
      body: { errors: [{ code: "UNKNOWN_OPERATION" }] },
    });
    world.agent(backup).forgetOperations();
    expect((await api.call("GET", backup, "operation", { id: String(id) })).status).toBe(404);
  });
});
