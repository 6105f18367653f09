import { describe, expect, test } from "vitest";
import type { MemberFacts } from "../../provider/failover/memberFacts.js";
import { pairProblems } from "../../provider/failover/problems.js";
import { led } from "../../provider/failover/statusRows.js";
import { isOverdue, isStuck, pairProgress, statusTransition, type Watched } from "../../provider/failover/transition.js";
import { type PairedChanges, paired, view } from "./members.js";

const present = Date.parse("2026-03-01T12:00:00Z");
const ago = (seconds: number) => new Date(present - seconds * 1000).toISOString();
const minutes = 60;

/** A member whose status has been so for that many seconds, by its own clock. */
function lasting(failoverStatus: string, seconds: number | null, { status, ...changes }: PairedChanges = {}): MemberFacts {
  const facts = paired("backup", {
    failoverStatus,
    ...changes,
    status: { ...status, failoverStatusSince: seconds === null ? null : ago(seconds) },
  });
  return { ...facts, timeUtc: ago(0) };
}

const nobody = (backup: MemberFacts) => [view("main", { ...lasting("Offline", 3_600), pair: paired("main").pair }), view("backup", backup)];
const problemsOf = (views: ReturnType<typeof view>[], progress = pairProgress(views, present)) => {
  const [main, backup] = views as [ReturnType<typeof view>, ReturnType<typeof view>];
  return pairProblems({ main, backup }, { progress, isInvalid: false });
};
const nothingSeen: Watched = { members: {}, pair: undefined, nobodyOnline: undefined };

describe("a member's status is overdue", () => {
  const timers = { maxStartupSeconds: 900, maxWaitForOfflineSeconds: 600, maxWaitForVirtualIpSeconds: 120 };
  test.each<[string, number, PairedChanges]>([
    ["Acquiring Virtual IP Address 10.10.10.5", 120, {}],
    ["Acquiring Virtual IP Address 10.10.10.5", 300, { agent: { settings: { ...timers, maxWaitForVirtualIpSeconds: 300 } } }],
    ["Going Offline", 600, {}],
    ["Preparing to go online", 660, {}],
    ["Starting", 900, {}],
    ["Starting", 1800, { agent: { settings: { ...timers, maxStartupSeconds: 1800 } } }],
    ["Going Online", 900, {}],
    ["Whatever comes next", 600, {}],
    ["Going Offline", 4 * 3600, { pair: { state: "configuring" } }],
    ["Going Offline", 4 * 3600, { pair: { operation: { state: "running", kind: "setUp", startedUtc: ago(9) } } }],
    ["Going Offline", 3600, { pair: { state: "ending" } }],
  ])("%s after %i s, and not before, with %j", (text, limit, changes) => {
    expect(isOverdue(statusTransition(lasting(text, limit, changes), present, undefined))).toBe(false);
    const late = lasting(text, limit + 1, changes);
    const transition = statusTransition(late, present, undefined);
    expect(transition).toMatchObject({ seen: text, milliseconds: (limit + 1) * 1000, limitMilliseconds: limit * 1000 });
    expect(isOverdue(transition)).toBe(true);
    expect(led(late.status, transition)).toBe("red");
    expect(led(late.status)).toBe("green");
  });

  test.each(["Online", "Offline"])("never while it is %s", (text) => {
    expect(statusTransition(lasting(text, 1e6), present, 1e9)).toBeUndefined();
  });

  test("by its own clock, however wrong ours is", () => {
    const facts = lasting("Starting", 901);
    expect(isOverdue(statusTransition(facts, present - 3_600_000, undefined))).toBe(true);
    expect(isOverdue(statusTransition(lasting("Starting", 60), present + 3_600_000, undefined))).toBe(false);
  });

  test.each([
    ["in the future: the clock was set back", -6],
    ["before any Agent was there: the clock had started again", 30 * 365 * 86_400],
  ])("not by a time %s; then what was seen counts", (_, seconds) => {
    const facts = lasting("Starting", seconds);
    expect(statusTransition(facts, present, undefined)?.milliseconds).toBeUndefined();
    expect(isOverdue(statusTransition(facts, present, 901_000))).toBe(true);
  });

  test("by what was seen, where it does not tell, and by its word alone where it does", () => {
    expect(isOverdue(statusTransition(lasting("Starting", null), present, undefined))).toBe(false);
    expect(isOverdue(statusTransition(lasting("Starting", null), present, 901_000))).toBe(true);
    expect(isOverdue(statusTransition(lasting("Starting", 10), present, 901_000))).toBe(false);
  });

  test("by the newest success that it tells of, or our own clock, whichever is less, where it does not tell its clock", () => {
    const since = ago(1_000);
    const facts = (lastSuccess: string) => ({
      ...paired("backup", {
        failoverStatus: "Starting",
        status: { failoverStatusSince: since, connectivity: [{ kind: "Ping", label: "Ping", value: "Success", lastSuccess }] },
      }),
    });
    expect(statusTransition(facts(ago(300)), present, undefined)?.milliseconds).toBe(700_000);
    expect(statusTransition(facts(ago(-9_000)), present, undefined)?.milliseconds).toBe(1_000_000);
  });
});

describe("nobody online", () => {
  const whole = 600 + 120 + 900 + 60;

  test("is no problem for as long as a switch may take, and one afterwards", () => {
    const inTime = nobody(lasting("Going Online", 60));
    expect(problemsOf(inTime)).toEqual([]);
    const late = nobody(lasting("synchronizing", whole + 1, { agent: { settings: undefined } }));
    const progress = pairProgress(late, present);
    expect(isStuck(progress)).toBe(true);
    expect(problemsOf(late, progress)).toContainEqual({
      ...{ kind: "nobodyOnline", isUntold: false },
      lasting: { seen: "", milliseconds: (whole + 1) * 1000, limitMilliseconds: whole * 1000 },
    });
  });

  test("counts from what was seen, when each single status is younger", () => {
    const views = nobody(lasting("Preparing to go online", 10));
    const watched = { ...nothingSeen, nobodyOnline: (whole + 1) * 1000 };
    expect(isStuck(pairProgress(views, present, watched))).toBe(true);
    expect(isStuck(pairProgress(views, present, nothingSeen))).toBe(false);
  });

  test("that nobody can tell the time of is untold, but not while an operation runs, nor for whoever watches", () => {
    const views = nobody(lasting("Acquiring Virtual IP Address 10.10.10.5", null));
    expect(pairProgress(views, present).isUntold).toBe(true);
    expect(problemsOf(views)).toEqual([{ kind: "nobodyOnline", lasting: null, isUntold: true }]);
    expect(pairProgress(views, present, { ...nothingSeen, nobodyOnline: 0 }).isUntold).toBe(false);
    const operation = { state: "running", kind: "switch", startedUtc: ago(5) };
    expect(pairProgress(nobody(lasting("Going Online", null, { pair: { operation } })), present).isUntold).toBe(false);
  });

  test("with one online it does not matter how long the other one is on its way to nothing else", () => {
    const views = [view("main", paired("main")), view("backup", lasting("Starting", null))];
    expect(pairProgress(views, present)).toMatchObject({ nobodyOnline: undefined, isUntold: false });
  });

  test("and nobody on the way is a problem at once", () => {
    const views = [view("main"), view("backup", paired("backup"))];
    expect(problemsOf(views)).toContainEqual({ kind: "nobodyOnline", lasting: null, isUntold: false });
  });
});

describe("the pair", () => {
  const pair = (state: string, operation: { state: string; kind: string; startedUtc: string } | null = null) => [
    view("main", { ...paired("main", { pair: { state, operation } }), timeUtc: ago(0) }),
    view("backup", paired("backup", { pair: { state, operation } })),
  ];
  const running = (kind: string, seconds: number) => pair("configuring", { state: "running", kind, startedUtc: ago(seconds) });

  test.each([
    ["setUp", 4 * 60 * minutes],
    ["change", 30 * minutes],
    ["end", 60 * minutes],
    ["switch", 28 * minutes],
  ])("a %s that runs for longer than %i s is overdue", (kind, limit) => {
    expect(isStuck(pairProgress(running(kind, limit), present))).toBe(false);
    const late = running(kind, limit + 60);
    const progress = pairProgress(late, present);
    expect(isStuck(progress)).toBe(true);
    const lasting = { seen: kind, milliseconds: (limit + 60) * 1000, limitMilliseconds: limit * 1000 };
    expect(problemsOf(late, progress)[0]).toEqual({ kind: "underWay", seen: kind, lasting });
  });

  test("a state that nobody tells the time of is overdue by what was seen, after 10 minutes where no limit is known", () => {
    expect(isStuck(pairProgress(pair("mending"), present))).toBe(false);
    expect(isStuck(pairProgress(pair("mending"), present, { ...nothingSeen, pair: 601_000 }))).toBe(true);
    expect(isStuck(pairProgress(pair("active"), present, { ...nothingSeen, pair: 1e9 }))).toBe(false);
  });
});

test("a status that lasts too long is a red row with both times", () => {
  const text = "Acquiring Virtual IP Address 10.10.10.5";
  expect(problemsOf(nobody(lasting(text, 1_500)))).toEqual([
    expect.objectContaining({
      ...{ kind: "row", key: "failoverStatus", word: text },
      lasting: { seen: text, milliseconds: 1_500_000, limitMilliseconds: 120_000 },
    }),
  ]);
});
