import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { ownedBy } from "../support/owners.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, type LivePairOptions, openLivePair, openPrepared } from "./pairs.js";
import { phasesOf } from "./phases.js";
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

/** A pair that exists already, and what a program of stack room/test declares of it. */
const open = (options: LivePairOptions = {}) =>
  openLivePair(`66.${++network}`, { ...options, declared: { __owner: "room/test/pair", ...options.declared } });

const adopting = { adopt: "matching", endMode: "delete" };

/** What create says, called as in an update: check has asked nobody, or it was long ago. */
async function refusalOf(args: object): Promise<string> {
  const { inputs } = await provider.check({ mode: "manual" }, { ...args });
  return provider.create(inputs).then(
    () => "It succeeded, but it should have failed.",
    (error: Error & { initFailure?: unknown }) => {
      expect(error.initFailure).toBeUndefined();
      return error.message;
    },
  );
}

describe("a stranger's pair", () => {
  const strangers: [whose: string, owner: string | null, said: string][] = [
    ["another stack", "room/other/pair", "it belongs to room/other/pair"],
    ["another resource of this stack", "room/test/twin", "it belongs to room/test/twin"],
    ["nobody: it was made by hand", null, "it was made by hand"],
  ];
  test.each(strangers)("of %s is refused in the first preview and in create, and nothing is touched", async (_, owner, said) => {
    const { args, writes, pair } = await open({ owner });
    const { failures } = await provider.check({}, args());
    expect(failures).toEqual([{ property: "", reason: expect.stringContaining(said) }]);
    expect(failures[0]?.reason).toContain('set adopt: "matching"');
    expect(await refusalOf(args())).toContain(said);
    expect(pair().owner).toBe(owner);
    expect(writes()).toEqual([]);
  });

  test("that is equal is adopted when the program says so: only its owner is written", async () => {
    const { args, pair, writes, simulator } = await open({ owner: "room/other/pair", config: { syncInterface: 1 } });
    const resource = await new Resource(provider).up(args(adopting));
    expect(pair()).toMatchObject({ owner: ownedBy("room/test/pair"), config: { syncInterface: 1 } });
    expect(writes().map(({ method, status }) => `${method} ${status}`)).toEqual(["PUT 200"]);
    expect(simulator.agents.map((agent) => agent.snapshot().pair?.operation ?? null)).toEqual([null, null]);
    expect(await resource.diff(args(adopting))).toMatchObject({ changes: false });
  });

  test("made by hand is adopted too, and then ended by this resource", async () => {
    const { args, pair, simulator } = await open({ owner: null });
    const resource = await new Resource(provider).up(args(adopting));
    expect(pair().owner).toEqual(ownedBy("room/test/pair"));
    await resource.destroy();
    expect(simulator.pairs).toEqual([]);
  });

  test("that differs is not adopted, and every difference is named", async () => {
    const { args, writes } = await open({ owner: "room/other/pair", config: { mode: "manual", heartbeats: [] } });
    const { failures } = await provider.check({}, args(adopting));
    const said = /belongs to room\/other\/pair and differs in mode, heartbeats\. Declare it as it is to adopt it/;
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(said) }]);
    expect(await refusalOf(args(adopting))).toMatch(said);
    expect(writes()).toEqual([]);
  });

  test("with another backup is refused at once, whoever owns it: an Agent can be in one pair only", async () => {
    for (const owner of [null, "room/test/pair"]) {
      const { world, args, writes } = await open({ owner, others: { 3: { dataMinerId: 111, pristine: true } } });
      const declared = args({ ...adopting, backup: world.connection(3) });
      expect((await provider.check({}, declared)).failures).not.toEqual([]);
      expect(await refusalOf(declared)).toContain(world.address(2));
      expect(writes()).toEqual([]);
    }
  });

  test("with main and backup exchanged is refused at once", async () => {
    const { world, args, writes } = await open();
    expect(await refusalOf(args({ ...adopting, main: world.connection(2), backup: world.connection(1) }))).toMatch(/main|backup/);
    expect(writes()).toEqual([]);
  });
});

test("two programs that begin at once make one pair: one is refused, and has nothing in state", async () => {
  const two = await openPrepared("66.200");
  const setUps = phasesOf(two.simulator, "checking");
  const both = ["room/test/pair", "room/other/pair"].map(async (owner) => {
    const resource = new Resource(provider);
    const inputs = await resource.check(two.args({ __owner: owner }));
    return { owner, create: () => provider.create(inputs) };
  });
  const ends = await Promise.allSettled((await Promise.all(both)).map(({ create }) => create()));
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  for (const end of ends) if (end.status === "rejected") expect(end.reason).toMatchObject({ initFailure: undefined });
  const winner = ends.findIndex(({ status }) => status === "fulfilled");
  expect(two.pair().owner).toEqual(ownedBy((await both[winner])?.owner ?? ""));
  expect(setUps.count).toBe(1);
});

describe("a renamed resource", () => {
  const renamed = { __owner: "room/test/renamed" };

  test("goes on owning its pair: only the owner is written, no operation begins", async () => {
    const { args, pair, writes } = await open();
    const resource = await new Resource(provider).up(args());
    expect(await resource.diff(args(renamed))).toMatchObject({ changes: true, replaces: [] });
    await resource.up(args(renamed));
    expect(pair().owner).toEqual(ownedBy("room/test/renamed"));
    expect(writes().map(({ method, status }) => `${method} ${status}`)).toEqual(["PUT 200"]);
    expect(await resource.diff(args(renamed))).toMatchObject({ changes: false });
    await resource.destroy();
  });

  test("may change its configuration in the same run", async () => {
    const { args, pair } = await open();
    const resource = await new Resource(provider).up(args());
    await resource.up(args({ ...renamed, mode: "manual" }));
    expect(pair()).toMatchObject({ owner: ownedBy("room/test/renamed"), config: { mode: "manual" } });
  });

  test("keeps its pair also when the answer to the write is lost for good: the next run finds it renamed", async () => {
    const { args, pair, world } = await open();
    const resource = await new Resource(provider).up(args());
    const main = world.simulator.agent(world.address(1));
    main.fail({ kind: "loseAnswer" }, { route: "putPair", times: 999 });
    const brief = args({ ...renamed, timeouts: { update: "2s" } });
    await expect(resource.up(brief)).rejects.toThrow();
    main.faults.clear();
    expect(pair().owner).toEqual(ownedBy("room/test/renamed"));
    expect(await resource.diff(brief)).toMatchObject({ changes: true });
    await resource.up(brief);
    expect(await resource.diff(brief)).toMatchObject({ changes: false });
  });

  test("that loses its answer for good may also go back to its old name", async () => {
    const { args, pair, world } = await open();
    const resource = await new Resource(provider).up(args());
    const main = world.simulator.agent(world.address(1));
    main.fail({ kind: "loseAnswer" }, { route: "putPair", times: 999 });
    await expect(resource.up(args({ ...renamed, timeouts: { update: "2s" } }))).rejects.toThrow();
    main.faults.clear();
    await resource.up(args());
    expect(pair().owner).toEqual(ownedBy("room/test/pair"));
  });
});

describe("a pair that somebody else took over", () => {
  test("is drift, is not written any more, and is not ended", async () => {
    const { args, pair, simulator } = await open();
    const resource = await new Resource(provider).up(args());
    pair().setOwner("room/other/pair");
    await resource.refresh();
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    await provider.line(/differs from what is declared: owner$/);
    await expect(resource.up(args({ mode: "manual" }))).rejects.toThrow("it belongs to room/other/pair");
    await expect(resource.destroy()).rejects.toThrow(/it belongs to room\/other\/pair now.*`pulumi state delete`/);
    expect(pair().config.mode).toBe("automatic");
    expect(simulator.pairs).toHaveLength(1);
  });
});
