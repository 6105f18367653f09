import { afterEach, expect, test } from "vitest";
import { ownedBy } from "../support/owners.js";
import { type Run, Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv, type WorldOptions } from "../support/world.js";

let world: PairWorld;
let stacks: Stack[] = [];
let network = 0;

afterEach(async () => {
  await world.close();
  for (const stack of stacks) await stack.remove();
  stacks = [];
});

async function open(options: WorldOptions = {}): Promise<void> {
  world = await startPairWorld(`57.${++network}`, options);
}

async function newStack(project: string): Promise<Stack> {
  const stack = await Stack.create({ project, environment: { [tokenEnv]: token } });
  stacks.push(stack);
  return stack;
}

const declaration = (pair?: object, more?: object) => ({
  agents: { main: world.connection(1), backup: world.connection(2) },
  pair: { main: "main", backup: "backup", ...world.pair(pair) },
  ...more,
});

const succeeded = ({ code, output }: Run) => expect(`${code}\n${output}`).toMatch(/^0\n/);
const started = () => world.simulator.requests.count({ route: "putPair", status: 202 });

test("a second stack that declares the same pair is refused; after the first has ended it and the backup is prepared again, it works", async () => {
  await open();
  const [first, second] = [await newStack("first"), await newStack("second")];
  for (const stack of [first, second]) await stack.declare(declaration());
  succeeded(await first.up());
  const refused = await second.up();
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("it belongs to first/test/pair");
  expect(world.simulator.pair().owner).toEqual(ownedBy("first/test/pair"));
  succeeded(await first.destroy());
  world.simulator.agent(world.address(2)).prepareAgain({ dataMinerId: 111 });
  await world.simulator.settled();
  succeeded(await second.up());
  expect(world.simulator.pair().owner).toEqual(ownedBy("second/test/pair"));
});

test("a pair that the first stack disabled is enabled by the second, without preparing anything", async () => {
  const profile = { profile: "10.1-gateway" } as const;
  await open({ main: profile, backup: profile });
  const [first, second] = [await newStack("first"), await newStack("second")];
  for (const stack of [first, second]) await stack.declare(declaration({ endMode: "disable" }));
  succeeded(await first.up());
  succeeded(await first.destroy());
  expect(world.simulator.agent(world.address(2)).snapshot().agent.dataMinerId).toBe(111);
  expect(world.simulator.agent(world.address(1)).snapshot().pair?.state).toBe("inactive");
  succeeded(await second.up());
  expect(world.simulator.pair().owner).toEqual(ownedBy("second/test/pair"));
  expect(world.simulator.agent(world.address(1)).snapshot().pair?.state).toBe("active");
});

test("a pair that somebody disabled is drift named state, and up enables it again", async () => {
  const profile = { profile: "10.1-gateway" } as const;
  await open({ main: profile, backup: profile });
  const stack = await newStack("first");
  await stack.declare(declaration());
  succeeded(await stack.up());
  world.simulator.pair().setState("inactive");
  const drift = await stack.drift();
  expect(`${drift.code}\n${drift.output}`).toMatch(/^7\n/);
  expect(drift.output).toContain("FailoverPair pair: differs from what is declared: state\n");
  succeeded(await stack.run("up", "--yes", "--skip-preview", "--refresh"));
  expect(world.simulator.agent(world.address(1)).snapshot().pair).toMatchObject({ state: "active", owner: ownedBy("first/test/pair") });
  succeeded(await stack.drift());
});

test("a pair that somebody disabled is still ours to end: destroy resets the backup", async () => {
  const profile = { profile: "10.1-gateway" } as const;
  await open({ main: profile, backup: profile });
  const stack = await newStack("first");
  await stack.declare(declaration());
  succeeded(await stack.up());
  world.simulator.pair().setState("inactive");
  succeeded(await stack.destroy());
  expect(world.simulator.pairs).toEqual([]);
  expect(world.simulator.agent(world.address(2)).snapshot().agent.pristine).toBe(true);
});

test("Agents that cannot disable refuse that in the first preview, and say what they can", async () => {
  await open();
  const stack = await newStack("first");
  await stack.declare(declaration({ endMode: "disable" }));
  const { code, output } = await stack.run("preview");
  expect(code).not.toBe(0);
  expect(output).toMatch(/endMode.*delete/s);
});

test("a renamed stack and a renamed resource go on owning their pair and settings", async () => {
  await open();
  const stack = await newStack("first");
  const withSettings = (more?: object) => {
    const settings = { settings: { maxWaitForOfflineSeconds: 300 } };
    const agents = { main: world.connection(1, settings), backup: world.connection(2, settings) };
    return { ...declaration(), agents, ...more };
  };
  await stack.declare(withSettings());
  succeeded(await stack.up());
  await stack.rename("renamed");
  succeeded(await stack.up());
  expect(world.simulator.pair().owner).toEqual(ownedBy("first/renamed/pair"));
  await stack.declare(withSettings({ pairName: "studio", formerly: "pair" }));
  const renamed = await stack.up();
  succeeded(renamed);
  expect(world.simulator.pair().owner).toEqual(ownedBy("first/renamed/studio"));
  expect(started()).toBe(1);
  succeeded(await stack.destroy());
  expect(world.simulator.pairs).toEqual([]);
  expect(world.simulator.agent(world.address(1)).snapshot().agent.settings.maxWaitForOfflineSeconds).toBe(600);
});

test("up, destroy, the backup prepared again, up: it works at once", async () => {
  await open();
  const stack = await newStack("first");
  await stack.declare(declaration());
  succeeded(await stack.up());
  succeeded(await stack.destroy());
  world.simulator.agent(world.address(2)).prepareAgain({ dataMinerId: 111 });
  await world.simulator.settled();
  succeeded(await stack.up());
  expect(world.simulator.pair().online).toBe("main");
});

test("a pair that was made by hand is a stranger; adopt matching takes it over as it is, and only then", async () => {
  await open();
  const [maker, stack] = [await newStack("maker"), await newStack("first")];
  await maker.declare(declaration());
  succeeded(await maker.up());
  world.simulator.pair().setOwner(null);
  await stack.declare(declaration());
  const stranger = await stack.run("preview");
  expect(stranger.code).not.toBe(0);
  expect(stranger.output).toContain("it was made by hand");
  await stack.declare(declaration({ adopt: "matching" }));
  expect((await stack.run("preview")).output).toContain("expected it in writing when adopt is");
  await stack.declare(declaration({ adopt: "matching", endMode: "delete", mode: "manual" }));
  const different = await stack.run("preview");
  expect(different.code).not.toBe(0);
  expect(different.output).toContain("differs in mode");
  await stack.declare(declaration({ adopt: "matching", endMode: "delete" }));
  succeeded(await stack.up());
  expect(world.simulator.pair().owner).toEqual(ownedBy("first/test/pair"));
  expect(started()).toBe(1);
  succeeded(await stack.drift());
});
