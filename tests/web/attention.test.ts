import { describe, expect, test } from "vitest";
import { judge } from "../../cli/web/attention.js";
import { problemText } from "../../provider/failover/problemText.js";
import { aSilentMember, aStatus, kinds, noPair } from "./statuses.js";

describe("a pair is judged", () => {
  test.each([
    ["split brain", "critical", "Split brain", "Both Agents are online."],
    ["unreachable", "critical", "Unreachable", "No status of either Agent could be fetched."],
    ["nobody online", "critical", "Nobody online", "Both Agents are offline."],
    ["nobody who answers is online", "critical", "Main unreachable", "Backup is Offline: nobody who answers is online."],
    ["main unreachable", "problem", "Main unreachable", "Backup is online."],
    ["red", "problem", "Database Failing", ""],
    ["very red", "problem", "2 rows red", ""],
    ["no pair", "problem", "No Failover pair", problemText(noPair)],
    ["contradiction", "problem", "Contradiction", problemText({ kind: "twoConfigurations" })],
    ["disabled", "notice", "Disabled", "Failover is configured, and switched off."],
    ["switching", "changing", "Switching", ""],
    ["going online", "changing", "Acquiring Virtual IP Address 10.10.10.5", ""],
    ["healthy", "healthy", "Healthy", ""],
    ["healthy, backup online", "healthy", "Healthy", ""],
  ] as const)("%s: %s", (kind, level, label, text) => {
    expect(judge({ status: aStatus("a", kinds[kind]), problem: null })).toEqual({ level, label, text });
  });

  test("by what is red also while it changes, or is disabled", () => {
    for (const kind of ["switching", "disabled"] as const) {
      const status = aStatus("a", { ...kinds[kind], main: aSilentMember("main") });
      expect(judge({ status, problem: null }).level).toBe("problem");
    }
  });

  test("as waiting before it was read", () => {
    expect(judge({ status: null, problem: null }).level).toBe("waiting");
  });

  test("by why it cannot be read, where nothing is known of it", () => {
    expect(judge({ status: null, problem: "No token." })).toEqual({ level: "problem", label: "Not readable", text: "No token." });
  });

  test("never as healthy on old data", () => {
    const { level, text } = judge({ status: aStatus("a"), problem: "No token." });
    expect([level, text]).toEqual(["notice", "Old data: No token."]);
    expect(judge({ status: aStatus("a", kinds["split brain"]), problem: "No token." })).toMatchObject({
      level: "critical",
      label: "Split brain",
    });
  });
});
