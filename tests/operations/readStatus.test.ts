import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type PairStatus, readStatus } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { until } from "../support/patience.js";
import { absentRows, pcapSituations, type Situated, situate, statusSituations } from "../support/statusRows.js";
import { token, tokenEnv } from "../support/world.js";

let made = 0;
/** Each test has a world of its own. */
async function given(...[situation]: Parameters<typeof situate> extends [string, ...infer Rest] ? Rest : never): Promise<Situated> {
  const situated = await situate(`80.${made++ % 250}`, situation);
  onTestFinished(situated.close);
  return situated;
}

const quick = { patienceMilliseconds: 1_500, secondLookMilliseconds: 1 };

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("the Failover Status window", () => {
  test.each(statusSituations)("shows $position's $row as $literal", async (situation) => {
    const { target, fill } = await given(situation);
    const status = await readStatus(target, quick);
    const member = status.members[situation.position];
    expect(member.rows).toContainEqual(
      expect.objectContaining({
        row: fill(situation.row),
        value: fill(situation.literal),
        bad: situation.bad ?? false,
        failureReason: situation.failureReason ? fill(situation.failureReason) : null,
      }),
    );
    if (situation.bad) expect(member.led).toBe("red");
  });

  test.each(absentRows)("has no row $row $when", async ({ position, row, agents }) => {
    const { target } = await given({ agents });
    const { members } = await readStatus(target, quick);
    expect(members[position].rows.map((each) => each.row)).not.toContain(row);
  });

  test.each(pcapSituations)("with Pcap $pcap has the notice $notice", async ({ pcap, notice }) => {
    const { target } = await given({ agents: { pcap } });
    expect((await readStatus(target, quick)).members.main.pcap).toBe(notice);
  });
});

const both = (status: PairStatus) => [status.members.main, status.members.backup];
const ledsOf = (status: PairStatus) => both(status).map(({ led }) => led);

describe("a pair", () => {
  test("that is well is green on both, with main online and nothing to say, for one call an Agent", async () => {
    const { target, simulator } = await given();
    const status = await readStatus(target);
    expect(status).toMatchObject({ name: "pair", dataMinerId: 111, online: "main", splitBrain: false, state: "active", problems: [] });
    expect(ledsOf(status)).toEqual(["green", "green"]);
    expect(both(status).map(({ agentName, reachable, seen }) => [agentName, reachable, seen])).toEqual([
      ["DMA-MAIN", true, null],
      ["DMA-BACKUP", true, null],
    ]);
    expect(simulator.requests.count()).toBe(2);
    expect(JSON.parse(JSON.stringify(status))).toEqual(status);
  });

  test("that has switched is as well as before", async () => {
    const { target, simulator, clock } = await given({ produce: (scene) => void scene.simulator.pair().startSwitch() });
    clock.advance(60);
    await simulator.settled();
    expect(await readStatus(target)).toMatchObject({ online: "backup", state: "active", problems: [] });
  });

  test("in the middle of a switch is in transition, not wrong", async () => {
    const { target } = await given({
      produce: ({ simulator, clock }) => {
        simulator.pair().startSwitch();
        clock.advance(37);
      },
    });
    const status = await readStatus(target);
    expect(status).toMatchObject({ online: "none", state: "switching", problems: [] });
    expect(ledsOf(status)).toEqual(["green", "green"]);
  });

  test("with two online members is a split brain, seen twice", async () => {
    const { target, simulator } = await given({
      produce: ({ simulator, clock }) => {
        simulator.pair().breakPath();
        clock.advance(300);
      },
    });
    const status = await readStatus(target, quick);
    expect(status).toMatchObject({ online: "both", splitBrain: true, state: "invalid" });
    expect(status.problems).toContainEqual({ kind: "bothOnline" });
    expect(ledsOf(status)).toEqual(["red", "red"]);
    expect(simulator.requests.count()).toBe(4);
    expect((await readStatus(target, { secondLookMilliseconds: 0 })).splitBrain).toBe(true);
    expect(simulator.requests.count()).toBe(6);
  });

  test("with two offline members says so, and that it has no role", async () => {
    const { target } = await given({
      config: () => ({ mode: "manual" }),
      produce: ({ simulator, address, clock }) => {
        simulator.setSilent(address(254), true);
        clock.advance(300);
      },
    });
    const status = await readStatus(target, quick);
    expect(status).toMatchObject({ online: "none", splitBrain: false, state: "invalid" });
    expect(status.problems).toContainEqual({ kind: "bothOffline" });
  });

  test("whose members hold different configurations is invalid", async () => {
    const { target } = await given({ produce: ({ simulator }) => simulator.pair().editConfig({ mode: "manual" }, { only: "backup" }) });
    const status = await readStatus(target, quick);
    expect(status).toMatchObject({ online: "main", state: "invalid" });
    expect(status.problems).toContainEqual({ kind: "twoConfigurations" });
  });

  test("that contradicts itself for a moment only is as the second look has it", async () => {
    const { target, simulator } = await given({
      produce: ({ simulator }) => simulator.pair().editConfig({ mode: "manual" }, { only: "backup" }),
    });
    const reading = readStatus(target, { secondLookMilliseconds: 50 });
    await until(() => simulator.requests.count() === 2 && simulator.requests.all().every(({ status }) => status !== null));
    simulator.pair().meet();
    expect(await reading).toMatchObject({ state: "active", problems: [] });
  });

  test("with a silent online member is nobody's", async () => {
    const { target, address } = await given({ config: () => ({ mode: "manual" }), produce: ({ a }) => a.stop() });
    const status = await readStatus(target, quick);
    expect(status).toMatchObject({ dataMinerId: 111, online: "none", state: "active" });
    expect(status.problems).toEqual(
      expect.arrayContaining([
        { kind: "unreachable", member: { position: "main", address: address(1) } },
        { kind: "nobodyOnline", lasting: null, isUntold: false },
      ]),
    );
  });

  test("with somebody else than the target says says with whom", async () => {
    const { target, address } = await given();
    const status = await readStatus({ ...target, backup: { ...target.backup, host: address(1) } }, quick);
    expect(status.problems).toContainEqual({
      ...{ kind: "otherPair", member: { position: "main", address: address(1) } },
      ...{ seen: { main: address(1), backup: address(2) }, expected: address(1) },
    });
  });
});

describe("a member", () => {
  const unreachable = { reachable: false, led: "red", rows: [expect.objectContaining({ row: "Agent Status", value: "Unreachable" })] };

  test.each<[string, (situated: Situated) => unknown, string]>([
    ["that is stopped", ({ b }) => b.stop(), "AGENT_UNREACHABLE"],
    ["that hangs", ({ b }) => b.cutOff(), "NO_ANSWER_IN_TIME"],
    ["whose token is not set", () => ({ tokenEnv: "NOT_SET" }), "TOKEN_MISSING"],
    ["that refuses the token", () => ({ tokenEnv: undefined, token: "another-token-of-thirty-two-letters" }), "AGENT_REFUSED"],
    ["that shows a page", ({ b }) => b.fail({ kind: "htmlPage", status: 200 }), "NO_JSON"],
    ["that is another Agent", ({ b }) => b.fail({ kind: "otherMember" }), "OTHER_MEMBER"],
  ])("%s is unreachable, the other one is not, and it is said why", async (_, prepare, runbook) => {
    const situated = await given({ config: () => ({ mode: "manual" }) });
    const { main, backup, name } = situated.target;
    const status = await readStatus({ name, main, backup: { ...backup, ...(prepare(situated) as object) } }, quick);
    expect(status.members.backup).toMatchObject({ ...unreachable, runbook, seen: expect.stringContaining(situated.address(2)) });
    expect(status.members.main).toMatchObject({ reachable: true, seen: null });
    expect(status.online).toBe("main");
    expect(JSON.stringify(status)).not.toContain(token);
  });

  test("that is silent like the other one leaves nothing to tell", async () => {
    const { target } = await given({ produce: ({ a, b }) => [a, b].forEach((agent) => void agent.stop()) });
    const status = await readStatus(target, quick);
    expect(status).toMatchObject({ dataMinerId: null, online: "none", state: null, members: { main: unreachable, backup: unreachable } });
    expect(status.problems).toHaveLength(2);
  });

  test("that answers slowly holds up the other one's answer, and nothing else", async () => {
    const { target, simulator, clock } = await given();
    simulator.agents[1]?.fail({ kind: "slow", seconds: 5 });
    const reading = readStatus(target);
    await until(() => simulator.requests.count() === 2);
    clock.advance(6);
    expect((await reading).problems).toEqual([]);
  });

  test("is tried again within its time", async () => {
    const { target, simulator } = await given();
    simulator.agents[0]?.fail({ kind: "loseAnswer" });
    expect((await readStatus(target)).problems).toEqual([]);
    expect(simulator.requests.count()).toBe(3);
  });
});

describe("asking", () => {
  test("ends at once when it is aborted, with the reason given", async () => {
    const { target, simulator } = await given({ produce: ({ a }) => a.cutOff() });
    const controller = new AbortController();
    const reading = readStatus(target, { signal: controller.signal });
    await until(() => simulator.requests.count() === 1);
    controller.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    await expect(readStatus(target, { signal: controller.signal })).rejects.toThrow("enough");
  });

  test("names every field of a target that cannot be read", async () => {
    const target = { name: "north", main: { host: "dma-main", tokenEnv: "A" }, backup: { host: "10.0.0.2", port: 0 } };
    await expect(readStatus(target)).rejects.toMatchObject({
      code: "TARGET_INVALID",
      message: expect.stringMatching(/^Reaching pair north: main.address: .* backup.port: .* backup.tokenEnv: /),
    });
  });

  test("a second time within 5 s costs nothing where an answer may be that old", async () => {
    const { target, simulator } = await given();
    await readStatus(target, { mayBeRecent: true });
    await readStatus(target, { mayBeRecent: true });
    expect(simulator.requests.count()).toBe(2);
    await readStatus(target);
    expect(simulator.requests.count()).toBe(4);
  });
});
