import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, type LivePairOptions, openLivePair, type TwoAgents } from "./pairs.js";
import { holdAt, phasesOf } from "./phases.js";
import { Resource } from "./resource.js";

let provider: DynamicProvider;
let network = 0;

/** A pair that this resource owns; `name` makes its lines its own. */
async function live(options: LivePairOptions = {}) {
  const name = `pair${++network}`;
  const two = await openLivePair(`68.${network}`, { owner: `room/test/${name}`, ...options });
  const endings = phasesOf(two.simulator, "stoppingOffline");
  return { ...two, name, endings, resource: await new Resource(provider).up(two.args()) };
}

/** The one server has its data and its own address only, the other one has nothing at all. */
function expectEnded({ simulator, agent }: TwoAgents): void {
  const [main, backup] = [agent(1).snapshot().agent, agent(2).snapshot().agent];
  expect(simulator.pairs).toEqual([]);
  expect(main).toMatchObject({ dataMinerId: 111, elementCount: 40, pristine: false });
  expect(main.interfaces.flatMap(({ addresses }) => addresses).filter(({ virtual }) => virtual)).toEqual([]);
  expect(backup).toMatchObject({ dataMinerId: null, elementCount: 0, pristine: true });
}

/** Pairs by the phase in which one process was ending each when it was killed. */
const killed = new Map<string, Awaited<ReturnType<typeof live>>>();
const cuts = ["stoppingOffline", "resettingOffline", "releasingVirtualIp", "restartingOnline"];

beforeAll(async () => {
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  const doomed = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  try {
    for (const phase of cuts) {
      const made = await live();
      await holdAt(made.simulator, phase, () => doomed.delete(made.resource.id, made.resource.outs));
      killed.set(phase, made);
    }
  } finally {
    doomed.stop();
  }
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

describe.concurrent("delete", () => {
  test("ends the pair, says before who is reset, and deleting again is success without a write", async () => {
    const made = await live();
    const { name, world, resource, writes } = made;
    await resource.destroy();
    expectEnded(made);
    await provider.line(new RegExp(`${name}: ${world.address(2)} is reset to factory settings`));
    await resource.destroy();
    await resource.destroy();
    expect(writes()).toHaveLength(1);
  });

  test.each(cuts)("carries on an ending that was killed in phase %s: one ending in all", async (phase) => {
    const made = killed.get(phase);
    if (!made) throw new Error(`There is no ${phase}.`);
    const carriedOn = made.resource.destroy();
    made.simulator.releasePhase(phase);
    await carriedOn;
    await made.simulator.settled();
    expectEnded(made);
    expect(made.endings.count).toBe(1);
  });

  test("that ran out of time says so, and the next one finishes it", async () => {
    const made = await live();
    const { simulator, args, resource, endings } = made;
    await resource.up(args({ timeouts: { delete: "4s" } }));
    simulator.holdPhase("resettingOffline");
    await expect(resource.destroy()).rejects.toThrow(/not done within 4s/);
    simulator.releasePhase("resettingOffline");
    await resource.destroy();
    expectEnded(made);
    expect(endings.count).toBe(1);
  });

  test("whose answer is lost is sent again as the same write: one ending", async () => {
    const made = await live();
    const { resource, agent, writes, endings } = made;
    agent(1).fail({ kind: "loseAnswer" }, { route: "endPair" });
    await resource.destroy();
    expectEnded(made);
    expect(writes()).toHaveLength(2);
    expect(endings.count).toBe(1);
  });

  test("that the Agent refuses ends nothing, and the next one does", async () => {
    const made = await live();
    const { simulator, resource, agent } = made;
    agent(1).fail({ kind: "hostError", errorCode: 1011 }, { route: "endPair" });
    await expect(resource.destroy()).rejects.toThrow("414 1011");
    expect(simulator.pairs).toHaveLength(1);
    await resource.destroy();
    expectEnded(made);
  });
});

describe.concurrent("delete refuses, and touches nothing", () => {
  const guards: [when: string, act: (made: Awaited<ReturnType<typeof live>>) => unknown, said: RegExp][] = [
    ["the backup is online, for main would be reset", ({ pair }) => pair().switchRoles(), /Switch back first, or set allowResetOfMain/],
    [
      "it is to be disabled where that is gone",
      ({ resource, args }) => resource.up(args({ endMode: "disable" })),
      /cannot end a pair by "disable"; it can do: delete/,
    ],
  ];
  test.each(guards)("when %s", async (_, act, said) => {
    const made = await live();
    await act(made);
    await expect(made.resource.destroy()).rejects.toThrow(said);
    expect(made.writes()).toEqual([]);
    expect(made.agent(2).snapshot().agent.elementCount).toBe(40);
  });
});

test("with allowResetOfMain the backup stays, with the data, and main is reset", async () => {
  const { args, resource, simulator, agent } = await live();
  await resource.up(args({ allowResetOfMain: true }));
  await simulator.pair().switchRoles();
  await resource.destroy();
  expect(simulator.pairs).toEqual([]);
  expect(agent(2).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
  expect(agent(1).snapshot().agent).toMatchObject({ dataMinerId: null, pristine: true });
});

test("endMode disable keeps both members and the configuration, inactive; up enables it again", async () => {
  const old = { profile: "10.1-gateway" } as const;
  const { args, resource, simulator, agent } = await live({ main: old, backup: old });
  await resource.up(args({ endMode: "disable" }));
  await resource.destroy();
  expect(agent(1).snapshot().pair).toMatchObject({ state: "inactive", owner: null });
  expect(agent(2).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
  await resource.destroy();
  const again = await new Resource(provider).up(args({ endMode: "disable" }));
  expect(again.outs).toMatchObject({ state: "active", online: "main" });
  expect(simulator.pair().owner).toMatch(/^room\/test\/pair/);
});
