import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { coloursFor } from "../../cli/output/terminal.js";
import { junitReport } from "../../cli/reports/forPrograms.js";
import { textReport } from "../../cli/reports/text.js";
import { judge } from "../../cli/web/attention.js";
import { metricsOf } from "../../cli/web/metrics.js";
import { overviewPage } from "../../cli/web/overviewPage.js";
import type { Watched } from "../../cli/web/poller.js";
import { detectDrift } from "../../operations/detectDrift.js";
import { type PairStatus, problemText, readStatus } from "../../operations/index.js";
import { parseInventory } from "../../operations/inventory.js";
import { forgetSnapshots } from "../../provider/agent/snapshots.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { systemClock } from "../../provider/core/clock.js";
import { failoverPair } from "../../provider/index.js";
import { runCommand } from "../support/commandLine.js";
import { until } from "../support/patience.js";
import { type Scene, type Situated, situate } from "../support/statusRows.js";
import { configOn, token, tokenEnv } from "../support/world.js";

const octet = 86;
const port = 8186;
let made = 0;
const minutes = 60;

type Options = Parameters<typeof situate>[1];
/** The pair, and what declares it. */
async function given(options: Options = {}): Promise<Situated & { declared: Record<string, unknown> }> {
  const network = `${octet}.${made++ % 250}`;
  const situated = await situate(network, options, port);
  onTestFinished(situated.close);
  forgetSnapshots();
  const { virtualIps, mode, heartbeats } = configOn(network);
  const { main, backup } = situated.target;
  return { ...situated, declared: { main, backup, virtualIps, mode, heartbeats: heartbeats.map(({ interface: _, ...one }) => one) } };
}

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

/** A foreign host answers on the virtual address, so the member that is to go online waits for it without end. */
const stuckFor = (seconds: number) => (scene: Scene) => {
  const { simulator, address, clock } = scene;
  simulator.setForeignHost(address(5), true);
  simulator.pair().startSwitch();
  clock.advance(30 + seconds); // The other one has gone offline by then, and released the address.
};

const quick = { secondLookMilliseconds: 1 };
const watched = (status: PairStatus): Watched => ({
  ...{ id: 1, name: "pair", status, readAt: 0, isBeingRead: false, problem: null, reads: 1, failures: 0 },
});

async function driftOf({ declared }: Awaited<ReturnType<typeof given>>) {
  const inventory = await parseInventory(
    JSON.stringify({ schemaVersion: 1, pairs: [{ name: "north", expectedOnline: "main", ...declared }] }),
    "pairs.yaml",
  );
  forgetSnapshots();
  return detectDrift({ inventory });
}

describe("a pair that waits for its virtual address for 25 minutes", () => {
  const produce = stuckFor(25 * minutes);
  const literal = (situated: Situated) => situated.fill("Acquiring Virtual IP Address {virtual}");
  const late = (situated: Situated) => {
    const seen = literal(situated);
    const member = { position: "backup", address: situated.address(2) };
    const lasting = { seen, milliseconds: expect.closeTo(25 * minutes * 1000, -4), limitMilliseconds: 2 * minutes * 1000 };
    return expect.objectContaining({ kind: "row", member, key: "failoverStatus", word: seen, lasting });
  };

  test("is red, and says so", async () => {
    const situated = await given({ produce });
    const status = await readStatus(situated.target, quick);
    expect(status).toMatchObject({
      online: "none",
      state: "switching",
      isStuck: true,
      members: { main: { led: "green" }, backup: { led: "red" } },
    });
    expect(status.problems).toEqual([late(situated)]);
    expect(status.members.backup.rows[0]).toMatchObject({ row: "Failover Status", value: literal(situated), bad: true });
    expect(Date.parse(status.readAt) - Date.parse(status.members.backup.statusSince ?? "")).toBeCloseTo(25 * minutes * 1000, -2);
  });

  test("ends the command status with 3", async () => {
    const situated = await given({ produce });
    const { address } = situated;
    const flags = ["--main", address(1), "--backup", address(2), "--protocol", "http", "--port", String(port), "--token-env", tokenEnv];
    const { exitCode, out } = await runCommand(["status", ...flags]);
    expect(exitCode).toBe(3);
    expect(out).toContain(`! backup ${situated.address(2)}: Failover Status is ${literal(situated)} (`);
  });

  test("is unhealthy in a drift run, no change of role: exit code 3, and a failure in every report", async () => {
    const situated = await given({ produce });
    const report = await driftOf(situated);
    expect(report).toMatchObject({
      exitCode: 3,
      results: [{ class: "unhealthy", classes: ["unhealthy"], members: { backup: { led: "red" } } }],
    });
    expect(report.results[0]?.problems).toEqual([late(situated)]);
    expect(junitReport(report)).toMatch(/<failure message="unhealthy: backup [^"]*longer than the 2m/);
    expect(textReport(report, coloursFor(false))).toMatch(/^unhealthy +pair +north/m);
  });

  test("is a problem of the resource, without a figure that changes by itself", async () => {
    const situated = await given({ produce });
    const { live } = await failoverPair.inspect(situated.declared);
    expect(live).toMatchObject({ online: "none", led: { main: "green", backup: "red" } });
    const { problems } = await readStatus(situated.target, quick);
    expect(live.problems).toEqual(problems.map((problem) => problemText(problem, { counters: false })));
  });

  test("is critical on the page, in its headline and in its metrics", async () => {
    const situated = await given({ produce });
    const pair = watched(await readStatus(situated.target, quick));
    expect(judge(pair)).toEqual({
      level: "critical",
      label: "Nobody online",
      text: `Backup is ${literal(situated)}. It is so for 25m, longer than the 2m that it may take.`,
    });
    const page = String(overviewPage([pair], 0));
    expect(page).toContain("Nobody online");
    expect(page).not.toContain("nothing is wrong");
    expect(page.match(/data-led="(\w+)"/g)).toEqual(['data-led="green"', 'data-led="red"']);
    const metrics = await metricsOf({ pairs: [pair], clock: systemClock });
    expect(metrics).toContain('dma_failover_pair_level{pair="pair",level="critical"} 1');
    expect(metrics).toMatch(/member_led\{pair="pair",position="backup",address="[\d.]+",led="red"\} 1/);
    expect(metrics).toMatch(/member_bad_rows\{pair="pair",position="backup",address="[\d.]+"\} 1/);
  });
});

describe("a pair that waits for its virtual address within the Agent's own limit", () => {
  test("is changing, and a change of role", async () => {
    const situated = await given({ produce: stuckFor(60) });
    const status = await readStatus(situated.target, quick);
    expect(status).toMatchObject({ online: "none", isStuck: false, problems: [] });
    expect(judge(watched(status))).toMatchObject({ level: "changing" });
    expect(await driftOf(situated)).toMatchObject({ exitCode: 0, results: [{ classes: ["roleChange"] }] });
  });

  test("which may be longer than usual", async () => {
    const situated = await given({ produce: (scene) => scene.simulator.pair().startSwitch() });
    expect((await readStatus(situated.target, quick)).isStuck).toBe(false);
  });
});

describe("where the Agents do not tell since when", () => {
  const untold = { agents: { tellsTimes: false } };

  test("a single look at nobody online is no clean one: it looks twice, and then says what it does not know", async () => {
    const situated = await given({ ...untold, produce: stuckFor(25 * minutes) });
    const status = await readStatus(situated.target, quick);
    expect(situated.simulator.requests.count()).toBe(4);
    expect(status).toMatchObject({ online: "none", isStuck: true });
    expect(status.problems).toEqual([{ kind: "nobodyOnline", lasting: null, isUntold: true }]);
    expect(judge(watched(status))).toMatchObject({ level: "critical", label: "Nobody online" });
  });

  test("a switch that ends between the two looks is well", async () => {
    const situated = await given({
      ...untold,
      produce: ({ simulator, clock }) => {
        simulator.pair().startSwitch();
        clock.advance(37);
      },
    });
    const reading = readStatus(situated.target, { secondLookMilliseconds: 200 });
    await until(() => situated.simulator.requests.all().filter(({ status }) => status !== null).length === 2);
    situated.clock.advance(60);
    expect(await reading).toMatchObject({ online: "backup", isStuck: false, problems: [] });
  });

  test("who looks again and again tells it from what it has seen", async () => {
    const { target } = await given({ ...untold, produce: stuckFor(5) });
    const start = systemClock.now();
    const clock = vi.spyOn(systemClock, "now");
    onTestFinished(() => clock.mockRestore());
    let previous: PairStatus | null = null;
    const lookAt = async (seconds: number): Promise<PairStatus> => {
      clock.mockReturnValue(start + seconds * 1000);
      previous = await readStatus(target, { ...quick, previous });
      return previous;
    };
    expect(await lookAt(0)).toMatchObject({ isStuck: false, problems: [] });
    expect(await lookAt(120)).toMatchObject({ isStuck: false, members: { backup: { statusSince: new Date(start).toISOString() } } });
    const late = await lookAt(121);
    expect(late).toMatchObject({ isStuck: true, members: { backup: { led: "red" } } });
    expect(late.problems[0]).toMatchObject({ kind: "row", key: "failoverStatus", lasting: { limitMilliseconds: 120_000 } });
  });

  test("nobody online for longer than a switch may take is told, however young each status is", async () => {
    const { target, simulator, clock: time } = await given({ ...untold, produce: (scene) => scene.simulator.pair().startSwitch() });
    const start = systemClock.now();
    const clock = vi.spyOn(systemClock, "now");
    onTestFinished(() => clock.mockRestore());
    clock.mockReturnValue(start);
    time.advance(20);
    const before = await readStatus(target, { ...quick, previous: null });
    expect(before).toMatchObject({ online: "none", isStuck: false, nobodyOnlineSince: new Date(start).toISOString() });
    simulator.holdPhase("goingOnline");
    time.advance(30);
    clock.mockReturnValue(start + 29 * minutes * 1000);
    const after = await readStatus(target, { ...quick, previous: before });
    expect(after.members.backup.rows[0]?.value).toBe("Going Online");
    const lasting = { seen: "", milliseconds: 29 * minutes * 1000, limitMilliseconds: 28 * minutes * 1000 };
    expect(after.problems).toEqual([{ kind: "nobodyOnline", lasting, isUntold: false }]);
    simulator.releasePhase("goingOnline");
    time.advance(60);
    expect(await readStatus(target, { ...quick, previous: after })).toMatchObject({
      isStuck: false,
      nobodyOnlineSince: null,
      problems: [],
    });
  });
});

test("an Agent whose clock was set back tells no time that counts", async () => {
  const { target } = await given({
    produce: (scene) => {
      stuckFor(25 * minutes)(scene);
      for (const agent of [scene.a, scene.b]) agent.setClock(-86_400);
    },
  });
  expect(await readStatus(target, quick)).toMatchObject({ isStuck: true, members: { backup: { statusSince: null } } });
  expect((await readStatus(target, { ...quick, previous: null })).isStuck).toBe(false);
});
