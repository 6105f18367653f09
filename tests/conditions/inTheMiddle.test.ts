import { describe, test } from "vitest";
import { FailoverError } from "../../provider/core/errors.js";
import { type Act, acts, countActs, isEnded, isOnePair } from "./acts.js";
import { type ManagedPair, prepareRoom } from "./managedPair.js";

prepareRoom();
const octet = 77;

const perPhase = acts.flatMap((act) => act.phases.map((phase): [act: string, phase: string, Act] => [act.name, phase, act]));

/** Phases in which the Agent that is asked looks at the other one, and says no when it is not there. */
const checks = new Set(["checking", "stoppingOffline"]);

/** A run that may fail, as long as it says why. */
const tried = (run: Promise<unknown>): Promise<FailoverError | undefined> =>
  run.then(
    () => undefined,
    (error: unknown) => (error instanceof FailoverError ? error : Promise.reject(error)),
  );

describe("an Agent that restarts in the middle is waited for: exactly one operation, and one run is enough", () => {
  test.concurrent.for(perPhase)("main, %s, in %s", async ([, phase, { given, run, done }], { expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    pair.simulator.atPhase(phase, () => pair.a.restart());
    await run(pair);
    await pair.simulator.settled();
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    done(pair, expect);
  });

  const afterTheChecks = perPhase.filter(([, phase]) => !checks.has(phase));
  test.concurrent.for(afterTheChecks)("the backup, %s, in %s", async ([, phase, { given, run, done }], { expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    pair.simulator.atPhase(phase, () => pair.b.restart());
    await run(pair);
    await pair.simulator.settled();
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    done(pair, expect);
  });
});

describe("a backup that restarts while the online one checks whether it is there", () => {
  const whileChecking = perPhase.filter(([, phase]) => checks.has(phase));
  test.concurrent.for(whileChecking)(
    "fails %s, in %s, before anything is done; another run does it",
    async ([, phase, act], { expect }) => {
      const { given, run, done } = act;
      const pair = await given(octet);
      pair.simulator.atPhase(phase, () => pair.b.restart());
      expect(await tried(run(pair))).toMatchObject({
        code: "SL_NO_CONNECTION",
        message: expect.stringContaining(`failed in phase ${phase}`),
      });
      await pair.simulator.settled();
      await run(pair);
      await pair.simulator.settled();
      done(pair, expect);
    },
  );
});

describe("an operation that vanishes is looked for in what the members say: exactly one, and one run is enough", () => {
  test.concurrent.for(perPhase)("%s, in %s", async ([, phase, { given, run, done }], { expect }) => {
    const pair = await given(octet);
    const begun = countActs(pair.simulator);
    pair.simulator.atPhase(phase, () => {
      for (const member of [pair.a, pair.b]) member.forgetOperations();
    });
    await run(pair);
    await pair.simulator.settled();
    expect(begun.setUp + begun.change + begun.end).toBe(1);
    done(pair, expect);
  });
});

/** After at most one more run: one pair or none, and whoever was online has kept what it had. */
async function proveSwitched(pair: ManagedPair, { kind, run, name }: Act, expect: typeof import("vitest").expect): Promise<void> {
  const begun = countActs(pair.simulator);
  const first = await tried(run(pair));
  await pair.simulator.settled();
  const again = first && (await tried(run(pair)));
  await pair.simulator.settled();
  expect(begun.setUp, "never a second set-up").toBeLessThanOrEqual(1);
  if (name === "disabling") {
    const [a, b] = [pair.a.snapshot(), pair.b.snapshot()];
    for (const { agent } of [a, b]) expect(agent).toMatchObject({ dataMinerId: 111, elementCount: 40, pristine: false });
    expect([a.pair?.state, b.pair?.state]).toEqual(again ? ["active", "active"] : ["inactive", "inactive"]);
    return;
  }
  if (kind !== "end") {
    expect(again).toBeUndefined();
    isOnePair(pair, expect);
    return;
  }
  if (!pair.isPaired()) return isEnded(pair, expect);
  expect(again).toMatchObject({ code: "BACKUP_IS_ONLINE" });
  isOnePair(pair, expect);
  await pair.program.up({ allowResetOfMain: true });
  await pair.program.destroy();
  isEnded(pair, expect, "backup");
}

describe("a switch in the middle: one pair or none after at most one more run", () => {
  test.concurrent.for(perPhase)("%s, in %s", async ([, phase, act], { expect }) => {
    const pair = await act.given(octet);
    pair.simulator.atPhase(phase, () => {
      if (pair.isPaired()) pair.pair.bringOnline("backup");
    });
    await proveSwitched(pair, act, expect);
  });

  test.concurrent.for(acts)("$name, right before the write", async (act, { expect }) => {
    const pair = await act.given(octet);
    pair.a.fail({ kind: "slow", seconds: 8 }, { route: act.route });
    const watch = setInterval(() => {
      if (pair.simulator.requests.count({ route: act.route }) === 0) return;
      clearInterval(watch);
      if (pair.isPaired()) pair.pair.bringOnline("backup");
    }, 1);
    await proveSwitched(pair, act, expect);
  });
});
