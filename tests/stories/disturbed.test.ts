import { describe, expect, test } from "vitest";
import { countBeginnings } from "../support/beginnings.js";
import { pairStories, succeeded } from "../support/pairStory.js";
import type { Run } from "../support/stack.js";

const story = pairStories(58);

const main = () => story.world.simulator.agent(story.world.address(1));
const backup = () => story.world.simulator.agent(story.world.address(2));
const untouched = { dataMinerId: 111, elementCount: 40, pristine: false };

/** A person brings the backup online at the moment that a phase begins, as long as there is a pair. */
const switchedIn = (phase: string) =>
  story.world.simulator.atPhase(phase, () => {
    if (story.world.simulator.pairs.length > 0) story.world.simulator.pair().bringOnline("backup");
  });

/** One run, and one more when the first one failed and said why. */
async function atMostTwice(command: () => Promise<Run>): Promise<Run> {
  const first = await command();
  if (first.code === 0) return first;
  expect(first.output).toMatch(/Runbook: [A-Z_]+\./);
  await story.world.simulator.settled();
  return command();
}

describe("a lost answer", () => {
  test("to the set-up is asked for again: one set-up, one pair", async () => {
    const setUps = countBeginnings(story.world.simulator, "joiningCluster");
    main().fail({ kind: "loseAnswer" }, { route: "putPair" });
    succeeded(await story.stack.up());
    expect(setUps()).toBe(1);
    expect(story.world.simulator.pair().online).toBe("main");
    succeeded(await story.stack.drift());
  });

  test("to a change is asked for again: one change", async () => {
    succeeded(await story.stack.up());
    await story.declare({ mode: "manual" });
    const changes = countBeginnings(story.world.simulator, "configuring");
    main().fail({ kind: "loseAnswer" }, { route: "putPair" });
    succeeded(await story.stack.up());
    expect(changes()).toBe(1);
    expect(story.world.simulator.pair().config.mode).toBe("manual");
    succeeded(await story.stack.drift());
  });

  test("to the ending is asked for again: one ending, main keeps its data", async () => {
    succeeded(await story.stack.up());
    const endings = countBeginnings(story.world.simulator, "stoppingOffline");
    main().fail({ kind: "loseAnswer" }, { route: "endPair" });
    succeeded(await story.stack.destroy());
    expect(endings()).toBe(1);
    expect(story.world.simulator.pairs).toEqual([]);
    expect(main().snapshot().agent).toMatchObject(untouched);
  });
});

describe("a switch in the middle of the set-up", () => {
  test.each(["synchronizing", "acquiringVirtualIp"])("in %s: one set-up and one pair, after at most one more up", async (phase) => {
    const setUps = countBeginnings(story.world.simulator, "checking");
    switchedIn(phase);
    succeeded(await atMostTwice(() => story.stack.up()));
    await story.world.simulator.settled();
    expect(setUps()).toBe(1);
    expect(["main", "backup"]).toContain(story.world.simulator.pair().online);
    succeeded(await story.stack.drift());
  });
});

describe("a switch in the middle of a change", () => {
  test.each(["configuring", "synchronizing"])("in %s: it is applied, and whoever is online stays online", async (phase) => {
    succeeded(await story.stack.up());
    await story.declare({ mode: "manual" });
    switchedIn(phase);
    succeeded(await atMostTwice(() => story.stack.up()));
    await story.world.simulator.settled();
    expect(story.world.simulator.pair()).toMatchObject({ online: "backup", config: { mode: "manual" } });
    succeeded(await story.stack.drift());
  });

  test("before its write: it goes to whoever is online then", async () => {
    succeeded(await story.stack.up());
    await story.declare({ mode: "manual" });
    expect(story.world.simulator.pair().startSwitch()).toBe("main");
    succeeded(await atMostTwice(() => story.stack.up()));
    expect(story.world.simulator.pair()).toMatchObject({ online: "backup", config: { mode: "manual" } });
    succeeded(await story.stack.drift());
  });
});

describe("a switch in the middle of the ending", () => {
  test.each(["stoppingOffline", "resettingOffline", "releasingVirtualIp"])("in %s: whoever is online keeps its data", async (phase) => {
    succeeded(await story.stack.up());
    switchedIn(phase);
    const run = await story.stack.destroy();
    await story.world.simulator.settled();
    if (run.code === 0) {
      expect(story.world.simulator.pairs).toEqual([]);
      expect(main().snapshot().agent).toMatchObject(untouched);
    } else {
      expect(run.output).toMatch(/Runbook: [A-Z_]+\./);
      expect(story.world.simulator.pair().online).toBe("backup");
      expect(backup().snapshot().agent).toMatchObject(untouched);
    }
  });

  test("before its write: it refuses to reset main, and works after switching back", async () => {
    succeeded(await story.stack.up());
    story.world.simulator.pair().startSwitch();
    const refused = await story.stack.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("Runbook: BACKUP_IS_ONLINE.");
    expect(main().snapshot().agent).toMatchObject(untouched);
    await story.world.simulator.pair().switchRoles();
    succeeded(await story.stack.destroy());
    expect(story.world.simulator.pairs).toEqual([]);
    expect(main().snapshot().agent).toMatchObject(untouched);
  });
});
