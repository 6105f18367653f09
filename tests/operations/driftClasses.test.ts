import { describe, expect, test } from "vitest";
import { pairResult, resultOf } from "../../operations/drift/classify.js";
import { differences, stepDifferences } from "../../operations/drift/differences.js";
import type { MemberStatus, PairStatus } from "../../operations/readStatus.js";
import { connectionFrom } from "../../operations/stack/members.js";
import { hidden, inTheClear, withSecretsHidden } from "../../operations/stack/openStack.js";
import type { Problem } from "../../provider/failover/problems.js";
import { problemText } from "../../provider/failover/problemText.js";
import { resources } from "../../provider/index.js";

const subject = { kind: "pair" as const, name: "north", source: "pairs.yaml", urn: null };
const member = (position: "main" | "backup", more: Partial<MemberStatus> = {}): MemberStatus => ({
  ...{ position, address: position === "main" ? "10.0.0.1" : "10.0.0.2", agentName: null, reachable: true, led: "green", rows: [] },
  ...{ statusSince: null, pcap: null, pcapAdvice: null, seen: null, runbook: null, ...more },
});
const silent = (position: "main" | "backup") =>
  member(position, { reachable: false, led: "red", seen: "It is gone.", runbook: "AGENT_UNREACHABLE" });
const status = (more: Partial<PairStatus> = {}): PairStatus => ({
  ...{
    name: "north",
    dataMinerId: 1,
    online: "main",
    splitBrain: false,
    state: "active",
    stateSince: null,
    nobodyOnlineSince: null,
    isStuck: false,
    givenUp: null,
    problems: [],
    readAt: "2026-03-01T06:00:00.000Z",
  },
  members: { main: member("main"), backup: member("backup") },
  ...more,
});
const red: Problem = { kind: "noStatus", member: { position: "main", address: "10.0.0.1" } };
const noPair = (position: "main" | "backup"): Problem => ({ kind: "noPair", member: { position, address: member(position).address } });
const drift = { differences: [{ property: "mode", declared: "manual", live: "automatic" }] };

describe("a pair", () => {
  test.each([
    ["well and as declared is clean", {}, status(), "main", ["clean"]],
    ["whose role nobody recorded is clean", {}, status({ online: "backup" }), null, ["clean"]],
    ["whose other member is online has changed its role", {}, status({ online: "backup" }), "main", ["roleChange"]],
    [
      "on its way from one role to the other has changed its role",
      {},
      status({ online: "none", state: "switching" }),
      "main",
      ["roleChange"],
    ],
    ["that differs has drifted", drift, status(), "main", ["drift"]],
    ["that differs and has switched is both", drift, status({ online: "backup" }), "main", ["drift", "roleChange"]],
    [
      "with a problem is unhealthy, whoever is online",
      {},
      status({ problems: [red], online: "backup" }),
      "main",
      ["unhealthy", "roleChange"],
    ],
    [
      "with two online members is unhealthy, and no change of role",
      {},
      status({ online: "both", problems: [{ kind: "bothOnline" }] }),
      "main",
      ["unhealthy"],
    ],
    [
      "with nobody online is unhealthy, and no change of role",
      {},
      status({ online: "none", state: "invalid", problems: [{ kind: "bothOffline" }] }),
      "main",
      ["unhealthy"],
    ],
    [
      "that is gone has no health of its own",
      { differences: [] },
      status({ state: null, online: "none", problems: [noPair("main"), noPair("backup")] }),
      "main",
      ["clean"],
    ],
    ["whose configuration could not be told is never clean", { untold: ["No answer."] }, status(), "main", ["unreachable"]],
  ] as const)("%s", (_, found, seen, expected, classes) => {
    const { differences: differing = [], ...rest } = found as { differences?: object[] };
    const result = pairResult(subject, { ...rest, differences: [...differing] as never }, seen, expected);
    expect(result.classes).toEqual(classes);
    expect(result.class).toBe(classes[0]);
  });

  test("with a silent member is unreachable, and its own line about that is no further problem", () => {
    const gone: Problem = { kind: "unreachable", member: { position: "backup", address: "10.0.0.2" } };
    const seen = status({ members: { main: member("main"), backup: silent("backup") }, problems: [gone] });
    const result = pairResult(subject, drift, seen, "main");
    expect(result.classes).toEqual(["unreachable", "drift"]);
    const text = `${problemText(gone)} It is gone. Runbook: AGENT_UNREACHABLE.`;
    expect(result.problems).toEqual([{ ...gone, seen: "It is gone.", runbook: "AGENT_UNREACHABLE", text }]);
    const worse = pairResult(subject, {}, { ...seen, problems: [gone, red] }, "main");
    expect(worse.classes).toEqual(["unreachable", "unhealthy"]);
    expect(worse.problems[1]).toEqual({ ...red, text: problemText(red) });
  });

  test("tells a reason once that two have", () => {
    const seen = status({ members: { main: member("main"), backup: silent("backup") }, problems: [] });
    const { problems } = pairResult(subject, { untold: ["It is gone. Runbook: AGENT_UNREACHABLE."] }, seen, null);
    expect(problems).toHaveLength(1);
  });
});

test("a virtual address does not drift by an Agent that is silent", () => {
  const unanswered = { property: "agents", at: "backup 10.0.0.2", declared: true, live: false, unanswered: "10.0.0.2" };
  const registers = { property: "registersInDns", at: "interface 1", declared: false, live: true };
  const virtual = { ...subject, kind: "virtualIp" as const };
  const seen = resultOf(virtual, { differences: [unanswered, registers] }, [silent("backup")]);
  expect(seen).toMatchObject({ classes: ["unreachable", "drift"], differences: [registers] });
  expect(seen.problems).toEqual([
    expect.objectContaining({ kind: "unreachable", member: { position: "backup", address: "10.0.0.2" }, seen: "It is gone." }),
  ]);
  const unexplained = resultOf(virtual, { differences: [unanswered] }, [silent("main")]);
  expect(unexplained).toMatchObject({ classes: ["unreachable"], differences: [] });
  expect(unexplained.problems[1]?.text).toMatch(/^Agent 10\.0\.0\.2: it does not answer\./);
  expect(resultOf(virtual, {}, [silent("backup")]).classes).toEqual(["unreachable"]);
});

test("a reason is listed once: that of a silent Agent with it, and that of a refused declaration", () => {
  const reasons = ["It is gone.", "It is gone. Runbook: AGENT_UNREACHABLE.", "Something else.", "Something else."];
  const { problems } = resultOf({ ...subject, kind: "virtualIp" }, { untold: reasons, problems: ["Something else."] }, [silent("main")]);
  expect(problems.map(({ kind, text }) => [kind, text])).toEqual([
    ["unreachable", "main 10.0.0.1: Agent Status is Unreachable. It is gone. Runbook: AGENT_UNREACHABLE."],
    ["untold", "Something else."],
  ]);
});

describe("properties", () => {
  test.each([
    ["equal ones do not differ, whatever is left out", { a: 1, b: null }, { a: 1, c: undefined }, []],
    ["objects differ by their properties", { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [["a.c", 2, 3]]],
    ["lists of one length differ by their items", [1, { x: 2 }], [1, { x: 3 }], [["[1].x", 2, 3]]],
    ["lists of two lengths differ as a whole", { a: [1] }, { a: [1, 2] }, [["a", [1], [1, 2]]]],
    [
      "what is absent is null",
      { a: 1 },
      { b: 2 },
      [
        ["a", 1, null],
        ["b", null, 2],
      ],
    ],
    [
      "tokens and secrets are hidden at any depth",
      { main: { token: "old" } },
      { main: { token: "new" } },
      [["main.token", hidden, hidden]],
    ],
    ["what is not known yet says so", { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, { a: 1 }, [["a", "[not known yet]", 1]]],
    ["a text stays on its line", { a: "x\n\u001b[31my" }, {}, [["a", "x [31my", null]]],
  ])("%s", (_, declared, live, found) => {
    expect(differences("", declared, live).map(({ property, ...values }) => [property, values.declared, values.live])).toEqual(found);
  });
});

describe("a step of a preview", () => {
  const side = (inputs: object, outputs: object = inputs) => ({ inputs: { ...inputs }, outputs: { ...outputs } });
  const plan = (op: string, declared: object, live: object = {}) => ({
    type: "",
    plan: { op, declared: side(declared), live: side(live) },
  });
  const names = (resource: keyof typeof resources, step: Parameters<typeof stepDifferences>[1]) =>
    stepDifferences(resources[resource], step).map(({ property, at, declared, live }) => [property, declared, live, ...(at ? [at] : [])]);

  test.each([
    ["same", plan("same", { a: 1 }, { a: 2 }), []],
    ["create", plan("create", {}), [["exists", true, false]]],
    ["delete", plan("delete", {}), [["exists", false, true]]],
    ["update", plan("update", { mode: "manual", __provider: "x" }, { mode: "automatic" }), [["mode", "manual", "automatic"]]],
    ["a replacement", plan("replace", { mode: "manual" }, { mode: "automatic" }), [["mode", "manual", "automatic"]]],
    ["what is declared no more", plan("update", {}, { syncInterface: 2 }), [["syncInterface", null, 2]]],
    ["another owner", plan("update", { __owner: "a" }, { __owner: "b" }), [["owner", "a", "b"]]],
    [
      "a disabled pair",
      { type: "", plan: { op: "update", declared: side({}), live: side({}, { state: "inactive" }) } },
      [["state", "active", "inactive"]],
    ],
    [
      "an interrupted change",
      { type: "", plan: { op: "update", declared: side({}), live: side({}, { __unfinished: true }) } },
      [["lastUpdate", "finished", "interrupted"]],
    ],
    ["a secret alone", plan("update", { main: { token: hidden } }, { main: { token: hidden } }), [["main.token", hidden, hidden]]],
    ["nothing that is shown", plan("update", {}), [["(not shown)", null, null]]],
    [
      "a program that was not run, and a change",
      { type: "", refresh: { recorded: side({ mode: "manual" }), live: side({ mode: "automatic" }) } },
      [["mode", "manual", "automatic"]],
    ],
    [
      "a program that was not run, and no change",
      { type: "", refresh: { recorded: side({ mode: "manual" }), live: side({ mode: "manual" }) } },
      [],
    ],
    [
      "a program that was not run, and a thing that is gone",
      { type: "", refresh: { recorded: side({}), live: null } },
      [["exists", true, false]],
    ],
  ])("%s", (_, step, found) => {
    expect(names("failoverPair", step)).toEqual(found);
  });

  test("names another member, another type, records that deviate and an Agent that is silent", () => {
    const update = (declared: object, outputs: object) => ({
      type: "",
      plan: { op: "update", declared: side(declared), live: side(declared, { ...declared, ...outputs }) },
    });
    const pair = { main: { address: "10.0.0.1" }, backup: { address: "10.0.0.2" }, hostname: "dma.example.com" };
    expect(names("failoverPair", update(pair, { type: "virtualIp", members: { main: "10.0.0.1", backup: "10.0.0.9" } }))).toEqual([
      ["type", "sharedHostname", "virtualIp"],
      ["backup.address", "10.0.0.2", "10.0.0.9"],
    ]);
    const stray = { property: "dns.members dma-main", at: "A dma-main.", declared: null, live: "10.0.0.5" };
    const text = "dns.members dma-backup: A dma-backup. also has 10.0.0.5";
    expect(names("virtualIp", update({}, { deviations: [stray, text] }))).toEqual([
      ["dns.members dma-main", null, "10.0.0.5", "A dma-main."],
      [text, null, null],
    ]);
    const ignored = { dns: { __deviations: [stray] } };
    expect(names("virtualIp", update(ignored, { deviations: [stray] }))).toEqual([["(not shown)", null, null]]);
    expect(names("dmaAgent", update({}, { reachable: false }))).toEqual([["reachable", true, false]]);
  });
});

describe("secrets of a state", () => {
  const envelope = (rest: object) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ...rest });

  test("are in the clear in memory, and hidden in what is shown", () => {
    const exported = {
      main: { token: envelope({ plaintext: '"a-token-in-the-clear"' }) },
      all: envelope({ plaintext: '{"host":"a","token":"another-token"}' }),
    };
    expect(inTheClear(exported)).toEqual({ main: { token: "a-token-in-the-clear" }, all: { host: "a", token: "another-token" } });
    expect(withSecretsHidden(exported)).toEqual({ main: { token: hidden }, all: hidden });
    expect(differences("", { text: "it says a-token-in-the-clear and another-token" }, {})).toEqual([
      { property: "text", declared: "it says [secret] and [secret]", live: null },
    ]);
  });

  test("come from where the state says, as seen from here", () => {
    const place = { folder: "/project", environment: { DMA_TOKEN: "token-of-the-stack" } };
    expect(connectionFrom({ host: "a", tokenEnv: "DMA_TOKEN", caFile: "ca.pem", port: null }, place)).toEqual({
      host: "a",
      token: "token-of-the-stack",
      caFile: "/project/ca.pem",
    });
    expect(connectionFrom({ host: "a", tokenEnv: "OTHER" }, place)).toEqual({ host: "a", tokenEnv: "OTHER" });
    expect(connectionFrom({ host: "a", tokenFile: "t" }, place)).toEqual({ host: "a", tokenFile: "/project/t" });
  });
});
