import { describe, expect, test } from "vitest";
import { givenUpAgent, givenUpText } from "../../provider/failover/givenUpAgent.js";
import { preflight } from "../../provider/failover/preflight.js";
import { backupAddress, declaredPair, mainAddress, member, paired } from "./members.js";

const kept = (position: "main" | "backup") => member(position, { pristine: false, cluster: "DMS", elementCount: 40 });

describe("an Agent that was given up and is back", () => {
  test.each(["main", "backup"] as const)("is known by the pair that the other one is in no more, also when it is %s", (position) => {
    const members =
      position === "backup" ? { main: kept("main"), backup: paired("backup") } : { main: paired("main"), backup: kept("backup") };
    expect(givenUpAgent(members)).toBe(position);
  });

  test.each([
    ["both are in the pair", { main: paired("main"), backup: paired("backup") }],
    ["neither is", { main: kept("main"), backup: kept("backup") }],
    ["the other one is silent", { main: undefined, backup: paired("backup") }],
    ["the pair is being set up: the backup is fresh", { main: paired("main"), backup: member("backup") }],
    ["the other one was reset", { main: paired("main"), backup: member("backup", { dataMinerId: null }) }],
    ["the other one has another ID", { main: member("main", { dataMinerId: 222 }), backup: paired("backup") }],
    ["its pair is one with somebody else", { main: member("main", { address: "10.10.10.9" }), backup: paired("backup") }],
  ])("is none while %s", (_, members) => {
    expect(givenUpAgent(members)).toBeUndefined();
  });

  test("is to be taken off the network, and more so when it is online", () => {
    const members = { main: kept("main"), backup: paired("backup") };
    expect(givenUpText("backup", members)).toBe(
      `it still has the Failover configuration, and main ${mainAddress} has the same DataMiner ID 111 and is in no pair: ` +
        "so looks an Agent that was given up and came back. " +
        "Take it off the network now: it polls the same devices a second time as soon as it goes online.",
    );
    const online = { ...members, backup: paired("backup", { failoverStatus: "Online" }) };
    expect(givenUpText("backup", online)).toContain("both poll the same devices: find out which one serves the system");
  });

  test.each(["main", "backup"] as const)("is a violation of preflight, and the only one about that pair: %s", (position) => {
    const members =
      position === "backup" ? { main: kept("main"), backup: paired("backup") } : { main: paired("main"), backup: kept("backup") };
    const { violations } = preflight({ ...members, declared: declaredPair, endMode: "delete", when: "preview" });
    const about = violations.filter(({ reason }) => reason.includes("pair"));
    expect(about).toEqual([{ property: position, reason: expect.stringContaining("so looks an Agent that was given up and came back.") }]);
    expect(about[0]?.reason).toContain(position === "backup" ? `Backup ${backupAddress}` : `Main ${mainAddress}`);
  });
});
