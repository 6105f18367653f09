import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { ownedBy } from "../support/owners.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, type LivePairOptions, openLivePair, openPrepared } from "./pairs.js";
import { Resource } from "./resource.js";

let provider: DynamicProvider;
let network = 0;

beforeAll(async () => {
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

/** A pair that this resource owns. */
async function live(options: LivePairOptions = {}) {
  const two = await openLivePair(`64.${++network}`, options);
  return { ...two, resource: await new Resource(provider).up(two.args()) };
}

describe("a pair's outputs", () => {
  test("say what the members say, and what there is not is null", async () => {
    const { world, resource } = await live();
    expect(resource.id).toBe(`${world.address(1)}+${world.address(2)}`);
    expect(resource.outs).toMatchObject({
      dataMinerId: 111,
      state: "active",
      type: "virtualIp",
      members: { main: world.address(1), backup: world.address(2) },
      online: "main",
      onlineAgent: world.address(1),
      failedOver: false,
      led: { main: "green", backup: "green" },
      problems: [],
      warnings: [expect.stringContaining("the pair is not set up anew: it stands already")],
      reachableAt: world.address(5),
      schemaVersion: 2,
    });
    for (const absent of ["hostname", "syncInterface", "restartWhenGoingOffline", "endMode", "timeouts"]) {
      expect(resource.outs[absent]).toBeNull();
    }
  });

  test("name the shared hostname where there is one, and have the same keys", async () => {
    const config = { type: "sharedHostname" as const, hostname: "dma.example.com", virtualIps: [] };
    const { resource } = await live({ config, declared: { virtualIps: undefined, hostname: "DMA.example.com." } });
    expect(resource.outs).toMatchObject({ type: "sharedHostname", reachableAt: "dma.example.com", virtualIps: null });
    expect(Object.keys(resource.outs).sort()).toEqual(Object.keys((await live()).resource.outs).sort());
  });
});

describe("read", () => {
  test("gives the inputs back as they were checked, and writes nothing", async () => {
    const { args, resource, writes } = await live();
    const { inputs, outs } = resource;
    expect(await resource.refresh()).toBe(true);
    expect(resource).toMatchObject({ inputs, outs });
    expect(Object.keys(resource.inputs).sort()).toEqual(Object.keys(inputs).sort());
    expect(await resource.diff(args())).toMatchObject({ changes: false });
    expect(writes()).toEqual([]);
  });

  test("shows a switch in the outputs alone: it is no difference", async () => {
    const { world, args, resource, pair } = await live();
    await pair().switchRoles();
    const { inputs } = resource;
    await resource.refresh();
    expect(resource.outs).toMatchObject({ online: "backup", onlineAgent: world.address(2), failedOver: true });
    expect(resource.inputs).toEqual(inputs);
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("shows a bad row as a red LED and a problem, and it is no difference", async () => {
    const { world, args, resource, agent } = await live();
    agent(2).setDatabase("Failing");
    await resource.refresh();
    expect(resource.outs).toMatchObject({ led: { main: "green", backup: "red" }, state: "active" });
    expect(resource.outs.problems).toEqual([expect.stringMatching(new RegExp(`^backup ${world.address(2)}: Database is Failing`))]);
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("gives live values back as inputs, and up writes the declared ones", async () => {
    const { args, resource, pair } = await live();
    pair().editConfig({ mode: "manual", syncInterface: 1 });
    await resource.refresh();
    expect(resource.inputs.mode).toBe("manual");
    expect(resource.inputs).not.toHaveProperty("syncInterface");
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/^FailoverPair pair: differs from what is declared: mode$/);
    await resource.up(args());
    expect(pair().config).toMatchObject({ mode: "automatic", syncInterface: 1 });
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("gives a fixed input back as declared: it changed behind our back, not in the program, and only up refuses it", async () => {
    const config = { type: "sharedHostname" as const, hostname: "dma.example.com", virtualIps: [] };
    const { args, resource, pair } = await live({ config, declared: { virtualIps: undefined, hostname: "dma.example.com" } });
    pair().editConfig({ hostname: "other.example.com" });
    await resource.refresh();
    expect(resource).toMatchObject({ inputs: { hostname: "dma.example.com" }, outs: { hostname: "other.example.com" } });
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/^FailoverPair pair: differs from what is declared: hostname$/);
    await expect(resource.up(args())).rejects.toThrow(/hostname: the shared hostname other\.example\.com cannot be changed in place/);
    expect(pair().config.hostname).toBe("other.example.com");
  });

  test("says that a pair is gone when both answer without one", async () => {
    const { resource, args } = await live();
    const { world: apart } = await openPrepared("64.200");
    const { main, backup } = await resource.check(args());
    const at = (one: unknown, last: number) => ({ ...(one as object), ...apart.connection(last), address: apart.address(last) });
    expect(await provider.read(resource.id, { ...resource.outs, main: at(main, 1), backup: at(backup, 2) })).toMatchObject({ id: "" });
  });

  test("keeps a pair whose member refuses the token: it is an error", async () => {
    const { resource, agent } = await live();
    agent(2).fail({ kind: "hostError", errorCode: 1010 });
    await expect(resource.refresh()).rejects.toThrow("401 1010");
  });
});

describe("a pair that somebody disabled", () => {
  test("is a difference named state, and up enables it again as it is declared", async () => {
    const { args, resource, pair } = await live();
    pair().setState("inactive");
    await resource.refresh();
    expect(resource.outs.state).toBe("inactive");
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/^FailoverPair pair: differs from what is declared: state$/);
    await resource.up(args());
    expect(resource.outs).toMatchObject({ state: "active", online: "main" });
    expect(pair().owner).toEqual(ownedBy("room/test/pair"));
    expect(await resource.diff(args())).toMatchObject({ changes: false });
  });

  test("is enabled again by create too, with what is declared", async () => {
    const { world, args, pair } = await live();
    pair().setState("inactive");
    const again = await new Resource(provider).up(args({ mode: "manual" }));
    expect(again.outs).toMatchObject({ state: "active", mode: "manual" });
    expect(pair()).toMatchObject({ owner: ownedBy("room/test/pair"), online: "main" });
    expect(world.simulator.agent(world.address(1)).snapshot().agent.elementCount).toBe(40);
  });
});

describe("a change that is only recorded", () => {
  test("touches nothing and asks nobody, and the next read and delete see it", async () => {
    const { world, args, resource } = await live();
    world.simulator.requests.clear();
    const recorded = { endMode: "delete", allowDataLoss: true, allowResetOfMain: true, timeouts: { delete: "2h" }, adopt: "matching" };
    await resource.up(args({ ...recorded, main: world.connection(1, { basePath: "/api//custom/dma-failover/v1" }) }));
    expect(world.simulator.requests.all()).toEqual([]);
    expect(resource.outs).toMatchObject({ ...recorded, main: { basePath: "/api//custom/dma-failover/v1" } });
  });

  test("goes through although a member is silent", async () => {
    const { args, resource, agent } = await live();
    agent(1).stop();
    await resource.up(args({ allowResetOfMain: true }));
    expect(resource.outs.allowResetOfMain).toBe(true);
  });
});
