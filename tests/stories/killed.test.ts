import { describe, expect, test } from "vitest";
import { phases } from "../../provider/agent/operationSchema.js";
import { pairStories, succeeded } from "../support/pairStory.js";

const story = pairStories(56);

/** The CLI is killed at the moment that a phase begins; the phase ends only after the stack was unlocked again. */
async function killedIn(phase: string, ...command: string[]): Promise<void> {
  const begun = new Promise<void>((reached) => story.world.simulator.atPhase(phase, reached));
  story.world.simulator.holdPhase(phase);
  const run = story.stack.start(...command, "--yes", "--skip-preview");
  await Promise.race([begun, run.ended.then(({ output }) => Promise.reject(new Error(`ended before ${phase}:\n${output}`)))]);
  run.kill();
  await run.ended;
  await story.stack.succeed("cancel", "--yes");
  story.world.simulator.releasePhase(phase);
}

const started = (route: "putPair" | "endPair") => story.world.simulator.requests.count({ route, status: 202 });
const ours = async () => (await story.stack.exported()).resources.filter(({ type }) => type.includes("dataminer"));

describe("kill -9 during the set-up", () => {
  test.each(phases.setUp)("in %s: up carries on, and there is one pair from one set-up", async (phase) => {
    await killedIn(phase, "up");
    succeeded(await story.stack.up());
    expect(started("putPair")).toBe(1);
    expect(story.world.simulator.pairs).toHaveLength(1);
    expect(story.world.simulator.pair().online).toBe("main");
    expect(await ours()).toHaveLength(3);
    succeeded(await story.stack.drift());
  });

  test("destroy right after it refuses and says what to do; up, then destroy, leaves nothing", async () => {
    await killedIn("synchronizing", "up");
    await story.world.simulator.settled();
    const refused = await story.stack.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("run `pulumi up` first, then `pulumi destroy`");
    succeeded(await story.stack.up());
    succeeded(await story.stack.destroy());
    expect(started("putPair")).toBe(1);
    expect(started("endPair")).toBe(1);
    expect(story.world.simulator.pairs).toEqual([]);
    expect(await ours()).toEqual([]);
  });
});

describe("kill -9 during a change", () => {
  test.each(phases.change)("in %s: up finds it done or does it, and the pair is as declared", async (phase) => {
    succeeded(await story.stack.up());
    await story.declare({ mode: "manual" });
    await killedIn(phase, "up");
    succeeded(await story.stack.up());
    expect(story.world.simulator.pair().config.mode).toBe("manual");
    expect(story.world.simulator.pairs).toHaveLength(1);
    succeeded(await story.stack.drift());
  });
});

describe("kill -9 during the ending", () => {
  test.each(phases.end)("in %s: destroy carries on, main keeps its data and nothing is left", async (phase) => {
    succeeded(await story.stack.up());
    await killedIn(phase, "destroy");
    succeeded(await story.stack.destroy());
    expect(started("endPair")).toBe(1);
    expect(story.world.simulator.pairs).toEqual([]);
    expect(story.world.simulator.agent(story.world.address(1)).snapshot().agent).toMatchObject({ dataMinerId: 111, elementCount: 40 });
    expect(story.world.simulator.agent(story.world.address(2)).snapshot().agent).toMatchObject({ dataMinerId: null, pristine: true });
    expect(await ours()).toEqual([]);
  });
});
