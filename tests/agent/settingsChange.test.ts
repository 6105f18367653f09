import { describe, expect, test } from "vitest";
import { findSettingsOwner, isSupersededOn, namesakeReason, settingsChange } from "../../provider/agent/settingsChange.js";

const [first, second] = ["room/test/agent#0123456789ab", "room/test/agent#ba9876543210"];
const agent = (...owners: string[]) => ({
  address: "10.10.10.1",
  dataMinerId: 111,
  settingsOwners: owners.map((owner) => ({ owner, settings: ["maxStartupSeconds"] })),
});
const silent = { address: "10.10.10.1", dataMinerId: 111, settingsOwners: undefined };
const settings = { timers: { maxStartupSeconds: 600 } };
const change = (wanted: object) =>
  settingsChange({ resource: "DmaAgent", agent: agent(), owner: second, ownersBefore: [], settings, ...wanted }).body;

describe("a change of settings", () => {
  test("is written as this creation, and takes over what an earlier one of the same resource holds", () => {
    expect(change({})).toEqual({ owner: second, previousOwner: null, settings });
    expect(change({ agent: agent("room/other/agent", first) })).toEqual({ owner: second, previousOwner: first, settings });
    expect(change({ agent: agent("room/test/agent") })).toMatchObject({ owner: second, previousOwner: "room/test/agent" });
    expect(change({ agent: agent(second) })).toMatchObject({ owner: second, previousOwner: null });
  });

  test("of a renamed resource takes over what its old name holds, in whichever generation", () => {
    const renamed = { owner: "room/test/studio#0123456789ab", ownersBefore: [first] };
    expect(change({ ...renamed, agent: agent(second) })).toMatchObject({ ...{ owner: renamed.owner }, previousOwner: second });
  });

  test("has no generation for an Agent that does not tell whom it remembers: it could not move them on", () => {
    expect(change({ agent: silent })).toEqual({ owner: "room/test/agent", previousOwner: null, settings });
    expect(change({ agent: silent, owner: "room/test/studio#0123456789ab", ownersBefore: [first] })).toMatchObject({
      owner: "room/test/studio",
      previousOwner: "room/test/agent",
    });
  });

  test.each([
    ["without an owner", { owner: undefined }, "has no owner"],
    ["of an Agent without a DataMiner ID", { agent: { ...agent(), dataMinerId: null } }, "has no DataMiner ID"],
  ])("%s is refused", (_, wanted, said) => {
    expect(() => change(wanted)).toThrow(expect.objectContaining({ code: "SETTINGS_REFUSED", message: expect.stringContaining(said) }));
  });
});

describe("what an Agent remembers", () => {
  test("is found by the resource, and is superseded by a later creation of it alone", () => {
    expect(findSettingsOwner(agent("room/other/agent", second), [first])).toBe(second);
    expect(findSettingsOwner(silent, [first])).toBeUndefined();
    expect(isSupersededOn(agent(second), [first])).toBe(true);
    expect(isSupersededOn(agent(second), ["room/test/agent"])).toBe(true);
    for (const held of [agent(first), agent("room/test/agent"), agent("room/test/other#ba9876543210"), agent(), silent]) {
      expect(isSupersededOn(held, [first])).toBe(false);
    }
  });

  test("under another name of the same stack is the reason for a refusal that proposes the alias", () => {
    const held = agent("room/test/old#0123456789ab");
    expect(namesakeReason(held, [second], ["maxStartupSeconds"])).toMatch(/held by room\/test\/old#.*aliases: \[\{ name: "old" \}\]/);
    expect(namesakeReason(held, [second], ["maxWaitForOfflineSeconds"])).toBeUndefined();
    expect(namesakeReason(held, [second, "room/test/old#ba9876543210"], ["maxStartupSeconds"])).toBeUndefined();
    expect(namesakeReason(agent("room/other/old"), [second], ["maxStartupSeconds"])).toBeUndefined();
  });
});
