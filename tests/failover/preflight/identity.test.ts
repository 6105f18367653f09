import { describe, expect, test } from "vitest";
import { type PreflightQuestion, preflight } from "../../../provider/failover/preflight.js";
import { backupAddress, declaredPair, mainAddress, member, pairConfiguration, paired } from "../members.js";
import { broken, type Changes, card, judged, question, warned } from "./question.js";

test("two Agents that are prepared as the documentation says pass without a word", () => {
  expect(broken()).toEqual([]);
  expect(warned()).toEqual([]);
});

describe("who the Agents are", () => {
  test.each<[string, Changes, string[]]>([
    [
      "a backup with another DataMiner ID",
      { backup: { dataMinerId: 112 } },
      [
        "backup: Backup 10.10.10.2 has DataMiner ID 112, main 10.10.10.1 has 111. " +
          "Set ID 111 on the backup, which only works on an Agent that was never used, with DataMiner stopped.",
      ],
    ],
    [
      "a backup without a DataMiner ID",
      { backup: { dataMinerId: null } },
      [
        "backup: Backup 10.10.10.2 has no DataMiner ID, main 10.10.10.1 has 111. " +
          "Set ID 111 on the backup, which only works on an Agent that was never used, with DataMiner stopped.",
      ],
    ],
    [
      "a main without a DataMiner ID",
      { main: { dataMinerId: null } },
      ["main: Main 10.10.10.1 has no DataMiner ID. Give it its licence and its ID before it gets a backup."],
    ],
    [
      "another build of the same version",
      { backup: { version: "10.5.12.0-16501" } },
      [
        "backup: Backup 10.10.10.2 runs DataMiner 10.5.12.0-16501, main 10.10.10.1 runs 10.5.12.0-16500. Install exactly the same version on both.",
      ],
    ],
    [
      "a backup in a cluster",
      { backup: { cluster: "Other DMS" } },
      [
        'backup: Backup 10.10.10.2 is in cluster "Other DMS". Remove it from that DataMiner System. ' +
          "Reset it with SLReset.exe and prepare it again: same version, its own licence, the DataMiner ID of main.",
      ],
    ],
    [
      "a main in no DataMiner System",
      { main: { cluster: null } },
      [
        "main: Main 10.10.10.1 is in no DataMiner System, and a backup joins the one of its main at the end of the set-up. " +
          "Give it one first: in Cube, System Center > Agents > Manage, name a cluster and click Join cluster for a new system, " +
          "or Add it by its physical IP address on an Agent of the system that it shall be in.",
      ],
    ],
    [
      "a backup with elements",
      { backup: { pristine: false, elementCount: 7 } },
      [
        "backup: Backup 10.10.10.2 is not freshly installed: it has 7 elements. " +
          "Reset it with SLReset.exe and prepare it again: same version, its own licence, the DataMiner ID of main.",
      ],
    ],
    [
      "a backup that was used before",
      { backup: { pristine: false } },
      [
        "backup: Backup 10.10.10.2 is not freshly installed: it holds more than the script of the Failover API and its token. " +
          "Reset it with SLReset.exe and prepare it again: same version, its own licence, the DataMiner ID of main.",
      ],
    ],
    [
      "one machine under two names",
      { backup: { interfaces: [card(1, "corporate", backupAddress), card(2, "other", mainAddress)] } },
      ["backup: Main and backup are the same machine: both have the address 10.10.10.1. Name two Agents."],
    ],
  ])("refuses %s", (_, changes, expected) => {
    expect(broken(changes)).toEqual(expected);
  });

  test("names everything that is wrong at once", () => {
    const { violations } = judged({
      backup: { dataMinerId: 112, version: "10.4.0.0-1", cluster: "Other DMS", pristine: false, swarming: true },
      declared: { ...declaredPair, virtualIps: [{ network: "corporate", address: "10.10.11.5", prefixLength: 24 }], heartbeats: [] },
      endMode: "disable",
    });
    expect(new Set(violations.map(({ property }) => property))).toEqual(new Set(["backup", "virtualIps", "heartbeats", "endMode"]));
    expect(violations.length).toBeGreaterThanOrEqual(8);
  });

  test("says of a version in an unknown form that it was judged with doubt", () => {
    expect(broken({ both: { version: "10.6.2617.1490" } })).toEqual([]);
    expect(warned({ both: { version: "10.6.2617.1490" } })).toContain(
      'DataMiner version "10.6.2617.1490" does not tell which release it is and which build it is: known issues are judged with that doubt.',
    );
    expect(warned({ both: { version: "trunk" } })).toContain(
      'DataMiner version "trunk" has an unknown form: nothing that depends on the version was judged.',
    );
  });
});

describe("Agents that are in a pair already", () => {
  const together = (changes: Partial<PreflightQuestion> = {}) =>
    preflight({ ...question(), main: paired("main"), backup: paired("backup"), ...changes });

  test("with each other need no preparation again", () => {
    expect(together().violations).toEqual([]);
  });

  test("with somebody else are refused by their partner's address", () => {
    const config = { ...pairConfiguration, backup: { address: "10.10.10.9", acquisitionAddress: null } };
    expect(together({ main: paired("main", { pair: { config } }), backup: member("backup") }).violations).toEqual([
      {
        property: "main",
        reason:
          "Main 10.10.10.1 is already in a Failover pair with 10.10.10.9, as its main. An Agent can be in one pair only: end that pair first.",
      },
    ]);
  });

  test("with each other the other way round are told so", () => {
    const config = {
      ...pairConfiguration,
      main: { address: backupAddress, acquisitionAddress: null },
      backup: { address: mainAddress, acquisitionAddress: null },
    };
    const { violations } = together({
      main: paired("main", { pair: { config, position: "backup" } }),
      backup: paired("backup", { pair: { config, position: "main" } }),
    });
    expect(violations).toEqual([
      {
        property: "main",
        reason: "Main 10.10.10.1 is already in a Failover pair with 10.10.10.2, as its backup. Exchange main and backup in the program.",
      },
      {
        property: "backup",
        reason: "Backup 10.10.10.2 is already in a Failover pair with 10.10.10.1, as its main. Exchange main and backup in the program.",
      },
    ]);
  });

  test("in the mind of a backup alone, which was given up and came back, are refused", () => {
    expect(together({ main: member("main") }).violations).toEqual([
      {
        property: "backup",
        reason:
          "Backup 10.10.10.2: it still has the Failover configuration, and main 10.10.10.1 has the same DataMiner ID 111 and is in no pair: " +
          "so looks an Agent that was given up and came back. Take it off the network now: it polls the same devices a second time as soon as it goes online. " +
          "Reset it with SLReset.exe and prepare it again: same version, its own licence, the DataMiner ID of main.",
      },
    ]);
  });
});

describe("a member that does not answer", () => {
  test("leaves the other one judged", () => {
    const { violations } = preflight({ ...question({ backup: { cluster: "Other DMS" } }), main: undefined });
    expect(violations.map(({ property }) => property)).toEqual(["backup"]);
    expect(preflight({ ...question({ main: { swarming: true } }), backup: undefined }).violations).toHaveLength(1);
  });

  test("may be the partner of the other one", () => {
    expect(preflight({ ...question(), main: paired("main"), backup: undefined }).violations).toEqual([]);
    expect(preflight({ ...question(), main: undefined, backup: paired("backup") }).violations).toEqual([]);
  });

  test("leaves only the declaration to judge when the other one is silent too", () => {
    expect(preflight({ ...question(), main: undefined, backup: undefined }).violations).toEqual([]);
  });
});
