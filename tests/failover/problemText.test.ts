import { describe, expect, test } from "vitest";
import type { GivenUp, Problem, RedRow } from "../../provider/failover/problems.js";
import { givenUpText, problemText, rowDetails, rowText, toldProblem } from "../../provider/failover/problemText.js";

// The only test that owns these sentences: the others compare the data that they are made of.

const main = { position: "main", address: "10.10.10.1" } as const;
const backup = { position: "backup", address: "10.10.10.2" } as const;
const row = (more: Partial<RedRow>): Problem => ({
  ...{ kind: "row", member: main, key: "database", row: "Database", word: "Failing" },
  ...{ figure: null, fault: null, failureReason: null, failCount: null, lasting: null, ...more },
});
const lasting = { seen: "Starting", milliseconds: 25 * 60_000, limitMilliseconds: 2 * 60_000 };
const givenUp: GivenUp = { kind: "givenUp", member: backup, kept: main, dataMinerId: 111, isOnline: false };
const seenOfGivenUp =
  "it still has the Failover configuration, and main 10.10.10.1 has the same DataMiner ID 111 and is in no pair: " +
  "so looks an Agent that was given up and came back.";

describe("problems are said", () => {
  test.each<[Problem, string]>([
    [{ kind: "unreachable", member: backup }, "backup 10.10.10.2: Agent Status is Unreachable."],
    [{ kind: "noStatus", member: backup }, "backup 10.10.10.2: it shows no Failover status."],
    [row({}), "main 10.10.10.1: Database is Failing."],
    [
      row({ row: "Configuration", word: "Invalid", failureReason: "Cluster name of agents doesn't match" }),
      "main 10.10.10.1: Configuration is Invalid (Cluster name of agents doesn't match).",
    ],
    [
      row({ row: "NATS communication", word: "OK", fault: "not in sync with the cluster endpoints" }),
      "main 10.10.10.1: NATS communication is not in sync with the cluster endpoints.",
    ],
    [{ kind: "moreRows", member: main, count: 3 }, "main 10.10.10.1: 3 more rows are in their bad value."],
    [{ kind: "noPair", member: main }, "main 10.10.10.1: it knows of no pair."],
    [
      { kind: "otherPair", member: main, seen: { main: "10.0.0.1", backup: "10.0.0.9" }, expected: "10.10.10.2" },
      "main 10.10.10.1: it is in a pair of main 10.0.0.1 and backup 10.0.0.9, not with 10.10.10.2.",
    ],
    [
      { kind: "otherPosition", member: backup, seen: "main", expected: "backup" },
      "backup 10.10.10.2: it says that it is the main of this pair, not the backup.",
    ],
    [
      givenUp,
      `backup 10.10.10.2: ${seenOfGivenUp} Take it off the network now: it polls the same devices a second time as soon as it goes online.`,
    ],
    [
      { kind: "reachedElsewhere", member: main, seen: "10.10.10.1", expected: "dma.skyline.local", mendedIn: "10.5.9/10.5.0 [CU6]" },
      "main 10.10.10.1: the DataMiner System reaches the pair at 10.10.10.1, not at dma.skyline.local. Versions before 10.5.9/10.5.0 [CU6] " +
        "set that wrong, and such a pair cannot be removed from its system (RN 43257). Upgrade both Agents.",
    ],
    [
      { kind: "reachedElsewhere", member: main, seen: "10.10.10.99", expected: "10.10.10.5", mendedIn: null },
      "main 10.10.10.1: the DataMiner System reaches the pair at 10.10.10.99, not at 10.10.10.5. Such a pair cannot be removed from its system (RN 43257). " +
        "Check its address in DMS.xml of the other Agents.",
    ],
    [
      { kind: "bothDatabasesDown" },
      "Both Cassandra nodes are down: the system writes to files until one of them is back. Repair one, and leave the files where they are.",
    ],
    [{ kind: "bothOnline" }, "Both members are online (split brain)."],
    [{ kind: "bothOffline" }, "Both members are offline."],
    [{ kind: "twoConfigurations" }, "The members hold different configurations."],
    [{ kind: "samePosition", seen: "main" }, "Both members say that they are the main one."],
    [{ kind: "nobodyOnline", lasting: null, isUntold: false }, "Nobody who answers is online."],
    [
      { kind: "nobodyOnline", lasting: null, isUntold: true },
      "Nobody who answers is online, no operation is running, and since when that is so is not told.",
    ],
  ])("%j", (problem, text) => {
    expect(problemText(problem)).toBe(text);
    expect(problemText(problem, { counters: false })).toBe(text);
    expect(toldProblem(problem)).toEqual({ ...problem, text });
  });

  test.each<[Problem, string, string]>([
    [
      row({ row: "Heartbeat to 10.10.10.2", failureReason: "No route to host.", failCount: 4 }),
      "main 10.10.10.1: Heartbeat to 10.10.10.2 is Failing (No route to host, 4 failed checks).",
      "main 10.10.10.1: Heartbeat to 10.10.10.2 is Failing (No route to host).",
    ],
    [
      row({ row: "Inverted Heartbeat 10.10.10.254", failCount: 1 }),
      "main 10.10.10.1: Inverted Heartbeat 10.10.10.254 is Failing (1 failed check).",
      "main 10.10.10.1: Inverted Heartbeat 10.10.10.254 is Failing.",
    ],
    [
      row({ row: "DB Sync Stack", word: "Too Large", figure: 1200 }),
      "main 10.10.10.1: DB Sync Stack is Too Large (1200).",
      "main 10.10.10.1: DB Sync Stack is Too Large.",
    ],
    [row({ row: "RTE Count", word: null, figure: 2 }), "main 10.10.10.1: RTE Count is 2.", "main 10.10.10.1: RTE Count is above 0."],
    [
      row({ row: "Failover Status", word: "Starting", lasting }),
      "main 10.10.10.1: Failover Status is Starting (for 25m, longer than the 2m that it may take).",
      "main 10.10.10.1: Failover Status is Starting (longer than the 2m that it may take).",
    ],
    [
      { kind: "underWay", seen: "setUp", lasting },
      "Under way at the pair: setUp, for 25m, longer than the 2m that it may take.",
      "Under way at the pair: setUp, longer than the 2m that it may take.",
    ],
    [
      { kind: "nobodyOnline", lasting, isUntold: false },
      "Nobody who answers is online, for 25m, longer than the 2m that a switch may take.",
      "Nobody who answers is online, longer than the 2m that a switch may take.",
    ],
  ])("%j with the figures that change by themselves, and without", (problem, withFigures, without) => {
    expect(problemText(problem)).toBe(withFigures);
    expect(problemText(problem, { counters: false })).toBe(without);
  });

  test("an Agent that was given up, more urgently when it is online", () => {
    expect(givenUpText({ ...givenUp, isOnline: true })).toBe(
      `${seenOfGivenUp} It is Online, so both poll the same devices: find out which one serves the system, and take the other off the network now.`,
    );
  });

  test("a row without its member, and what stands beside its value", () => {
    const { kind: _, ...shown } = row({ failureReason: "It fails.", failCount: 2 }) as Problem & { kind: "row" };
    expect(rowText(shown)).toBe("Database is Failing (It fails, 2 failed checks)");
    const details = { failureReason: "It fails.", failCount: 0, lastSuccess: "2026-03-01T12:00:00Z", lasting };
    expect(rowDetails(details)).toEqual(["It fails", "last success 2026-03-01T12:00:00Z", "for 25m, longer than the 2m that it may take"]);
  });
});
