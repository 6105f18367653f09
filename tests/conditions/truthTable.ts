import { describe, type ExpectStatic, test } from "vitest";
import { FailoverError } from "../../provider/core/errors.js";
import type { AgentOptions } from "../../simulator/index.js";
import { type ManagedPair, managedPair, prepareRoom } from "./managedPair.js";

/** Texts of problems about one world, as a person reads them. */
export interface Texts {
  silent: (member: Member) => string;
  /** The member does not hear the other one any more. */
  heartbeat: (member: Member) => string;
  /** The member does not reach its own inverted target any more. */
  inverted: (member: Member) => string;
  sync: (member: Member) => string;
  dbSync: (member: Member) => string;
  nic: (member: Member, index: number) => string;
  database: (member: Member) => string;
  row: (member: Member, text: string) => string;
  nobody: string;
  /** The virtual address. */
  virtual: string;
}
type Member = "main" | "backup";

/** What a program may be allowed at the end. */
export type Allowance = "allowUnreachableOffline" | "allowDataLoss" | "allowResetOfMain";
export const everything: Allowance[] = ["allowUnreachableOffline", "allowDataLoss", "allowResetOfMain"];

/** One `destroy`: refused with a code, or the pair is ended, one member stays and the other is reset or left alone. */
export type Destroy =
  | { allow?: Allowance[]; refused: string; said: RegExp }
  | { allow?: Allowance[]; keeps: Member; other: "reset" | "untouched" };

/** One case of the product's Failover FAQ: A is main and online before the event, B is backup, the mode is automatic. */
export interface Row {
  event: string;
  /** Differences to an ordinary world. */
  given?: { mode?: "manual" | "automatic"; main?: Partial<AgentOptions>; backup?: Partial<AgentOptions> };
  /** The event, and the wait for what comes of it. */
  happens: (pair: ManagedPair) => unknown;
  /** The row "Failover Status" of A and B. */
  roles: [a: string, b: string];
  read: {
    online: "main" | "backup" | "none" | "both";
    state?: string;
    led?: { main?: "red"; backup?: "red" };
    problems?: (texts: Texts) => string[];
  };
  /** What `up` does with a changed option. */
  up: "works" | { refused: string; said: RegExp };
  /** Tries of `destroy`, one after the other. */
  destroy: Destroy[];
  /** What is done about it, and who is online then. Absent: nothing is wrong. */
  repair?: { how: (pair: ManagedPair) => unknown; roles: [a: string, b: string] };
}

export function textsOf({ address }: Pick<ManagedPair, "address">): Texts {
  const name = (member: Member) => `${member} ${address(member === "main" ? 1 : 2)}`;
  const row = (member: Member, text: string) => `${name(member)}: ${text}.`;
  const buddy = (member: Member) => address(member === "main" ? 2 : 1);
  const notReached = (member: Member) => `${buddy(member)} is not reached over the synchronization interface`;
  return {
    row,
    nobody: "Nobody who answers is online.",
    virtual: address(5),
    silent: (member) => row(member, "Agent Status is Unreachable"),
    heartbeat: (member) =>
      row(member, `Heartbeat to ${buddy(member)} is Failing (No heartbeat message from ${buddy(member)} on port 8004)`),
    inverted: (member) => {
      const target = address(member === "main" ? 254 : 253);
      return row(member, `Inverted Heartbeat Ping to ${target} is Failing (No reply from ${target})`);
    },
    sync: (member) => row(member, `Sync Connection is Not Available (${notReached(member)})`),
    dbSync: (member) => row(member, `DB Sync is Failing (${notReached(member)})`),
    nic: (member, index) => row(member, `NIC ${index} is Unavailable`),
    database: (member) => row(member, "Database is Failing (select count(*) from slenumvalues failed)"),
  };
}

const silentMember = (of: string) => new RegExp(`needs both members up\\. Reading Agent \\S+\\.${of}: `);
export const mainSilent = { refused: "MEMBER_UNREACHABLE", said: silentMember("1") };
export const backupSilent = { refused: "MEMBER_UNREACHABLE", said: silentMember("2") };
const offlineUnreachable = { refused: "OFFLINE_UNREACHABLE", said: /the offline Agent .*allowUnreachableOffline/ };
export const silentHere = {
  allow: everything,
  refused: "OFFLINE_SILENT_HERE",
  said: /does not answer here, but the online Agent .* reaches it/,
};
export const mainWouldBeReset = {
  refused: "BACKUP_IS_ONLINE",
  said: /the main Agent \S+ would be reset.*allowResetOfMain/,
};
export const onlineIsSilent = {
  allow: everything,
  refused: "ONLINE_MEMBER_UNAVAILABLE",
  said: /\.2 is offline, and \S+\.1 does not answer\. Bring/,
};
export const stuck = {
  allow: everything,
  refused: "TIMED_OUT",
  said: /last seen: .*something is under way: .*backup is Acquiring Virtual IP Address/,
};
export const mainIsKept = { keeps: "main", other: "reset" } as const;
export const withoutB: Destroy[] = [offlineUnreachable, { allow: ["allowUnreachableOffline"], keeps: "main", other: "untouched" }];
export const withoutA: Destroy[] = [
  offlineUnreachable,
  { ...mainWouldBeReset, allow: ["allowUnreachableOffline"] },
  { allow: everything, keeps: "backup", other: "untouched" },
];
export const swapped: Destroy[] = [mainWouldBeReset, { allow: ["allowResetOfMain"], keeps: "backup", other: "reset" }];

export const cablesOut =
  (member: "a" | "b", ...indexes: number[]) =>
  (pair: ManagedPair) => {
    for (const index of indexes) pair[member].unplug(index);
  };
export const cablesIn =
  (member: "a" | "b", ...indexes: number[]) =>
  async (pair: ManagedPair) => {
    for (const index of indexes) pair[member].plug(index);
    await pair.wait(60);
  };
/** The event, and longer than four failed heartbeats and a switch take. */
export const forLong = (act: (pair: ManagedPair) => unknown) => async (pair: ManagedPair) => {
  await act(pair);
  await pair.wait(200);
};

/** Two tests a row: what is seen of it and what `up` does, and what `destroy` does. Networks in 127.`octet`. */
export function proveRows(octet: number, rows: Row[]): void {
  prepareRoom();
  for (const row of rows) {
    describe.concurrent(row.event, () => {
      test("read, diff and up", async ({ expect }) => proveSeen(await given(octet, row), row, expect));
      test("destroy", async ({ expect }) => proveEnded(await given(octet, row), row, expect));
    });
  }
}

/** The second interface of both is the cable for synchronization. */
async function given(octet: number, { given: { mode = "automatic", main, backup } = {}, happens, roles }: Row): Promise<ManagedPair> {
  const pair = await managedPair(octet, {
    main: { syncAddress: "127.79.255.1", ...main },
    backup: { syncAddress: "127.79.255.2", ...backup },
    config: { syncInterface: 2, mode },
    declared: { mode },
  });
  await happens(pair);
  await pair.become(...roles);
  return pair;
}

async function proveSeen(pair: ManagedPair, row: Row, expect: ExpectStatic): Promise<void> {
  const { program } = pair;
  await program.refresh();
  const { online, state = "active", led = {}, problems = () => [] } = row.read;
  expect(program.outs).toMatchObject({ online, state, failedOver: online === "backup", led: { main: "green", backup: "green", ...led } });
  expect(steadyProblems(program)).toEqual(problems(textsOf(pair)));
  const silent = (["main", "backup"] as const).filter((member) => problems(textsOf(pair)).includes(textsOf(pair).silent(member)));
  const isStuck = problems(textsOf(pair)).some((line) => line.includes("longer than"));
  const unclear = [...silent.map((member) => `reachable.${member}`), ...(isStuck ? ["stuck"] : [])];
  expect(await program.drift(), "neither a switch nor ill health is drift; a silent member is, and what lasts too long").toEqual(unclear);
  const { mode } = pair.pair.config;
  const changed = { mode: mode === "manual" ? "automatic" : "manual", timeouts: { update: "10m" } };
  if (row.up === "works") {
    await program.up(changed);
    expect(pair.pair.config.mode).toBe(changed.mode);
    expect(pair.pair.online, "an up never moves traffic").toBe(online);
  } else {
    expect(await failure(program.up(changed))).toMatchObject({ code: row.up.refused, message: expect.stringMatching(row.up.said) });
    expect(pair.pair.config.mode).toBe(mode);
  }
  if (!row.repair) return;
  await row.repair.how(pair);
  await pair.become(...row.repair.roles);
  await pair.wait(30);
  await program.refresh();
  expect(program.outs).toMatchObject({ state: "active", led: { main: "green", backup: "green" }, problems: [] });
  expect(program.outs.online).toBe(row.repair.roles[0] === "Online" ? "main" : "backup");
}

/** Forwards that wait become too many at some time, and that is said too. */
const steadyProblems = (program: ManagedPair["program"]): string[] =>
  (program.outs.problems as string[]).filter((problem) => !problem.includes("DB Sync Stack"));

async function proveEnded(pair: ManagedPair, row: Row, expect: ExpectStatic): Promise<void> {
  const { a, b, program, simulator } = pair;
  const whole = { dataMinerId: 111, elementCount: 40, pristine: false };
  for (const wanted of row.destroy) {
    await program.up({ ...Object.fromEntries((wanted.allow ?? []).map((key) => [key, true])), timeouts: { delete: "15m" } });
    if ("refused" in wanted) {
      expect(await failure(program.destroy())).toMatchObject({ code: wanted.refused, message: expect.stringMatching(wanted.said) });
      expect(simulator.requests.count({ method: "DELETE" }), "nothing was asked of an Agent").toBe(0);
      for (const member of [a, b]) expect(member.snapshot().agent).toMatchObject(whole);
      continue;
    }
    await program.destroy();
    const [kept, other] = wanted.keeps === "main" ? [a, b] : [b, a];
    expect(kept.snapshot()).toMatchObject({ pair: null, agent: whole });
    if (wanted.other === "untouched") expect(other.snapshot()).toMatchObject({ pair: {}, agent: whole });
    else expect(other.snapshot()).toMatchObject({ pair: null, agent: { dataMinerId: null, elementCount: 0, pristine: true } });
  }
}

/** The error that this package throws on purpose; anything else fails the test. */
export function failure(call: Promise<unknown>): Promise<FailoverError> {
  return call.then(
    () => Promise.reject(new Error("It succeeded, but it should have failed.")),
    (error: unknown) => (error instanceof FailoverError ? error : Promise.reject(error)),
  );
}
