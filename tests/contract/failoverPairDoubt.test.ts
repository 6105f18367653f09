import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, openLivePair } from "./pairs.js";
import { Resource } from "./resource.js";
import { startRetelling } from "./retelling.js";

let provider: DynamicProvider;
let network = 0;

beforeAll(async () => {
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

/** A pair that this resource owns, whose members may tell something else than they hold. */
async function live() {
  const two = await openLivePair(`88.${++network}`);
  const [main, backup] = [await startRetelling(two.agent(1)), await startRetelling(two.agent(2))];
  const args = (more?: object) =>
    two.args({ main: two.world.connection(1, { port: main.port }), backup: two.world.connection(2, { port: backup.port }), ...more });
  return { ...two, args, main, backup, resource: await new Resource(provider).up(args()) };
}

const withoutPair = (snapshot: Snapshot | undefined) => snapshot && { ...snapshot, pair: null, status: null };

describe("a write that the Agents call successful", () => {
  test("is not believed when they read back as before: NOT_APPLIED, kept in state as unfinished", async () => {
    const { args, main, backup, resource } = await live();
    const asBefore = (snapshot: Snapshot | undefined) =>
      snapshot?.pair
        ? { ...snapshot, pair: { ...snapshot.pair, config: { ...snapshot.pair.config, mode: "automatic" as const } } }
        : snapshot;
    for (const member of [main, backup]) member.tell(asBefore);
    await expect(resource.up(args({ mode: "manual" }))).rejects.toThrow(/read back, mode still differ.*Runbook: NOT_APPLIED\.$/);
    expect(resource.outs).toMatchObject({ mode: "automatic", __unfinished: true });
    expect((await resource.diff(args({ mode: "manual" }))).changes).toBe(true);
  });

  test("and after which there is no pair is PAIR_VANISHED, and not a pair in state", async () => {
    const { args, main, backup, pair, resource } = await live();
    const gone = (snapshot: Snapshot | undefined) => (pair().config.mode === "manual" ? withoutPair(snapshot) : snapshot);
    for (const member of [main, backup]) member.tell(gone);
    await expect(resource.up(args({ mode: "manual" }))).rejects.toThrow(
      /both members say that there is no pair.*Runbook: PAIR_VANISHED\.$/,
    );
    expect(resource.outs).toMatchObject({ __unfinished: true });
    expect(await resource.refresh()).toBe(false);
  });
});

describe("an ending that the Agent calls successful", () => {
  test("while it goes on showing the pair is asked for once more, then told as NOT_ENDED: the state keeps the pair", async () => {
    const { agent, main, backup, resource, writes } = await live();
    const before = [agent(1).snapshot(), agent(2).snapshot()];
    for (const [index, member] of [main, backup].entries()) member.tell((snapshot) => (snapshot?.pair ? snapshot : before[index]));
    await expect(resource.destroy()).rejects.toThrow(/succeeded, but \S+1 still shows the pair.*Runbook: NOT_ENDED\.$/);
    expect(writes().filter(({ route }) => route === "endPair")).toHaveLength(2);
  });
});

describe("delete leaves a pair that is not ours", () => {
  test("because nobody owns it any more: somebody made it anew by hand", async () => {
    const { pair, simulator, resource, writes } = await live();
    const before = writes().length;
    pair().setOwner(null);
    await expect(resource.destroy()).rejects.toThrow(/it has no owner any more, .*Runbook: FOREIGN_PAIR\.$/);
    expect([simulator.pairs.length, writes().length]).toEqual([1, before]);
  });

  test("because it is disabled and stored as another's", async () => {
    const { pair, simulator, resource, writes } = await live();
    const before = writes().length;
    pair().setState("inactive");
    pair().setOwner("other/prod/pair");
    await expect(resource.destroy()).rejects.toThrow(/it belongs to other\/prod\/pair now.*Runbook: FOREIGN_PAIR\.$/);
    expect([simulator.pairs.length, writes().length]).toEqual([1, before]);
  });

  test("but one that is stored under one of the two names of an unfinished renaming is ours", async () => {
    const { simulator, resource } = await live();
    const declared = resource.outs.__declared as object;
    resource.outs = { ...resource.outs, __unfinished: true, __attempted: { ...declared, __owner: "room/test/renamed" } };
    await resource.destroy();
    expect(simulator.pairs).toEqual([]);
  });

  test("but a disabled one, which has no owner, is ended as ours", async () => {
    const { pair, simulator, resource } = await live();
    pair().setOwner(null);
    pair().setState("inactive");
    await resource.destroy();
    expect(simulator.pairs).toEqual([]);
  });
});

describe("a member that is in the pair and answers again", () => {
  test("is no sign that the pair is gone, while the other one knows of none", async () => {
    const { main, resource, simulator } = await live();
    main.tell(withoutPair);
    expect(await resource.refresh()).toBe(true);
    expect(resource.outs.problems).toContainEqual(expect.stringContaining("knows of no pair"));
    expect(simulator.pairs).toHaveLength(1);
  });
});

describe.concurrent("one member alone, while the other one is silent,", () => {
  test("proves with its pair that there is one", async () => {
    const { agent, resource } = await live();
    agent(1).stop();
    expect(await resource.refresh()).toBe(true);
    expect(resource.outs).toMatchObject({ reachable: { main: false, backup: true } });
  });

  test.each<[string, Partial<Snapshot["agent"]>, boolean]>([
    ["proves without a pair that there is none, when it has the recorded ID", { dataMinerId: 111 }, true],
    ["proves nothing under another ID", { dataMinerId: 222 }, false],
    ["proves nothing without an ID", { dataMinerId: null }, false],
    ["proves nothing when it is fresh", { dataMinerId: 111, pristine: true }, false],
  ])("%s", async (_, as, proves) => {
    const { agent, main, resource } = await live();
    agent(2).stop();
    main.tell((snapshot) => snapshot && { ...snapshot, pair: null, status: null, agent: { ...snapshot.agent, ...as } });
    if (proves) expect(await resource.refresh()).toBe(false);
    else await expect(resource.refresh()).rejects.toThrow(/Runbook: AGENT_UNREACHABLE\.$/);
  });
});
