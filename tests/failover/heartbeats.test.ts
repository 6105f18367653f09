import { describe, expect, test } from "vitest";
import type { DeclaredHeartbeat, HeartbeatTarget, Position } from "../../provider/failover/configuration.js";
import { type HeartbeatPlan, judgeHeartbeats } from "../../provider/failover/heartbeats.js";
import { parseVersion } from "../../provider/failover/version.js";
import { backupAddress, fourHeartbeats, mainAddress } from "./members.js";

const normal = (from: Position, target: HeartbeatTarget, index?: number): DeclaredHeartbeat => ({
  kind: "normal",
  from,
  target,
  interface: index,
  maxFailures: 3,
});
const inverted = (from: Position, target: HeartbeatTarget): DeclaredHeartbeat => ({ kind: "inverted", from, target, maxFailures: 3 });

const [mainToBackup, backupToMain] = [normal("main", { agent: "backup" }), normal("backup", { agent: "main" })];
const [mainOutward, backupOutward] = [inverted("main", { address: "10.10.10.254" }), inverted("backup", { address: "10.10.10.253" })];

function judged(heartbeats: DeclaredHeartbeat[], changes: Partial<HeartbeatPlan> = {}) {
  const { violations, warnings } = judgeHeartbeats({
    heartbeats,
    mode: "automatic",
    version: parseVersion("10.5.4.0-15588"),
    members: {
      main: { address: mainAddress, ownAddresses: [mainAddress, "10.10.20.1"], interfaces: [1, 2] },
      backup: { address: backupAddress, ownAddresses: [backupAddress, "10.10.20.2"], interfaces: [1, 2] },
    },
    ...changes,
  });
  expect(violations.every(({ property }) => property === "heartbeats")).toBe(true);
  return { violations: violations.map(({ reason }) => reason), warnings };
}

describe("the four heartbeats that DataMiner expects", () => {
  test("pass without a word, in both modes", () => {
    expect(judged(fourHeartbeats)).toEqual({ violations: [], warnings: [] });
    expect(judged(fourHeartbeats, { mode: "manual" })).toEqual({ violations: [], warnings: [] });
  });

  test("may check the other Agent by its address", () => {
    const byAddress = [normal("main", { address: backupAddress }), normal("backup", { address: "10.10.20.1" }), mainOutward, backupOutward];
    expect(judged(byAddress)).toEqual({ violations: [], warnings: [] });
  });

  test("may share one inverted target", () => {
    const shared = [mainToBackup, backupToMain, mainOutward, inverted("backup", { address: "10.10.10.254" })];
    expect(judged(shared)).toEqual({ violations: [], warnings: [] });
  });
});

describe("an inverted heartbeat", () => {
  test("may not target the pair's own virtual IP, however it is spelled", () => {
    const heartbeats = [mainToBackup, backupToMain, inverted("main", { address: "2001:db8::5" }), backupOutward];
    expect(judged(heartbeats, { virtualIps: ["10.10.10.5", "2001:DB8:0::5"] }).violations).toEqual([
      "The inverted heartbeat from main to 2001:db8::5 targets the pair's own virtual IP. When the online Agent dies nobody has that address, " +
        "so the offline one takes itself for cut off and stays offline. Target a domain controller or a switch instead.",
    ]);
  });

  test.each<[string, HeartbeatTarget]>([
    ["named as Agent", { agent: "main" }],
    ["by the corporate address, to which a shared hostname resolves too", { address: mainAddress }],
    ["by another own address", { address: "10.10.20.1" }],
  ])("may not target the other Agent, %s, also where no normal heartbeat does", (_, target) => {
    const { violations } = judged([inverted("backup", target), mainOutward], { mode: "manual" });
    expect(violations).toEqual([
      expect.stringMatching(
        /^The inverted heartbeat from backup to \S+ targets the other Agent, to which a shared hostname leads too\. When that one dies the backup Agent takes itself for cut off and stays offline\. /,
      ),
    ]);
  });

  test("may not target an address that a normal one pings, however it is spelled", () => {
    const { violations } = judged([
      mainToBackup,
      backupToMain,
      inverted("main", { address: "2001:db8::fe" }),
      backupOutward,
      normal("backup", { address: "2001:DB8:0::00FE" }),
    ]);
    expect(violations).toEqual([
      "The inverted heartbeat from main to 2001:db8::fe uses an address that a normal heartbeat uses too, so neither Agent could go online. " +
        "Target a domain controller or a switch instead.",
    ]);
  });

  test("may not target the Agent that a normal one checks, by position or by any of its addresses", () => {
    for (const target of [{ agent: "backup" as const }, { address: backupAddress }, { address: "10.10.20.2" }]) {
      const { violations } = judged([mainToBackup, backupToMain, inverted("main", target), backupOutward]);
      expect(violations).toHaveLength(1);
      expect(violations[0]).toContain("so neither Agent could go online");
    }
  });

  test("that a member lacks is a warning of split brain, for each member", () => {
    const { violations, warnings } = judged([mainToBackup, backupToMain, mainOutward]);
    expect(violations).toEqual([]);
    expect(warnings).toEqual([
      "The backup Agent has no inverted heartbeat, so both Agents may go online when they lose each other (split brain). " +
        "Add one to a domain controller or a switch.",
    ]);
    expect(judged([mainToBackup, backupToMain]).warnings).toHaveLength(2);
  });
});

describe("normal heartbeats between the Agents", () => {
  const none = [mainOutward, backupOutward];

  test.each([
    ["10.2.1.0-1", 1, 0],
    ["10.1.0.0-1-CU20", 1, 0],
    ["10.2.2.0-1", 0, 1],
    ["10.2.0.0-1", 0, 1],
    ["10.5.4.0-15588", 0, 1],
  ])("are needed on %s: %d violations, %d warnings without them", (version, violations, warnings) => {
    const found = judged(none, { mode: "manual", version: parseVersion(version) });
    expect([found.violations.length, found.warnings.length]).toEqual([violations, warnings]);
  });

  test("are only advised while the version is not known", () => {
    const { violations, warnings } = judged(none, { mode: "manual", version: undefined });
    expect(violations).toEqual([]);
    expect(warnings).toEqual(["No normal heartbeat goes between the two Agents. Add one from each Agent to the other."]);
  });

  test("are expected in both directions", () => {
    expect(judged([mainToBackup, ...none])).toEqual({
      violations: [],
      warnings: ["No normal heartbeat goes from backup to main. Add it: DataMiner expects both directions."],
    });
  });

  test("or to anything else are what mode automatic needs", () => {
    const needed = "Mode automatic needs a normal heartbeat, and there is none. Add one from each Agent to the other, or choose manual.";
    expect(judged(none).violations).toEqual([needed]);
    expect(judged([]).violations).toEqual([needed]);
    expect(judged([normal("main", { address: "10.10.10.250" }), ...none]).violations).toEqual([]);
  });
});

describe("a heartbeat", () => {
  test.each<[string, DeclaredHeartbeat]>([
    ["its own Agent", normal("main", { agent: "main" })],
    ["its own address", normal("main", { address: mainAddress })],
    ["another of its own addresses", normal("main", { address: "10.10.20.1" })],
  ])("may not target %s", (_, heartbeat) => {
    const { violations } = judged([...fourHeartbeats, heartbeat]);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/targets the Agent that sends it\. Target the backup Agent or another address\.$/);
  });

  test("needs an IP address or an Agent as target", () => {
    expect(judged([...fourHeartbeats, inverted("main", { address: "dc.skyline.local" })]).violations).toEqual([
      "The inverted heartbeat from main to dc.skyline.local has no IP address as target. Name an Agent or write an IP address.",
    ]);
  });

  test("to an address names no interface", () => {
    expect(judged([...fourHeartbeats, normal("main", { address: "10.10.10.250" }, 1)]).violations).toEqual([
      "The normal heartbeat from main to 10.10.10.250 names interface 1, which only a heartbeat to an Agent has. Leave the interface out.",
    ]);
  });

  test("to an Agent names an interface that its own Agent has", () => {
    const set = [normal("main", { agent: "backup" }, 2), normal("backup", { agent: "main" }, 3), mainOutward, backupOutward];
    expect(judged(set).violations).toEqual([
      "The normal heartbeat from backup to main names interface 3; backup 10.10.10.2 has 1, 2. Name one of these.",
    ]);
  });
});

test("heartbeats beyond the four are named in one warning", () => {
  const { violations, warnings } = judged([...fourHeartbeats, normal("main", { address: "10.10.10.250" }), mainToBackup]);
  expect(violations).toEqual([]);
  expect(warnings).toEqual([
    "DataMiner expects exactly four heartbeats, a normal one from each Agent to the other and an inverted one from each to an address. " +
      "Beyond these: normal heartbeat from main to 10.10.10.250; normal heartbeat from main to backup.",
  ]);
});

test("every broken rule is named at once", () => {
  const { violations } = judged([normal("main", { agent: "main" }, 9), inverted("backup", { agent: "main" })]);
  expect(violations).toHaveLength(3);
});
