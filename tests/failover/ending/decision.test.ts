import { describe, expect, test } from "vitest";
import type { MemberFacts } from "../../../provider/failover/memberFacts.js";
import { backupAddress, mainAddress, member, type PairedChanges, paired } from "../members.js";
import { ending, plan, refusal } from "./question.js";

const standalone = (id = 111) => member("main", { dataMinerId: id });
const reset = (position: "main" | "backup" = "backup") => member(position, { dataMinerId: null, pristine: true, elementCount: 0 });
const online = (changes: PairedChanges = {}) => paired("main", changes);
const offline = (changes: PairedChanges = {}) => paired("backup", changes);
const swapped = { main: { failoverStatus: "Offline" }, backup: { failoverStatus: "Online" } };
const interrupted: PairedChanges = { pair: { state: "ending", operation: { state: "failed" } } };

describe("ending asks the online member", () => {
  test("to keep main and to reset backup", () => {
    expect(plan(online(), offline())).toMatchObject({
      ...{ ask: "main", keep: mainAddress, reset: backupAddress },
      ...{ offlineUnavailable: false, closing: [] },
    });
  });

  test("to keep backup and to reset main, when that is allowed", () => {
    const decided = plan(online(swapped.main), offline(swapped.backup), { allowResetOfMain: true });
    expect(decided).toMatchObject({ ask: "backup", keep: backupAddress, reset: mainAddress, offlineUnavailable: false });
  });

  test.each([undefined, null])("without the recorded ID, when none was ever recorded: %s", (dataMinerId) => {
    expect(plan(online(), offline(), { dataMinerId }).ask).toBe("main");
  });
});

describe("there is nothing to end", () => {
  test.each<[string, MemberFacts | undefined, MemberFacts | undefined]>([
    ["when both answer without a pair", standalone(), member("backup")],
    ["when the kept member is standalone and the other one was reset", standalone(), reset()],
    ["when the kept member is standalone and the reset one says nothing", standalone(), undefined],
    ["when the backup was kept and the reset main says nothing", undefined, member("backup", { pristine: false })],
  ])("%s", (_, main, backup) => {
    expect(ending(main, backup)).toEqual({ kind: "nothing", notes: [] });
  });

  test("when the pair is to be disabled and is disabled already, as far as anybody answers", () => {
    const disabled = { pair: { state: "inactive" } };
    expect(ending(online(disabled), offline(disabled), { endMode: "disable" }).kind).toBe("nothing");
    expect(ending(online(disabled), undefined, { endMode: "disable" }).kind).toBe("nothing");
    expect(ending(online(disabled), offline(disabled), { endMode: "delete" }).kind).toBe("end");
  });
});

describe("there is something to end", () => {
  test("while one member alone is disabled, where both are to be", () => {
    expect(ending(online(), offline({ pair: { state: "inactive" } }), { endMode: "disable" }).kind).not.toBe("nothing");
  });

  test("as far as one member tells that is fresh, or has no ID where none is recorded: neither is the one that was kept", () => {
    expect(refusal(member("main", { pristine: true, dataMinerId: 111 }), undefined).code).toBe("KEPT_MEMBER_SILENT");
    expect(refusal(member("main", { dataMinerId: null }), undefined, { dataMinerId: null }).code).toBe("KEPT_MEMBER_SILENT");
  });

  test("but not where both answer without a pair, whatever their IDs are", () => {
    expect(ending(standalone(222), reset())).toEqual({ kind: "nothing", notes: [] });
  });
});

describe("it is not clear whom to keep", () => {
  test.each<[string, MemberFacts | undefined, MemberFacts | undefined, string, string]>([
    [
      "both are silent",
      undefined,
      undefined,
      "PAIR_UNREACHABLE",
      "Ending pair 111: neither 10.10.10.1 nor 10.10.10.2 answers. Bring one back; when both are lost for good, `pulumi state delete` " +
        "takes the pair out of the state and touches no Agent.",
    ],
    [
      "only a member that was reset answers",
      undefined,
      reset(),
      "KEPT_MEMBER_SILENT",
      "Ending pair 111: 10.10.10.2 is in no pair and is not the one that was kept, and 10.10.10.1, which may still serve the system, does not answer. " +
        "Bring it back first.",
    ],
    [
      "only an Agent with another ID answers",
      standalone(222),
      undefined,
      "KEPT_MEMBER_SILENT",
      "Ending pair 111: 10.10.10.1 is in no pair and is not the one that was kept, and 10.10.10.2, which may still serve the system, does not answer. " +
        "Bring it back first.",
    ],
    [
      "both are online",
      online(),
      offline({ failoverStatus: "Online" }),
      "BOTH_ONLINE",
      "Ending pair 111: both 10.10.10.1 and 10.10.10.2 are online (split brain). Set the one with the older data offline, then try again.",
    ],
    [
      "both are offline",
      online({ failoverStatus: "Offline" }),
      offline(),
      "NOBODY_ONLINE",
      "Ending pair 111: neither 10.10.10.1 nor 10.10.10.2 is online, so it is not clear whom to keep. " +
        "Bring the one with the newest data online, then try again.",
    ],
    [
      "a disabled pair is to be deleted and nobody is online",
      online({ pair: { state: "inactive" }, failoverStatus: "Offline" }),
      offline({ pair: { state: "inactive" } }),
      "NOBODY_ONLINE",
      "Ending pair 111: neither 10.10.10.1 nor 10.10.10.2 is online, so it is not clear whom to keep. " +
        "Bring the one with the newest data online; `pulumi up --refresh` then enables the pair again.",
    ],
    [
      "the online member is dead",
      undefined,
      offline({ pair: { buddyReachable: false } }),
      "ONLINE_MEMBER_UNAVAILABLE",
      "Ending pair 111: 10.10.10.2 is offline, and 10.10.10.1 does not answer. Bring 10.10.10.1 back, or bring 10.10.10.2 online first, then try again.",
    ],
    [
      "the online member is only silent towards us",
      undefined,
      offline(),
      "ONLINE_MEMBER_UNAVAILABLE",
      "Ending pair 111: 10.10.10.2 is offline, and 10.10.10.1 does not answer here, but 10.10.10.2 reaches it. " +
        "Check the path from here to 10.10.10.1.",
    ],
    [
      "the offline member answers and the online one was reset",
      reset("main"),
      offline(),
      "NOBODY_ONLINE",
      "Ending pair 111: neither 10.10.10.1 nor 10.10.10.2 is online, so it is not clear whom to keep. " +
        "Bring the one with the newest data online, then try again.",
    ],
  ])("when %s", (_, main, backup, code, reason) => {
    expect(refusal(main, backup)).toEqual({ code, reason });
  });
});

describe("something is under way", () => {
  test.each<[string, PairedChanges, PairedChanges]>([
    ["a switch", { pair: { state: "switching" } }, {}],
    ["a set-up", { pair: { state: "configuring" } }, {}],
    ["a state that nobody knows", {}, { pair: { state: "rebalancing" } }],
    ["an operation", { pair: { operation: { state: "running" } } }, {}],
    ["an ending", { pair: { state: "ending", operation: { state: "running" } } }, {}],
    ["a member that goes online", { failoverStatus: "Offline" }, { failoverStatus: "Going Online" }],
    ["a restart in the middle of an ending", { ...interrupted, failoverStatus: "Starting" }, {}],
  ])("while %s goes on", (_, main, backup) => {
    expect(refusal(online(main), offline(backup)).code).toBe("PAIR_IN_TRANSITION");
  });

  test("while a member of an active pair shows no Failover status", () => {
    expect(refusal({ ...online(), status: null }, offline()).code).toBe("PAIR_IN_TRANSITION");
  });

  test("at the one member that answers, and only that one is told of", () => {
    expect(refusal(online({ pair: { state: "switching" } }), undefined).reason).toContain("under way: main is Online (switching). Wait");
  });

  test("and the text says at which member", () => {
    expect(refusal(online({ pair: { state: "switching" } }), offline({ failoverStatus: "Going Online" })).reason).toBe(
      "Ending pair 111: something is under way: main is Online (switching), backup is Going Online (active). Wait until it has finished, then try again.",
    );
  });
});

describe("a disabled pair", () => {
  const inactive = { pair: { state: "inactive" } };
  const noRole = (position: "main" | "backup"): MemberFacts => ({ ...paired(position, inactive), status: null });

  test("has no roles to wait for: without any, it is not clear whom to keep, and nothing is under way", () => {
    expect(refusal(noRole("main"), noRole("backup"))).toMatchObject({
      code: "NOBODY_ONLINE",
      reason: expect.stringContaining("enables the pair again"),
    });
    expect(refusal(online({ ...inactive, failoverStatus: "Starting" }), offline(inactive)).code).toBe("NOBODY_ONLINE");
  });

  test("is told as such also where one member alone says so", () => {
    expect(refusal(noRole("main"), offline()).reason).toContain("enables the pair again");
  });

  test("whose operation runs is under way all the same", () => {
    expect(refusal(online({ pair: { state: "inactive", operation: { state: "running" } } }), offline(inactive)).code).toBe(
      "PAIR_IN_TRANSITION",
    );
  });
});

describe("the pair is named", () => {
  test("by the ID that a member tells, where none is recorded", () => {
    expect(refusal(undefined, offline(), { dataMinerId: null }).reason).toMatch(/^Ending pair 111: /);
    expect(refusal(online(swapped.main), undefined, { dataMinerId: undefined }).reason).toMatch(/^Ending pair 111: /);
  });

  test("by its addresses, where nobody tells one", () => {
    for (const dataMinerId of [null, undefined]) {
      expect(refusal(undefined, undefined, { dataMinerId }).reason).toMatch(/^Ending the pair 10\.10\.10\.1 and 10\.10\.10\.2: /);
      expect(refusal(reset("main"), undefined, { dataMinerId }).reason).toMatch(/^Ending the pair 10\.10\.10\.1 and 10\.10\.10\.2: /);
    }
  });
});

describe("an interrupted ending is carried on", () => {
  test.each<[string, MemberFacts | undefined]>([
    ["before anything was touched", offline()],
    ["while the offline member is stopped or was reset, and says nothing", undefined],
    ["after the offline member was reset, when it answers again", reset()],
  ])("%s", (_, backup) => {
    const decided = plan(online(interrupted), backup);
    expect(decided).toMatchObject({ ask: "main", reset: backupAddress, offlineUnavailable: false });
    expect(decided.notes[0]).toBe("Carrying on with an ending of 10.10.10.1 that was interrupted.");
  });

  test("also when the online member has forgotten that it was ending", () => {
    expect(plan(online(), reset())).toMatchObject({ ask: "main", reset: backupAddress, offlineUnavailable: false });
  });

  test("although its Cassandra keyspaces are down to one node by now", () => {
    const agent: PairedChanges["agent"] = { storage: { kind: "cassandraPerDma", replicationFactor: 1 } };
    expect(plan(online({ ...interrupted, agent }), undefined).ask).toBe("main");
  });

  test("without the offline member, where the program allows it and the online one does not reach it", () => {
    const cut = { pair: { ...interrupted.pair, buddyReachable: false } };
    expect(plan(online(cut), undefined, { allowUnreachableOffline: true }).offlineUnavailable).toBe(true);
    expect(plan(online(cut), undefined).offlineUnavailable).toBe(false);
  });
});
