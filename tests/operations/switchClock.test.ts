import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type PairStatus, readStatus, switchOver } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { type Situated, situate } from "../support/statusRows.js";
import { token, tokenEnv } from "../support/world.js";

let made = 0;
beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

async function given(...[situation]: Parameters<typeof situate> extends [string, ...infer Rest] ? Rest : never): Promise<Situated> {
  const situated = await situate(`88.${made++ % 250}`, situation);
  onTestFinished(situated.close);
  return situated;
}

/** What a dry run finds of one check. */
async function checkOf(situated: Situated, name: string) {
  const { checks } = await switchOver(situated.target, { reason: "test", dryRun: true });
  return checks.find((each) => each.name === name);
}

const switched = (minutes: number) => (scene: Situated) => {
  scene.simulator.pair().startSwitch();
  scene.clock.advance(60 + minutes * 60);
};

test("a switch is 15 minutes ago by the Agents' own clocks, however far these are from ours", async () => {
  const early = await given({ produce: (scene) => switched(14)(scene as Situated) });
  expect(await checkOf(early, "15 minutes")).toMatchObject({ passed: false });
  const late = await given({ produce: (scene) => switched(16)(scene as Situated) });
  expect(await checkOf(late, "15 minutes")).toMatchObject({ passed: true });
});

test("a switch that lies in the future of a clock that was set back is never 15 minutes ago", async () => {
  const situated = await given({ produce: (scene) => switched(20)(scene as Situated) });
  expect(await checkOf(situated, "15 minutes")).toMatchObject({ passed: true });
  situated.a.setClock(-86_400);
  expect(await checkOf(situated, "15 minutes")).toMatchObject({
    passed: false,
    seen: expect.stringMatching(/^main \S+ tells of a switch at \S+, which its clock cannot have seen: it was set since\.$/),
  });
});

test("degraded STaaS looks well before 10.5.7, and a switch says that this proves nothing", async () => {
  const storage = { kind: "staas" as const, replicationFactor: null };
  const before = await given({ agents: { storage }, produce: ({ b }) => b.setDatabase("Failing") });
  const status: PairStatus = await readStatus(before.target);
  expect(status.members.backup.rows).toContainEqual(expect.objectContaining({ row: "Database", value: "OK", bad: false }));
  expect(await checkOf(before, "no red row")).toMatchObject({ passed: true, seen: expect.stringContaining("prove nothing") });
  const after = await given({ agents: { storage, version: "10.5.7.0-15800" }, produce: ({ b }) => b.setDatabase("Failing") });
  expect(await checkOf(after, "no red row")).toMatchObject({ passed: false });
});
