import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EndingOptions, planEnding } from "../../../provider/failover/ending.js";
import type { AgentFacts, MemberFacts, MemberView, StorageKind } from "../../../provider/failover/memberFacts.js";
import { backupAddress, mainAddress, member, type PairedChanges, pairConfiguration, paired, view } from "../members.js";
import { cautious, ending, plan, refusal } from "./question.js";

const online = (changes: PairedChanges = {}) => paired("main", changes);
const offline = (changes: PairedChanges = {}) => paired("backup", changes);
const cassandra = (replicationFactor: number | null): Partial<AgentFacts> => ({ storage: { kind: "cassandraPerDma", replicationFactor } });
const capable = (endModes: string[], endWithOfflineUnavailable = true): Partial<AgentFacts> => ({
  capabilities: { pairTypes: ["virtualIp"], endModes, endWithOfflineUnavailable },
});
const cut: PairedChanges = { pair: { buddyReachable: false } };

describe("main is reset", () => {
  const swapped = [online({ failoverStatus: "Offline" }), offline({ failoverStatus: "Online" })] as const;

  test("only when the program says so", () => {
    expect(refusal(...swapped)).toEqual({
      code: "BACKUP_IS_ONLINE",
      reason:
        "Ending pair 111: the backup 10.10.10.2 is online, so the main Agent 10.10.10.1 would be reset. Switch back first, or set allowResetOfMain and run `pulumi up` before `pulumi destroy`.",
    });
    expect(plan(...swapped, { allowResetOfMain: true }).reset).toBe(mainAddress);
  });

  test("never by disabling, which resets nobody", () => {
    const both = capable(["delete", "disable"]);
    const main = online({ failoverStatus: "Offline", agent: both });
    expect(plan(main, offline({ failoverStatus: "Online", agent: both }), { endMode: "disable" }).ask).toBe("backup");
  });
});

describe("Cassandra per DMA", () => {
  test.each<[number | null, string]>([
    [1, "replication factor 1"],
    [null, "an unknown replication factor"],
  ])("with replication factor %s is not split without allowDataLoss", (factor, seen) => {
    const agent = cassandra(factor);
    expect(refusal(online({ agent }), offline({ agent }))).toEqual({
      code: "DATA_ON_ONE_NODE",
      reason:
        `Ending pair 111: the keyspaces SLDMADB and system_auth have ${seen}, so data that only 10.10.10.2 holds would be lost. ` +
        "Set it to 2 and run a repair, or set allowDataLoss and run `pulumi up` first.",
    });
    expect(plan(online({ agent }), offline({ agent }), { allowDataLoss: true }).ask).toBe("main");
  });

  test("with replication factor 2 is split", () => {
    expect(plan(online({ agent: cassandra(2) }), offline({ agent: cassandra(2) })).ask).toBe("main");
  });
});

describe("a failing database of the Agent that stays", () => {
  const failing = { status: { database: { value: "Failing" } } };

  test("keeps the other copy from being reset, unless the program says that it may go", () => {
    const storage = (kind: StorageKind) => ({ agent: { storage: { kind, replicationFactor: 2 } } });
    const cure = "Repair it, or set allowDataLoss and run `pulumi up` first.";
    for (const kind of ["legacySql", "cassandraPerDma"] as const) {
      expect(refusal(online({ ...failing, ...storage(kind) }), offline())).toEqual({
        code: "DATABASE_FAILING",
        reason: `Ending pair 111: the database of 10.10.10.1, which stays, is Failing, and the one of 10.10.10.2 goes with its reset. ${cure}`,
      });
    }
    for (const kind of ["staas", "dedicatedCluster"] as const) {
      expect(refusal(online({ ...failing, ...storage(kind) }), offline())).toEqual({
        code: "DATABASE_FAILING",
        reason:
          "Ending pair 111: the database of 10.10.10.1, which stays, is Failing. Both use the same storage, and after the reset of 10.10.10.2 " +
          `nobody is left who may still reach it. ${cure}`,
      });
    }
    expect(plan(online(failing), offline(), { allowDataLoss: true }).ask).toBe("main");
    expect(plan(online(), offline(failing)).ask).toBe("main");
  });

  test("keeps nobody from disabling, which resets nobody", () => {
    const both = capable(["delete", "disable"]);
    expect(plan(online({ ...failing, agent: both }), offline({ agent: both }), { endMode: "disable" }).ask).toBe("main");
  });
});

describe("an offline Agent that does not answer", () => {
  test("here, while the online one reaches it, is never given up", () => {
    const expected = {
      code: "OFFLINE_SILENT_HERE",
      reason:
        "Ending pair 111: the offline Agent 10.10.10.2 does not answer here, but the online Agent 10.10.10.1 reaches it. " +
        "Check the path from here to 10.10.10.2, and its token.",
    };
    expect(refusal(online(), undefined)).toEqual(expected);
    expect(refusal(online(), undefined, { allowUnreachableOffline: true })).toEqual(expected);
  });

  test("to anybody is given up only when the program says so", () => {
    expect(refusal(online(cut), undefined)).toEqual({
      code: "OFFLINE_UNREACHABLE",
      reason:
        "Ending pair 111: the offline Agent 10.10.10.2 does not answer. Bring it back, or set allowUnreachableOffline, run `pulumi up` first, and keep that server off the network afterwards.",
    });
    expect(plan(online(cut), undefined, { allowUnreachableOffline: true })).toMatchObject({
      reset: backupAddress,
      offlineUnavailable: true,
    });
  });

  test("is not given up by an Agent that cannot do that", () => {
    const agent = { ...capable(["delete"], false), version: "10.2.11.0-1" };
    expect(refusal(online({ ...cut, agent }), undefined, { allowUnreachableOffline: true })).toEqual({
      code: "OFFLINE_UNAVAILABLE_UNSUPPORTED",
      reason:
        "Ending pair 111: the offline Agent 10.10.10.2 is unavailable, and ending without it needs DataMiner 10.2.12/10.2.0 [CU9] or later; " +
        "10.10.10.1 runs 10.2.11.0-1. Bring it back, or upgrade.",
    });
  });
});

describe("an offline Agent that answers here", () => {
  test("is not given up although the online one does not reach it", () => {
    const expected = {
      code: "MEMBERS_CUT_OFF",
      reason:
        "Ending pair 111: both answer here, but the online Agent 10.10.10.1 does not reach 10.10.10.2. " +
        "Repair the path between them, or shut 10.10.10.2 down for good, set allowUnreachableOffline and run `pulumi up` first.",
    };
    expect(refusal(online(cut), offline())).toEqual(expected);
    expect(refusal(online(cut), offline(), { allowUnreachableOffline: true })).toEqual(expected);
  });

  test("without a pair but with data is left to a person", () => {
    expect(refusal(online(), member("backup", { pristine: false }))).toEqual({
      code: "MEMBERS_DISAGREE",
      reason:
        "Ending pair 111: 10.10.10.2 answers, is in no pair, and still has data. " +
        "Find out which of the two serves the system, take the other off the network, and reset it there with SLReset.exe.",
    });
  });

  test.each(["Online", "Offline"])("and came back %s after it was given up does not get the kept one reset", (failoverStatus) => {
    expect(refusal(member("main"), offline({ failoverStatus }), { allowResetOfMain: true })).toEqual({
      code: "MEMBERS_DISAGREE",
      reason:
        "Ending pair 111: 10.10.10.1 answers, is in no pair, and still has data. " +
        "Find out which of the two serves the system, take the other off the network, and reset it there with SLReset.exe.",
    });
  });
});

describe("the pair", () => {
  test("is the one that the program names", () => {
    const config = { ...pairConfiguration, backup: { address: "10.10.10.9", acquisitionAddress: null } };
    expect(refusal(online({ pair: { config } }), offline())).toEqual({
      code: "OTHER_PAIR",
      reason:
        "Ending pair 111: 10.10.10.1 is the main of a pair of 10.10.10.1 and 10.10.10.9, not the main of one with 10.10.10.2. " +
        "Correct the program, or end that pair by hand.",
    });
  });

  test("has the recorded DataMiner ID", () => {
    expect(refusal(online(), offline(), { dataMinerId: 222 })).toEqual({
      code: "OTHER_PAIR",
      reason: "Ending pair 111: 10.10.10.1 has DataMiner ID 111, recorded is 222. Run `pulumi refresh` and check which pair this is.",
    });
  });

  test("has one configuration on both members", () => {
    expect(refusal(online(), offline({ revision: "r2" })).code).toBe("MEMBERS_DISAGREE");
  });

  test("is ended in a mode that the Agents have, never in another one", () => {
    expect(refusal(online(), offline(), { endMode: "disable" })).toEqual({
      code: "END_MODE_UNSUPPORTED",
      reason:
        'Ending pair 111: 10.10.10.1 cannot end a pair by "disable"; it can do: delete. Set endMode to one of these and run `pulumi up` first.',
    });
    expect(refusal(online({ agent: capable(["delete", "disable"]) }), offline(), { endMode: "disable" }).reason).toContain(
      "10.10.10.2 cannot",
    );
  });
});

test("whatever the members say, a reset never hits an online member, nor main unless that is allowed", () => {
  const said = (position: "main" | "backup") =>
    fc.oneof(
      fc.constant(undefined),
      fc.constant(member(position, { dataMinerId: null, pristine: true })),
      fc.constant(member(position, { pristine: false })),
      fc
        .record({
          failoverStatus: fc.constantFrom("Online", "Offline", "Going Online"),
          state: fc.constantFrom("active", "inactive", "invalid", "ending", "switching"),
          buddyReachable: fc.boolean(),
          operation: fc.constantFrom(null, { state: "running" }, { state: "failed" }),
          revision: fc.constantFrom("r1", "r2"),
        })
        .map(({ failoverStatus, revision, ...pair }): MemberFacts => paired(position, { failoverStatus, revision, pair })),
    );
  fc.assert(
    fc.property(said("main"), said("backup"), fc.boolean(), fc.boolean(), (main, backup, allowUnreachableOffline, allowResetOfMain) => {
      const decided = ending(main, backup, { allowUnreachableOffline, allowResetOfMain });
      if (decided.kind !== "end") return;
      const [kept, other] = decided.ask === "main" ? [main, backup] : [backup, main];
      expect(kept?.status?.failoverStatus).toBe("Online");
      expect(other?.status?.failoverStatus).not.toBe("Online");
      expect([decided.keep, decided.reset]).toEqual(decided.ask === "main" ? [mainAddress, backupAddress] : [backupAddress, mainAddress]);
      if (decided.reset === mainAddress) expect(allowResetOfMain).toBe(true);
      if (decided.offlineUnavailable) expect([allowUnreachableOffline, kept?.pair?.buddyReachable]).toEqual([true, false]);
    }),
    { numRuns: 5000 },
  );
});

describe("a member that says no", () => {
  const refuses = (position: "main" | "backup") => ({ ...view(position), refusal: `${position} refuses the token.` });
  const decide = (main: MemberView, backup: MemberView, options: Partial<EndingOptions> = {}) =>
    planEnding({ main, backup, options: { ...cautious, ...options } });

  test("is alive, so the offline one is not given up, whatever the program allows", () => {
    for (const buddyReachable of [true, false]) {
      const main = view("main", online({ pair: { buddyReachable } }));
      expect(decide(main, refuses("backup"), { allowUnreachableOffline: true })).toMatchObject({
        kind: "refused",
        code: "MEMBER_REFUSES",
        reason: expect.stringContaining("backup refuses the token."),
      });
    }
  });

  test.each(["main", "backup"] as const)("is told of where neither tells what it is: %s", (position) => {
    const [main, backup] = [
      position === "main" ? refuses("main") : view("main"),
      position === "backup" ? refuses("backup") : view("backup"),
    ];
    expect(decide(main, backup)).toMatchObject({
      kind: "refused",
      code: "MEMBER_REFUSES",
      reason: expect.stringContaining(`${position} refuses the token.`),
    });
  });
});

describe("positions are not taken for granted", () => {
  test("two that claim the same one disagree, and nobody is reset", () => {
    expect(refusal(online(), offline({ pair: { position: "main" } }))).toMatchObject({
      code: "MEMBERS_DISAGREE",
      reason: expect.stringContaining("both 10.10.10.1 and 10.10.10.2 say that they are the main one"),
    });
  });

  test("an online member that says that it has the other one is of another pair", () => {
    expect(refusal(online({ pair: { position: "backup" } }), undefined).code).toBe("OTHER_PAIR");
  });

  test("an online member without a DataMiner ID is not the one that is recorded", () => {
    expect(refusal(online({ agent: { dataMinerId: null } }), offline())).toMatchObject({
      code: "OTHER_PAIR",
      reason: expect.stringMatching(/^Ending the pair of 10\.10\.10\.1: .*DataMiner ID none, recorded is 111/),
    });
  });
});

describe("an Agent that cannot end a pair without the offline one", () => {
  const agent = capable(["delete"], false);

  test("ends it with an offline one that answers", () => {
    expect(plan(online({ agent }), offline())).toMatchObject({ ask: "main", offlineUnavailable: false });
  });

  test("carries on with an ending in which the offline one was stopped or reset", () => {
    expect(plan(online({ agent, pair: { state: "ending" } }), undefined)).toMatchObject({ ask: "main", offlineUnavailable: false });
  });
});

test("a member of the pair that has lost its DataMiner ID was not reset: cut off from the other one, it keeps the pair from being ended", () => {
  for (const agent of [{ dataMinerId: null }, { pristine: true }]) {
    expect(refusal(online(cut), offline({ agent })).code).toBe("MEMBERS_CUT_OFF");
  }
});

test("what was reset has lost its ID or is fresh: either is enough to carry on", () => {
  for (const agent of [
    { pristine: true, dataMinerId: 111 },
    { pristine: false, dataMinerId: null },
  ]) {
    expect(plan(online(), member("backup", agent))).toMatchObject({ ask: "main", reset: backupAddress });
  }
});

test("an Agent that can end a pair in no way says so", () => {
  expect(refusal(online({ agent: capable([]) }), offline()).reason).toContain("it can do: none.");
});
