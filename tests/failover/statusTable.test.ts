import { describe, expect, test } from "vitest";
import { Status } from "../../provider/agent/snapshotSchema.js";
import { judgedRows, led, statusRows, syncRows, untrustedRows } from "../../provider/failover/statusRows.js";
import { rowDescriptions, type StatusKey, type StatusRows, statusKeys } from "../../provider/failover/statusTable.js";
import { agent, status } from "./members.js";

// What follows from the table for every row that is in it, and for one that comes.

const withWords = statusKeys.flatMap((key) => {
  const { words } = rowDescriptions[key];
  return words ? [[key, words] as const] : [];
});

/** The healthy rows with this word in every row of the key. */
function saying(key: StatusKey, value: string): StatusRows {
  const rows = status();
  const told = rows[key];
  if (told === null || typeof told !== "object") throw new TypeError(`${key} has no words.`);
  return { ...rows, [key]: Array.isArray(told) ? told.map((row: object) => ({ ...row, value })) : { ...told, value } };
}

describe("every row of the table", () => {
  test("is part of what an Agent has to tell", () => {
    expect(Status.safeParse(status()).success).toBe(true);
    for (const key of statusKeys) {
      const { [key]: _, ...rest } = status();
      expect(Status.safeParse(rest).error?.issues.map(({ path }) => path)).toEqual([[key]]);
    }
  });

  test("may be null on the wire where not every window has it, and only there", () => {
    for (const key of statusKeys) {
      const isNullable = rowDescriptions[key].form === "nullable";
      expect([key, Status.safeParse({ ...status(), [key]: null }).success]).toEqual([key, isNullable]);
      if (isNullable) expect(judgedRows({ ...status(), [key]: null }).some((row) => row.key === key)).toBe(false);
    }
  });

  test("stands in the window, in the table's order, under its own name", () => {
    const shown = statusRows(status());
    expect([...new Set(shown.map(({ key }) => key))]).toEqual(statusKeys);
    for (const key of statusKeys.filter((each) => each !== "connectivity")) {
      expect(shown.find((row) => row.key === key)?.row).toContain(rowDescriptions[key].name);
    }
  });

  test.each(withWords)("%s is green in its good words, red in its bad ones, and shown as it is in any other", (key, { good, bad }) => {
    for (const word of good) expect(led(saying(key, word))).toBe("green");
    for (const word of bad) expect(led(saying(key, word))).toBe("red");
    expect(led(saying(key, "Whatever comes next"))).toBe("green");
    expect(statusRows(saying(key, "Whatever comes next")).find((row) => row.key === key)?.value).toMatch(/^Whatever comes next/);
  });

  test("is red in a word that is bad in another row", () => {
    for (const [, { bad }] of withWords) for (const word of bad) expect(led(saying("database", word))).toBe("red");
    expect(led(saying("database", "Unreachable"))).toBe("red");
  });
});

describe("in sync", () => {
  test("are those rows alone that tell of it, each in its good word", () => {
    const { rows, missing } = syncRows(status());
    expect(rows.map(({ key, isInSync }) => [key, isInSync])).toEqual([
      ["syncConnection", true],
      ["dbSync", true],
      ["dbSyncStack", true],
    ]);
    expect(missing).toEqual([]);
  });

  test.each(["syncConnection", "dbSync", "dbSyncStack"] as const)("%s is not in any word that is not known to be good", (key) => {
    const { rows } = syncRows(saying(key, "Whatever comes next"));
    expect(rows.filter(({ isInSync }) => !isInSync).map((row) => row.key)).toEqual([key]);
  });

  test("misses a row that every online member has, and none that only some have", () => {
    expect(syncRows(status({ syncConnection: null, dbSync: null, dbSyncStack: null })).missing).toEqual(["Sync Connection"]);
  });
});

describe("on the online member of a switch", () => {
  const inTheWay = (changes: Partial<StatusRows>) =>
    judgedRows(status(changes))
      .filter(({ bad, isInTheWay }) => bad && isInTheWay)
      .map(({ row }) => row);
  const failing = (kind: string) => ({ kind, label: `${kind} x`, value: "Failing" });

  test("its configuration, heartbeats and pings are in the way, and nothing else is", () => {
    expect(inTheWay({ configuration: { value: "Invalid" } })).toEqual(["Configuration"]);
    expect(inTheWay({ connectivity: [failing("Heartbeat"), failing("Inverted Heartbeat"), failing("Ping")] })).toEqual([
      "Heartbeat x",
      "Ping x",
    ]);
    expect(inTheWay({ database: { value: "Failing" }, rteCount: 3, nics: [{ index: 1, value: "Unavailable" }] })).toEqual([]);
  });
});

test.each([
  ["staas", "10.5.6.0-1", true],
  ["staas", "10.5.7.0-1", false],
  ["staas", "10.5.0.0-1-CU3", true],
  ["staas", "10.5.0.0-1-CU4", false],
  ["staas", "no version", true],
  ["dedicatedCluster", "10.5.6.0-1", false],
] as const)("with %s on %s, Database and RTE Count prove nothing: %s", (kind, version, isUnproven) => {
  const told = untrustedRows({ agent: agent("main", { version, storage: { kind, replicationFactor: null } }) });
  if (isUnproven) expect(told).toContain("the rows Database and RTE Count of 10.10.10.1 prove nothing");
  else expect(told).toBeUndefined();
});
