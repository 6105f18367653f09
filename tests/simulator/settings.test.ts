import { describe, expect, test } from "vitest";
import { type Api, backup, code, hostnameConfig, main, owner, pairedWorld, stillWorld, virtualIp } from "./worlds.js";

const put = (api: Api, settings: unknown, change: Record<string, unknown> = {}) =>
  api.call("PUT", main, "agent/settings", {}, { owner, previousOwner: null, settings, ...change });

describe("settings", () => {
  test("are set under an owner and answered with what holds now", async () => {
    const { api } = await stillWorld();
    const answer = await put(api, {
      timers: { maxStartupSeconds: 60, interfacesRequiredToGoOnline: [] },
      registersInDns: [{ interface: 1, value: false }],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        agent: {
          settings: { maxStartupSeconds: 60, interfacesRequiredToGoOnline: [], maxWaitForOfflineSeconds: 600 },
          interfaces: [{ registersInDns: false }],
        },
      },
    });
  });

  test("that the owner leaves out later, or all with null, are put back as they were before its first change", async () => {
    const { api, world } = await stillWorld();
    const settings = () => world.agent(main).snapshot().agent.settings;
    await put(api, { timers: { maxStartupSeconds: 60, maxWaitForOfflineSeconds: 30 } });
    await put(api, { timers: { maxStartupSeconds: 120 } });
    expect(settings()).toMatchObject({ maxStartupSeconds: 120, maxWaitForOfflineSeconds: 600 });
    await put(api, null);
    expect(settings()).toMatchObject({ maxStartupSeconds: 900, maxWaitForOfflineSeconds: 600 });
  });

  test("of another owner are refused, and move to whoever names that owner as the previous one", async () => {
    const { api, world } = await stillWorld();
    await put(api, { timers: { maxStartupSeconds: 60 } });
    const stranger = { owner: "project/stack/other" };
    expect(code(await put(api, { timers: { maxStartupSeconds: 180 } }, stranger))).toBe("FOREIGN_OWNER");
    expect((await put(api, { timers: { maxWaitForOfflineSeconds: 30 } }, stranger)).status).toBe(200);
    expect(
      (await put(api, { timers: { maxStartupSeconds: 180, maxWaitForOfflineSeconds: 30 } }, { ...stranger, previousOwner: owner })).status,
    ).toBe(200);
    await put(api, null, stranger);
    expect(world.agent(main).snapshot().agent.settings).toMatchObject({ maxStartupSeconds: 900, maxWaitForOfflineSeconds: 600 });
  });

  test("stay on their member and touch no revision", async () => {
    const { api, world } = await pairedWorld();
    const { revision } = world.agent(main).snapshot();
    await put(api, { timers: { maxStartupSeconds: 60 } });
    expect(world.agent(backup).snapshot().agent.settings.maxStartupSeconds).toBe(900);
    expect(world.agent(main).snapshot().revision).toBe(revision);
  });

  test("of an interface that is not there are refused", async () => {
    const { api } = await stillWorld();
    expect((await put(api, { registersInDns: [{ interface: 7, value: true }] })).status).toBe(400);
  });
});

describe("probing", () => {
  test("tells which addresses answer and what names resolve to, forward and reverse", async () => {
    const { api, world } = await pairedWorld({ names: { "DMA.example.com": [main, backup] }, hosts: ["127.30.1.254"] }, hostnameConfig);
    const probe = (addresses: string[], names: string[]) => api.call("POST", main, "probe", {}, { addresses, names });
    expect((await probe([backup, "127.30.1.254", virtualIp], ["dma.example.com.", "nobody.example.com"])).body).toEqual({
      addresses: [
        { address: backup, answers: true, mac: world.agent(backup).snapshot().agent.interfaces[0]?.mac },
        { address: "127.30.1.254", answers: true, mac: expect.any(String) },
        { address: virtualIp, answers: false, mac: null },
      ],
      names: [
        { name: "dma.example.com.", addresses: [main, backup] },
        { name: "nobody.example.com", addresses: [] },
      ],
      reverse: [
        { address: backup, names: ["dma.example.com"] },
        { address: "127.30.1.254", names: [] },
        { address: virtualIp, names: [] },
      ],
    });
    world.setName("dma.example.com", []);
    expect((await probe([], ["dma.example.com"])).body.names).toEqual([{ name: "dma.example.com", addresses: [] }]);
  });

  test("finds the virtual address on the online member", async () => {
    const { api } = await pairedWorld();
    const { body } = await api.call("POST", backup, "probe", {}, { addresses: [virtualIp], names: [] });
    expect(body.addresses).toMatchObject([{ answers: true }]);
  });
});
