import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { phases } from "../../provider/agent/operationSchema.js";
import { type Run, Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

let world: PairWorld;
let stack: Stack;
let network = 0;

beforeEach(async () => {
  world = await startPairWorld(`56.${++network}`);
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
  await declare();
});

afterEach(async () => {
  await world.close();
  await stack.remove();
});

const declare = (pair?: object) =>
  stack.declare({
    agents: { main: world.connection(1), backup: world.connection(2) },
    pair: { main: "main", backup: "backup", ...world.pair(pair) },
  });

/** The CLI is killed at the moment that a phase begins; the phase ends only after the stack was unlocked again. */
async function killedIn(phase: string, ...command: string[]): Promise<void> {
  const begun = new Promise<void>((reached) => world.simulator.atPhase(phase, reached));
  world.simulator.holdPhase(phase);
  const run = stack.start(...command, "--yes", "--skip-preview");
  await Promise.race([begun, run.ended.then(({ output }) => Promise.reject(new Error(`ended before ${phase}:\n${output}`)))]);
  run.kill();
  await run.ended;
  await stack.succeed("cancel", "--yes");
  world.simulator.releasePhase(phase);
}

const succeeded = ({ code, output }: Run) => expect(`${code}\n${output}`).toMatch(/^0\n/);
const started = (route: "putPair" | "endPair") => world.simulator.requests.count({ route, status: 202 });
const ours = async () => (await stack.exported()).resources.filter(({ type }) => type.includes("dataminer"));

describe("kill -9 during the set-up", () => {
  test.each(phases.setUp)("in %s: up carries on, and there is one pair from one set-up", async (phase) => {
    await killedIn(phase, "up");
    succeeded(await stack.up());
    expect(started("putPair")).toBe(1);
    expect(world.simulator.pairs).toHaveLength(1);
    expect(world.simulator.pair().online).toBe("main");
    expect(await ours()).toHaveLength(3);
    succeeded(await stack.drift());
  });

  test("destroy right after it refuses and says what to do; up, then destroy, leaves nothing", async () => {
    await killedIn("synchronizing", "up");
    await world.simulator.settled();
    const refused = await stack.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("run `pulumi up` first, then `pulumi destroy`");
    succeeded(await stack.up());
    succeeded(await stack.destroy());
    expect(started("putPair")).toBe(1);
    expect(started("endPair")).toBe(1);
    expect(world.simulator.pairs).toEqual([]);
    expect(await ours()).toEqual([]);
  });
});

describe("kill -9 during a change", () => {
  test.each(phases.change)("in %s: up finds it done or does it, and the pair is as declared", async (phase) => {
    succeeded(await stack.up());
    await declare({ mode: "manual" });
    await killedIn(phase, "up");
    succeeded(await stack.up());
    expect(world.simulator.pair().config.mode).toBe("manual");
    expect(world.simulator.pairs).toHaveLength(1);
    succeeded(await stack.drift());
  });
});

describe("kill -9 during the ending", () => {
  test.each(phases.end)("in %s: destroy carries on, main keeps its data and nothing is left", async (phase) => {
    succeeded(await stack.up());
    await killedIn(phase, "destroy");
    succeeded(await stack.destroy());
    expect(started("endPair")).toBe(1);
    expect(world.simulator.pairs).toEqual([]);
    expect(world.simulator.agent(world.address(1)).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
    expect(world.simulator.agent(world.address(2)).snapshot().agent).toMatchObject({ dataMinerId: null, pristine: true });
    expect(await ours()).toEqual([]);
  });
});
