import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type PairTarget, readStatus, type SwitchOptions, switchOver, switchRecordOf } from "../../operations/index.js";
import { type ManagedPair, managedPair, type PairOptions, prepareRoom } from "../conditions/managedPair.js";

prepareRoom();

interface Given extends ManagedPair {
  target: PairTarget;
  switchOver: (options?: Partial<SwitchOptions>) => ReturnType<typeof switchOver>;
  /** How often a switch was asked for. */
  asked: () => number;
  /** Calls that could change something. */
  writes: () => number;
}

async function given(options: Parameters<typeof managedPair>[1] = {}): Promise<Given> {
  const made = await managedPair(81, options);
  const { simulator, connection } = made;
  const target = { name: "north", main: connection(1), backup: connection(2) } as unknown as PairTarget;
  simulator.requests.clear();
  return {
    ...made,
    get pair() {
      return made.pair;
    },
    target,
    switchOver: (more = {}) => switchOver(target, { reason: "patching main", ...more }),
    asked: () => simulator.requests.count({ route: "switchPair" }),
    writes: () => simulator.requests.all().filter(({ method }) => method !== "GET").length,
  };
}

/** What it was refused with; fails when something was asked of the Agents. */
async function refusal({ writes }: Given, attempt: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await attempt.then(
    () => new Error("It was not refused."),
    (thrown: unknown) => thrown,
  );
  expect(writes()).toBe(0);
  expect(switchRecordOf(error)).toMatchObject({ outcome: "refused", operationId: null, phases: [] });
  return error as { code: string; message: string };
}

const manual: PairOptions["declared"] = { mode: "manual" };
const manualPair = { config: { mode: "manual" as const }, declared: manual };
const syncCable = (octet: number) => ({ syncAddress: `127.81.0.${octet}` });

describe("switching a healthy pair", () => {
  test("swaps the roles, and the record tells it from beginning to end", async () => {
    const room = await given();
    const seen: string[] = [];
    const record = await room.switchOver({ onProgress: ({ step }) => void (seen.at(-1) === step || seen.push(step)) });
    expect(room.pair.online).toBe("backup");
    expect(room.asked()).toBe(1);
    expect(record).toMatchObject({
      pair: "north",
      dataMinerId: 111,
      members: { main: room.address(1), backup: room.address(2) },
      from: "main",
      to: "backup",
      reason: "patching main",
      forced: false,
      dryRun: false,
      repeated: false,
      outcome: "switched",
      error: null,
    });
    expect(record.checks.map(({ name, passed }) => [name, passed])).toEqual([
      ["members answer", true],
      ["one pair", true],
      ["nothing under way", true],
      ["roles are clear", true],
      ["in sync", true],
      ["no red row", true],
      ["known issues", true],
      ["15 minutes", true],
    ]);
    expect(seen).toEqual(["checking", "switching", "readingBack"]);
    expect(record.phases.length).toBeGreaterThan(0);
    expect(Date.parse(record.finishedAt)).toBeGreaterThan(Date.parse(record.startedAt));
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(await readStatus(room.target)).toMatchObject({ online: "backup", problems: [] });
  });

  test("leaves nothing to be found by a drift run", async () => {
    const room = await given();
    await room.switchOver();
    await room.program.refresh();
    expect(await room.program.drift()).toEqual([]);
    expect(room.program.outs.online).toBe("backup");
  });

  test("goes through every phase of the product", async () => {
    const room = await given();
    const phases = ["notifyingBuddy", "flushing", "releasing", "acquiringVirtualIp", "goingOnline"];
    for (const phase of phases) room.simulator.holdPhase(phase);
    const record = await room.switchOver({
      onProgress: ({ step, seen }) => {
        if (step === "switching") room.simulator.releasePhase(seen);
      },
    });
    expect(record.phases.map(({ phase }) => phase)).toEqual(phases);
  });

  test("waits for a member that restarts when it goes offline", async () => {
    const room = await given({ config: { restartWhenGoingOffline: true } });
    expect(await room.switchOver({ to: "backup" })).toMatchObject({ outcome: "switched" });
    expect(room.roles()).toEqual(["Offline", "Online"]);
  });

  test("does nothing when the asked one is online already", async () => {
    const room = await given();
    expect(await room.switchOver({ to: "main" })).toMatchObject({ outcome: "alreadyOnline", from: "backup", to: "main", checks: [] });
    expect(room.writes()).toBe(0);
  });
});

describe("switching is refused", () => {
  test("while the offline member is down", async () => {
    const room = await given(manualPair);
    room.b.stop();
    const { code, message } = await refusal(room, room.switchOver());
    expect(code).toBe("SWITCH_MEMBER_SILENT");
    expect(message).toMatch(/^Switching pair 111: backup 127\.81\.\d+\.2 does not: .* Bring it back first\. Nothing was touched\.$/);
    expect(room.pair.online).toBe("main");
  });

  test("while the online member is down, who alone knows what the other one lacks", async () => {
    const room = await given(manualPair);
    room.a.stop();
    const { code, message } = await refusal(room, room.switchOver({ to: "backup" }));
    expect(code).toBe("SWITCH_MEMBER_SILENT");
    expect(message).toMatch(
      /If it will not come back, connect DataMiner Cube to backup 127\.81\.\d+\.2, which then offers to bring that one online\./,
    );
  });

  test("while the offline member is out of sync", async () => {
    const room = await given({
      main: syncCable(11),
      backup: syncCable(12),
      config: { mode: "manual", syncInterface: 2 },
      declared: { ...manual, syncInterface: 2 },
    });
    room.b.unplug(2);
    room.b.plug(2);
    room.a.unplug(2);
    const { code, message } = await refusal(room, room.switchOver());
    expect(code).toBe("SWITCH_OUT_OF_SYNC");
    expect(message).toContain("Sync Connection is Not Available");
    expect(message).toContain("DB Sync is Failing");
  });

  test.each<[string, (room: Given) => void, string]>([
    ["Database", ({ b }) => b.setDatabase("Failing"), "backup 127.81.N.2: Database is Failing"],
    ["RTE Count", ({ b }) => b.raiseRuntimeError(), "backup 127.81.N.2: RTE Count is 1"],
    ["NIC 2", ({ b }) => b.unplug(2), "backup 127.81.N.2: NIC 2 is Unavailable"],
  ])("while the offline member's row %s is red", async (_, breakIt, seen) => {
    const room = await given({ main: syncCable(11), backup: syncCable(12), ...manualPair });
    breakIt(room);
    const { code, message } = await refusal(room, room.switchOver());
    expect(code).toBe("SWITCH_RED_ROW");
    expect(message.replace(/127\.81\.\d+\./g, "127.81.N.")).toContain(seen);
  });

  test("while the inverted heartbeats of the offline member fail: it would go offline again", async () => {
    const room = await given(manualPair);
    room.simulator.setSilent(room.address(253), true);
    await room.wait(60);
    expect(await refusal(room, room.switchOver())).toMatchObject({ code: "SWITCH_RED_ROW" });
  });

  test("within 15 minutes of the last one, with the time that is left", async () => {
    const room = await given();
    await room.switchOver();
    room.simulator.requests.clear();
    const { code, message } = await refusal(room, room.switchOver({ to: "main" }));
    expect(code).toBe("SWITCH_TOO_SOON");
    expect(message).toMatch(/The last switch ended \d+s ago; .* Wait 14m \d+s, or force it\./);
    await room.wait(901);
    expect(await room.switchOver({ to: "main" })).toMatchObject({ outcome: "switched" });
    expect(room.pair.online).toBe("main");
  });

  test("with elements missing on the offline member, which a known issue deletes", async () => {
    const room = await given(manualPair);
    room.b.setElementCount(3);
    const { code, message } = await refusal(room, room.switchOver());
    expect(code).toBe("SWITCH_KNOWN_ISSUE");
    expect(message).toContain("has 40 elements");
  });

  test("not for other element counts on a version without that issue", async () => {
    const room = await given({ main: { profile: "10.6" }, backup: { profile: "10.6" }, ...manualPair });
    room.b.setElementCount(39);
    expect(await room.switchOver({ dryRun: true })).toMatchObject({ outcome: "wouldSwitch" });
  });

  test("with more than two virtual addresses on a version that may not get them", async () => {
    const room = await given({
      main: { version: "10.4.0.0-14500-CU9" },
      backup: { version: "10.4.0.0-14500-CU9" },
    });
    const [first] = room.pair.config.virtualIps;
    if (!first) throw new Error("It has one.");
    const more = [6, 7].map((last) => ({ ...first, address: room.address(last) }));
    room.pair.editConfig({ virtualIps: [first, ...more] });
    const { code, message } = await refusal(room, room.switchOver());
    expect(code).toBe("SWITCH_KNOWN_ISSUE");
    expect(message).toContain("(Online Failover Agent unable to acquire VIP)");
  });

  test.each<[string, string, (room: Given) => unknown, string]>([
    [
      "held in two configurations",
      "SWITCH_ROLES_UNCLEAR",
      ({ pair }) => pair.editConfig({ mode: "manual" }, { only: "backup" }),
      "different",
    ],
    ["busy", "SWITCH_BUSY", ({ pair }) => pair.startSwitch(), "Preparing to go online"],
    ["disabled", "SWITCH_NO_PAIR", ({ pair }) => pair.setState("inactive"), "is disabled"],
    ["invalid", "SWITCH_RED_ROW", ({ pair }) => pair.setState("invalid"), "Configuration is Invalid"],
  ])("while the pair is %s", async (_, code, bring, seen) => {
    const room = await given(manualPair);
    room.simulator.holdPhase("notifyingBuddy");
    bring(room);
    expect(await refusal(room, room.switchOver({ to: "backup" }))).toMatchObject({ code, message: expect.stringContaining(seen) });
  });

  test("in a split brain", async () => {
    const room = await given();
    room.pair.breakPath();
    await room.become("Online", "Online");
    expect(await refusal(room, room.switchOver())).toMatchObject({ code: "SWITCH_ROLES_UNCLEAR" });
  });

  test("while nobody is online", async () => {
    const room = await given(manualPair);
    room.simulator.setSilent(room.address(254), true);
    await room.become("Offline", "Offline");
    expect(await refusal(room, room.switchOver({ to: "backup" }))).toMatchObject({ code: "SWITCH_ROLES_UNCLEAR" });
  });

  test("when the two Agents are no pair, or not this one", async () => {
    const room = await given();
    const target = { ...room.target, backup: room.connection(3) } as unknown as PairTarget;
    const { code, message } = await refusal(room, switchOver(target, { reason: "mistaken" }));
    expect(code).toBe("SWITCH_NO_PAIR");
    expect(message).toContain(`backup ${room.address(3)} is in a pair of main ${room.address(3)}`);
  });

  test("without a reason, or with a request id that is none", async () => {
    const room = await given();
    await expect(room.switchOver({ reason: " " })).rejects.toMatchObject({ code: "SWITCH_REQUEST_INVALID" });
    await expect(room.switchOver({ requestId: "1" })).rejects.toMatchObject({ code: "SWITCH_REQUEST_INVALID" });
    expect(room.simulator.requests.count()).toBe(0);
  });

  test("not for what may be the reason to switch: a red database, NIC or runtime error of the online member", async () => {
    const room = await given(manualPair);
    room.a.setDatabase("Failing");
    room.a.raiseRuntimeError();
    expect(await room.switchOver()).toMatchObject({ outcome: "switched" });
  });
});

describe("force", () => {
  test("goes without the 15 minutes, and the record says so", async () => {
    const room = await given();
    await room.switchOver();
    const record = await room.switchOver({ force: true });
    expect(record).toMatchObject({ outcome: "switched", to: "main", forced: true });
    expect(record.checks.find(({ name }) => name === "15 minutes")).toMatchObject({ passed: false });
  });

  test("goes without nothing else", async () => {
    const room = await given(manualPair);
    room.b.setDatabase("Failing");
    expect(await refusal(room, room.switchOver({ force: true }))).toMatchObject({ code: "SWITCH_RED_ROW" });
  });
});

describe("one request id", () => {
  test("twice makes one switch", async () => {
    const room = await given();
    const requestId = randomUUID();
    const first = await room.switchOver({ requestId });
    const second = await room.switchOver({ requestId });
    expect([first.repeated, second.repeated]).toEqual([false, true]);
    expect(second).toMatchObject({ outcome: "switched", from: "main", to: "backup", operationId: first.operationId });
    expect(room.asked()).toBe(1);
    expect(room.pair.online).toBe("backup");
  });

  test("twice at the same time makes one switch", async () => {
    const room = await given();
    const requestId = randomUUID();
    const [first, second] = await Promise.all([room.switchOver({ requestId }), room.switchOver({ requestId })]);
    expect(first.operationId).toBe(second.operationId);
    expect(room.pair.online).toBe("backup");
  });

  test("makes one switch when the answer is lost", async () => {
    const room = await given();
    room.b.fail({ kind: "loseAnswer" }, { route: "switchPair" });
    expect(await room.switchOver()).toMatchObject({ outcome: "switched" });
    expect(room.asked()).toBe(2);
    expect(room.roles()).toEqual(["Offline", "Online"]);
  });

  test("makes one switch when every answer is lost, and another run takes it up", async () => {
    const room = await given();
    const requestId = randomUUID();
    room.b.fail({ kind: "loseAnswer" }, { route: "switchPair", times: 1000 });
    const error = await room.switchOver({ requestId }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SWITCH_UNANSWERED", message: expect.stringContaining(requestId) });
    room.b.faults.clear();
    expect(await room.switchOver({ requestId })).toMatchObject({ outcome: "switched", repeated: true, to: "backup" });
    expect(room.roles()).toEqual(["Offline", "Online"]);
  });

  test("does not switch once more when somebody has switched back meanwhile", async () => {
    const room = await given();
    const requestId = randomUUID();
    await room.switchOver({ requestId, to: "backup" });
    await room.pair.switchRoles();
    await room.wait(1000);
    const again = room.switchOver({ requestId, to: "backup" });
    await expect(again).rejects.toMatchObject({ code: "SWITCH_UNDONE" });
    expect(room.pair.online).toBe("main");
  });
});

describe("a dry run", () => {
  test("tells everything and touches nothing", async () => {
    const room = await given();
    const record = await room.switchOver({ dryRun: true });
    expect(record).toMatchObject({ outcome: "wouldSwitch", dryRun: true, from: "main", to: "backup", operationId: null });
    expect(record.checks).toHaveLength(8);
    expect(room.simulator.requests.all().map(({ method }) => method)).toEqual(["GET", "GET"]);
    expect(room.pair.online).toBe("main");
  });

  test("tells what would refuse it", async () => {
    const room = await given(manualPair);
    room.b.setDatabase("Failing");
    const record = await room.switchOver({ dryRun: true });
    expect(record.outcome).toBe("wouldBeRefused");
    expect(record.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(["no red row"]);
    expect(room.writes()).toBe(0);
  });
});

describe("when it does not end well", () => {
  test("who stops waiting hears what goes on at the Agents, and it does", async () => {
    const room = await given();
    room.simulator.holdPhase("flushing");
    const controller = new AbortController();
    const switching = room.switchOver({
      signal: controller.signal,
      onProgress: ({ seen }) => void (seen === "flushing" && controller.abort(new Error("Ctrl+C"))),
    });
    const error = await switching.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "SWITCH_GOES_ON",
      message: expect.stringContaining("it is in phase flushing and goes on at the Agents"),
    });
    expect(switchRecordOf(error)).toMatchObject({ outcome: "stoppedWaiting", phases: expect.arrayContaining([expect.anything()]) });
    room.simulator.releasePhase("flushing");
    await room.become("Offline", "Online");
  });

  test("who stops before anything was asked has touched nothing", async () => {
    const room = await given();
    const controller = new AbortController();
    const switching = room.switchOver({ signal: controller.signal });
    controller.abort(new Error("Ctrl+C"));
    await expect(switching).rejects.toThrow("Ctrl+C");
    expect(room.writes()).toBe(0);
  });

  test("a failure that the Agents report is told with its phase, and recorded", async () => {
    const room = await given(manualPair);
    room.simulator.setForeignHost(room.address(5), true);
    const error = await room.switchOver().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ runbook: "OPERATION_FAILED", message: expect.stringContaining("acquiringVirtualIp") });
    expect(switchRecordOf(error)).toMatchObject({ outcome: "failed", error: { message: expect.stringContaining("still reachable") } });
  });

  test("a member that stops on its way online is told by the other one", async () => {
    const room = await given(manualPair);
    room.simulator.holdPhase("flushing");
    const attempt = room.switchOver({ onProgress: ({ seen }) => void (seen === "flushing" && room.b.stop()) });
    await expect(attempt).rejects.toMatchObject({ code: "SL_AGENT_NOT_RUNNING", runbook: "OPERATION_FAILED" });
    expect(room.pair.online).toBe("main");
  });

  test("of two that ask at the same time for themselves one is refused by the Agents, and one switch is made", async () => {
    const room = await given();
    room.simulator.holdPhase("flushing");
    const both = [room.switchOver(), room.switchOver()].map((attempt) => attempt.catch((error: unknown) => error));
    const refused = (await Promise.race(both)) as { code: string };
    expect(refused.code).toBe("SL_SWITCHING");
    expect(switchRecordOf(refused)).toMatchObject({ outcome: "refused" });
    room.simulator.releasePhase("flushing");
    expect(await Promise.all(both)).toContainEqual(expect.objectContaining({ outcome: "switched" }));
    expect(room.pair.online).toBe("backup");
  });

  test("a timeout names what was seen last", async () => {
    const room = await given();
    room.simulator.holdPhase("releasing");
    const error = await room.switchOver({ timeoutMilliseconds: 120_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringMatching(/last seen: phase releasing, \d+ %\. .*same request id/),
    });
    expect(switchRecordOf(error)).toMatchObject({ outcome: "stoppedWaiting" });
  });

  test("an operation that the Agent forgot is judged by what both members say", async () => {
    const room = await given();
    room.simulator.atPhase("goingOnline", () => {
      room.a.forgetOperations();
      room.b.forgetOperations();
    });
    expect(await room.switchOver()).toMatchObject({ outcome: "switched" });
  });
});
