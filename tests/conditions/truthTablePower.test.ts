import {
  backupSilent,
  cablesIn,
  cablesOut,
  forLong,
  mainIsKept,
  mainSilent,
  proveRows,
  type Row,
  silentHere,
  swapped,
  withoutA,
  withoutB,
} from "./truthTable.js";

/** Domain 4.5: members that stop, restart and lose their cables. */
const rows: Row[] = [
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

proveRows(70, rows);
