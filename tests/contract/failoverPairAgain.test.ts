import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider, ProviderError } from "../support/dynamicProvider.js";
import { ownedBy } from "../support/owners.js";
import { token, tokenEnv, type WorldOptions } from "../support/world.js";
import { closeWorlds, openPrepared } from "./pairs.js";
import { holdAt, phasesOf } from "./phases.js";
import { Resource } from "./resource.js";

let provider: DynamicProvider;
let network = 0;

/** Two prepared Agents and no pair yet, and how often their set-up has begun. */
async function open(options: WorldOptions = {}) {
  const two = await openPrepared(`65.${++network}`, options);
  return { ...two, setUps: phasesOf(two.simulator, "checking") };
}

/** Creates by the phase in which one process was at work on each when it was killed. */
const killed = new Map<string, Awaited<ReturnType<typeof open>>>();
const cuts = { first: "checking", second: "synchronizing", third: "joiningCluster", finished: "joiningCluster", changed: "joiningCluster" };

beforeAll(async () => {
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  const doomed = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  try {
    await Promise.all(
      Object.entries(cuts).map(async ([name, phase]) => {
        const two = await open();
        const inputs = await new Resource(provider).check(two.args({ __owner: `room/test/${name}` }));
        await holdAt(two.simulator, phase, () => doomed.create(inputs));
        killed.set(name, two);
      }),
    );
  } finally {
    doomed.stop();
  }
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

function cutOff(name: keyof typeof cuts) {
  const two = killed.get(name);
  if (!two) throw new Error(`There is no ${name}.`);
  return { ...two, args: (more?: object) => two.args({ __owner: `room/test/${name}`, ...more }), phase: cuts[name] };
}

const failure = (call: Promise<unknown>): Promise<ProviderError> =>
  call.then(
    () => Promise.reject(new Error("It succeeded, but it should have failed.")),
    (error: unknown) => (error instanceof ProviderError ? error : Promise.reject(error)),
  );

describe.concurrent("create, called again after a killed run", () => {
  test.each(["first", "second", "third"] as const)("carries on the set-up that is under way in its %s part", async (name) => {
    const { simulator, args, setUps, phase } = cutOff(name);
    const carriedOn = new Resource(provider).up(args());
    await provider.line(new RegExp(`${name}: .*under way \\(${phase}\\)`));
    simulator.releasePhase(phase);
    expect((await carriedOn).outs).toMatchObject({ state: "active", online: "main" });
    expect(setUps.count).toBe(1);
    // The second one only stamps the generation of this creation.
    expect(simulator.requests.all().flatMap(({ route, status }) => (route === "putPair" ? [status] : []))).toEqual([202, 200]);
  });

  test("takes up the pair that was finished meanwhile: only its owner gets the generation of this creation", async () => {
    const { simulator, args, phase, pair, writes } = cutOff("finished");
    simulator.releasePhase(phase);
    await simulator.settled();
    simulator.requests.clear();
    const before = pair().owner;
    expect((await new Resource(provider).up(args())).outs).toMatchObject({ state: "active", problems: [] });
    expect(writes().map(({ method, status }) => `${method} ${status}`)).toEqual(["PUT 200"]);
    expect([before, pair().owner]).toEqual([ownedBy("room/test/finished"), ownedBy("room/test/finished")]);
    expect(pair().owner).not.toBe(before);
  });

  test("changes the difference when the program was changed in between", async () => {
    const { simulator, args, setUps, phase, pair } = cutOff("changed");
    const changed = new Resource(provider).up(args({ mode: "manual" }));
    simulator.releasePhase(phase);
    expect((await changed).outs).toMatchObject({ state: "active", mode: "manual" });
    expect(pair().config.mode).toBe("manual");
    expect(setUps.count).toBe(1);
  });
});

describe.concurrent("create that ran out of time", () => {
  test("leaves id, properties and reasons; diff says changes, and update finishes what it began", async () => {
    const { simulator, args, setUps } = await open();
    simulator.holdPhase("synchronizing");
    const resource = new Resource(provider);
    const brief = args({ timeouts: { create: "4s" } });
    const { message, initFailure } = await failure(resource.up(brief));
    expect(initFailure?.reasons).toEqual([message]);
    expect(message).toMatch(/not done within 4s, last seen: .*synchronizing|not done within 4s, last seen: running/);
    expect(initFailure?.properties).toMatchObject({ __provider: expect.stringContaining(".failoverPair"), schemaVersion: 2 });
    expect(initFailure?.properties.main).toMatchObject({ tokenEnv });
    expect(await resource.diff(brief)).toMatchObject({ changes: true, replaces: [] });
    simulator.releasePhase("synchronizing");
    await resource.up(brief);
    expect(resource.outs).toMatchObject({ state: "active", online: "main", __provider: initFailure?.properties.__provider });
    expect(await resource.diff(brief)).toMatchObject({ changes: false });
    expect(setUps.count).toBe(1);
  });

  test("can be refreshed and is still not finished for diff", async () => {
    const { simulator, args } = await open();
    simulator.holdPhase("joiningCluster");
    const resource = new Resource(provider);
    await failure(resource.up(args({ timeouts: { create: "4s" } })));
    simulator.releasePhase("joiningCluster");
    await simulator.settled();
    expect(await resource.refresh()).toBe(true);
    expect(resource.outs).toMatchObject({ state: "active", mode: "automatic" });
    expect(await resource.diff(args({ timeouts: { create: "4s" } }))).toMatchObject({ changes: true });
  });

  test("can be deleted: the set-up is waited for, then ended", async () => {
    const { simulator, args, agent } = await open();
    simulator.holdPhase("joiningCluster");
    const resource = new Resource(provider);
    await failure(resource.up(args({ timeouts: { create: "4s" } })));
    const deleted = resource.destroy();
    simulator.releasePhase("joiningCluster");
    await deleted;
    expect(simulator.pairs).toEqual([]);
    expect(agent(1).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
  });
});

describe.concurrent("a write", () => {
  test("whose answer is lost is sent again as the same write: one set-up", async () => {
    const { simulator, args, agent, setUps } = await open();
    agent(1).fail({ kind: "loseAnswer" }, { route: "putPair" });
    expect((await new Resource(provider).up(args())).outs.state).toBe("active");
    expect(simulator.requests.count({ method: "PUT", path: "pair" })).toBe(2);
    expect(setUps.count).toBe(1);
  });

  test("that is refused records nothing, at create and at update", async () => {
    const { simulator, args, agent } = await open();
    agent(1).fail({ kind: "hostError", errorCode: 1011 }, { route: "putPair" });
    const resource = new Resource(provider);
    expect(await failure(resource.up(args()))).toMatchObject({ initFailure: undefined, message: expect.stringContaining("414") });
    expect(simulator.pairs).toEqual([]);
    const { outs } = await resource.up(args());
    agent(1).fail({ kind: "hostError", errorCode: 1011 }, { route: "putPair" });
    expect(await failure(resource.up(args({ mode: "manual" })))).toMatchObject({ initFailure: undefined });
    expect(resource.outs).toEqual(outs);
    expect(await resource.diff(args({ mode: "manual" }))).toMatchObject({ changes: true });
  });

  test("is not even tried when preflight refuses: every violation at once, and no id", async () => {
    const { simulator, args } = await open({ backup: { dataMinerId: 222, system: "OTHER", version: "10.5.3.0-15500", pristine: false } });
    const checked = { ...(await provider.check({ main: {} }, args())).inputs };
    const { message, initFailure } = await failure(provider.create(checked));
    for (const said of ["ID 222", 'cluster "OTHER"', "10.5.3.0-15500"]) expect(message).toContain(said);
    expect(initFailure).toBeUndefined();
    expect(simulator.requests.count({ method: "PUT" })).toBe(0);
  });

  test("whose set-up failed is kept in state, and the next run sets up anew", async () => {
    const { simulator, args, world, setUps } = await open();
    simulator.atPhase("checking", () => simulator.setForeignHost(world.address(5), true));
    const resource = new Resource(provider);
    const { message, initFailure } = await failure(resource.up(args()));
    expect(message).toMatch(new RegExp(`failed in phase checking, .*Virtual IP address ${world.address(5)} is in use`));
    expect(initFailure?.id).toBe(`${world.address(1)}+${world.address(2)}`);
    expect(await resource.diff(args())).toMatchObject({ changes: true, replaces: [] });
    simulator.setForeignHost(world.address(5), false);
    await resource.up(args());
    expect(resource.outs).toMatchObject({ state: "active", __unfinished: false });
    expect(setUps.count).toBe(2);
  });

  test("whose set-up failed leaves nothing to end, and a refresh drops it", async () => {
    const { simulator, args, world, writes } = await open();
    simulator.atPhase("checking", () => simulator.setForeignHost(world.address(5), true));
    const resource = new Resource(provider);
    await failure(resource.up(args()));
    await resource.destroy();
    expect(writes().map(({ method }) => method)).toEqual(["PUT"]);
    expect(await resource.refresh()).toBe(false);
  });

  test("whose operation the Agent forgets is looked at again by the next run: one set-up", async () => {
    const { simulator, args, agent, setUps } = await open();
    const resource = new Resource(provider);
    const forgetting = holdAt(simulator, "joiningCluster", () => resource.up(args()).catch(() => {}));
    await forgetting;
    for (const last of [1, 2]) agent(last).forgetOperations();
    simulator.releasePhase("joiningCluster");
    await simulator.settled();
    await resource.up(args());
    expect(resource.outs).toMatchObject({ state: "active", online: "main" });
    expect(setUps.count).toBe(1);
  });
});
