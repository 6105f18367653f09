import type { ManagedPair } from "./managedPair.js";

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
}
type Member = "main" | "backup";

/** What a program may be allowed at the end. */
export type Allowance = "allowUnreachableOffline" | "allowDataLoss" | "allowResetOfMain";
export const everything: Allowance[] = ["allowUnreachableOffline", "allowDataLoss", "allowResetOfMain"];

/** One `destroy`: refused with a code, or the pair is ended, one member stays and the other is reset or left alone. */
export type Destroy =
  | { allow?: Allowance[]; refused: string; said: RegExp }
  | { allow?: Allowance[]; keeps: Member; other: "reset" | "untouched" };

/** One row of domain 4.5: A is main and online before the event, B is backup, the mode is automatic. */
export interface Row {
  event: string;
  /** Differences to an ordinary world. */
  given?: { mode?: "manual"; config?: object; main?: object; backup?: object };
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
const mainSilent = { refused: "MEMBER_UNREACHABLE", said: silentMember("1") };
const backupSilent = { refused: "MEMBER_UNREACHABLE", said: silentMember("2") };
const offlineUnreachable = { refused: "OFFLINE_UNREACHABLE", said: /\. Bring it back, or set allowUnreachableOffline and keep/ };
const silentHere = { allow: everything, refused: "OFFLINE_SILENT_HERE", said: /does not answer here, but the online Agent .* reaches it/ };
const mainWouldBeReset = { refused: "BACKUP_IS_ONLINE", said: /so the main Agent \S+ would be reset\. Switch back first, or set allow/ };
const onlineIsSilent = { allow: everything, refused: "ONLINE_MEMBER_UNAVAILABLE", said: /\.2 is offline, and \S+\.1 does not answer\. Bring/ };
const stuck = { allow: everything, refused: "TIMED_OUT", said: /last seen: .*something is under way: .*backup is Acquiring Virtual IP Address/ };
const mainIsKept: Destroy = { keeps: "main", other: "reset" };
const withoutB: Destroy[] = [
  offlineUnreachable,
  { allow: ["allowUnreachableOffline"], keeps: "main", other: "untouched" },
];
const withoutA: Destroy[] = [
  offlineUnreachable,
  { ...mainWouldBeReset, allow: ["allowUnreachableOffline"] },
  { allow: everything, keeps: "backup", other: "untouched" },
];
const swapped: Destroy[] = [mainWouldBeReset, { allow: ["allowResetOfMain"], keeps: "backup", other: "reset" }];

const cablesOut =
  (member: "a" | "b", ...indexes: number[]) =>
  (pair: ManagedPair) => {
    for (const index of indexes) pair[member].unplug(index);
  };
const cablesIn =
  (member: "a" | "b", ...indexes: number[]) =>
  async (pair: ManagedPair) => {
    for (const index of indexes) pair[member].plug(index);
    await pair.wait(60);
  };
/** The event, and longer than four failed heartbeats and a switch take. */
const forLong = (act: (pair: ManagedPair) => unknown) => async (pair: ManagedPair) => {
  await act(pair);
  await pair.wait(200);
};

/** Members that stop, restart and lose their cables. */
export const powerAndCables: Row[] = [
  {
    event: "A is stopped or loses power",
    happens: ({ a }) => a.stop(),
    roles: ["Stopped", "Online"],
    read: {
      online: "backup",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.silent("main"), t.heartbeat("backup"), t.sync("backup"), t.dbSync("backup")],
    },
    up: mainSilent,
    destroy: withoutA,
    repair: { how: ({ a }) => a.start(), roles: ["Offline", "Online"] },
  },
  {
    event: "B is stopped or loses power",
    happens: ({ b }) => b.stop(),
    roles: ["Online", "Stopped"],
    read: {
      online: "main",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.heartbeat("main"), t.sync("main"), t.dbSync("main"), t.silent("backup")],
    },
    up: backupSilent,
    destroy: withoutB,
    repair: { how: ({ b }) => b.start(), roles: ["Online", "Offline"] },
  },
  {
    event: "A is restarted, more quickly than the heartbeats notice",
    happens: forLong(({ a }) => a.restart(10)),
    roles: ["Online", "Offline"],
    read: { online: "main" },
    up: "works",
    destroy: [mainIsKept],
  },
  {
    event: "A is restarted, for longer than the heartbeats tolerate",
    happens: ({ a }) => a.restart(120),
    roles: ["Offline", "Online"],
    read: { online: "backup" },
    up: "works",
    destroy: swapped,
  },
  {
    event: "A is restarted and cannot reach B",
    happens: ({ a, b }) => {
      b.stop();
      a.restart(200);
    },
    roles: ["Online", "Stopped"],
    read: {
      online: "main",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.heartbeat("main"), t.sync("main"), t.dbSync("main"), t.silent("backup")],
    },
    up: backupSilent,
    destroy: withoutB,
    repair: { how: ({ b }) => b.start(), roles: ["Online", "Offline"] },
  },
  {
    event: "B is restarted",
    happens: forLong(({ b }) => b.restart()),
    roles: ["Online", "Offline"],
    read: { online: "main" },
    up: "works",
    destroy: [mainIsKept],
  },
  {
    event: "A loses the cable to the switch",
    happens: cablesOut("a", 1),
    roles: ["Offline", "Online"],
    read: { online: "backup", led: { main: "red", backup: "red" }, problems: (t) => [t.silent("main"), t.heartbeat("backup")] },
    up: mainSilent,
    destroy: [silentHere],
    repair: { how: cablesIn("a", 1), roles: ["Offline", "Online"] },
  },
  {
    event: "A loses the synchronization cable",
    happens: forLong(cablesOut("a", 2)),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { main: "red" }, problems: (t) => [t.sync("main"), t.dbSync("main"), t.nic("main", 2)] },
    up: "works",
    destroy: [mainIsKept],
    repair: { how: cablesIn("a", 2), roles: ["Online", "Offline"] },
  },
  {
    event: "A loses both cables",
    happens: cablesOut("a", 1, 2),
    roles: ["Offline", "Online"],
    read: {
      online: "backup",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.silent("main"), t.heartbeat("backup"), t.sync("backup"), t.dbSync("backup")],
    },
    up: mainSilent,
    destroy: withoutA,
    repair: { how: cablesIn("a", 1, 2), roles: ["Offline", "Online"] },
  },
  {
    event: "B loses the cable to the switch",
    happens: forLong(cablesOut("b", 1)),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { main: "red", backup: "red" }, problems: (t) => [t.heartbeat("main"), t.silent("backup")] },
    up: backupSilent,
    destroy: [silentHere],
    repair: { how: cablesIn("b", 1), roles: ["Online", "Offline"] },
  },
  {
    event: "B loses the synchronization cable",
    happens: forLong(cablesOut("b", 2)),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { main: "red", backup: "red" }, problems: (t) => [t.sync("main"), t.dbSync("main"), t.nic("backup", 2)] },
    up: "works",
    destroy: [mainIsKept],
    repair: { how: cablesIn("b", 2), roles: ["Online", "Offline"] },
  },
  {
    event: "B loses both cables",
    happens: forLong(cablesOut("b", 1, 2)),
    roles: ["Online", "Offline"],
    read: {
      online: "main",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.heartbeat("main"), t.sync("main"), t.dbSync("main"), t.silent("backup")],
    },
    up: backupSilent,
    destroy: withoutB,
    repair: { how: cablesIn("b", 1, 2), roles: ["Online", "Offline"] },
  },
  {
    event: "both start at the same time",
    happens: async ({ a, b, wait }) => {
      a.stop();
      b.stop();
      await wait(100);
      a.start();
      b.start();
    },
    roles: ["Online", "Offline"],
    read: { online: "main" },
    up: "works",
    destroy: [mainIsKept],
  },
];
