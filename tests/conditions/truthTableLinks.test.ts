import { everything, forLong, mainIsKept, onlineIsSilent, proveRows, type Row, swapped, type Texts } from "./truthTable.js";

const nobodyOnline = { refused: "NO_ONLINE_MEMBER", said: /no member is online\. Bring one online first/ };
const invalid = (seen: string) => ({ refused: "PAIR_INVALID", said: new RegExp(`the Failover configuration is invalid\\. .*${seen}`) });
const bothOnline = { allow: everything, refused: "BOTH_ONLINE", said: /both \S+ and \S+ are online \(split brain\)\. Set the one with/ };
const noneOnline = { allow: everything, refused: "NOBODY_ONLINE", said: /neither \S+ nor \S+ is online, so it is not clear whom to keep/ };
const cutOff = {
  allow: everything,
  refused: "MEMBERS_CUT_OFF",
  said: /both answer here, but the online Agent \S+\.2 does not reach \S+\.1/,
};
const bothCut = (t: Texts) => [
  t.heartbeat("main"),
  t.sync("main"),
  t.dbSync("main"),
  t.heartbeat("backup"),
  t.sync("backup"),
  t.dbSync("backup"),
];

/** Domain 4.5: links, heartbeats, and who decides without them. */
const rows: Row[] = [
  {
    event: "the link between A and B is down, and they talk over another path",
    happens: ({ pair }) => pair.breakPath(1),
    roles: ["Online", "Preparing to go online"],
    read: {
      online: "main",
      state: "switching",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.heartbeat("main"), t.heartbeat("backup")],
    },
    up: "works",
    destroy: [mainIsKept],
    repair: { how: ({ pair }) => pair.mendPath(), roles: ["Online", "Offline"] },
  },
  {
    event: "the link between A and B is down, and there is no other path",
    happens: ({ pair }) => pair.breakPath(),
    roles: ["Online", "Online"],
    read: {
      online: "both",
      state: "invalid",
      led: { main: "red", backup: "red" },
      problems: (t) => [...bothCut(t), "Both members are online (split brain)."],
    },
    up: invalid("Both members are online"),
    destroy: [bothOnline],
    repair: {
      how: ({ b, pair }) => {
        pair.mendPath();
        b.restart();
      },
      roles: ["Online", "Offline"],
    },
  },
  {
    event: "all inverted heartbeats of B fail, and A is dead",
    happens: forLong(({ a, address, simulator }) => {
      simulator.setSilent(address(253), true);
      a.stop();
    }),
    roles: ["Stopped", "Offline"],
    read: {
      online: "none",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.silent("main"), t.heartbeat("backup"), t.inverted("backup"), t.nobody],
    },
    up: nobodyOnline,
    destroy: [onlineIsSilent],
    repair: {
      how: ({ a, address, simulator }) => {
        a.start();
        simulator.setSilent(address(253), false);
      },
      roles: ["Online", "Offline"],
    },
  },
  {
    event: "all inverted heartbeats of A fail, and B still hears A",
    happens: forLong(({ address, simulator }) => simulator.setSilent(address(254), true)),
    roles: ["Offline", "Offline"],
    read: {
      online: "none",
      state: "invalid",
      led: { main: "red" },
      problems: (t) => [t.inverted("main"), "Both members are offline."],
    },
    up: invalid("Both members are offline"),
    destroy: [noneOnline],
    repair: {
      how: async ({ address, become, pair, simulator }) => {
        simulator.setSilent(address(254), false);
        pair.bringOnline("main");
        await become("Online", "Offline");
      },
      roles: ["Online", "Offline"],
    },
  },
  {
    event: "all inverted heartbeats of A fail, and B does not hear A any more",
    happens: ({ address, pair, simulator }) => {
      simulator.setSilent(address(254), true);
      pair.breakPath();
    },
    roles: ["Offline", "Online"],
    read: {
      online: "backup",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.heartbeat("main"), t.inverted("main"), t.heartbeat("backup"), t.sync("backup"), t.dbSync("backup")],
    },
    up: { refused: "MEMBERS_CUT_OFF", said: /the online Agent \S+\.2 does not reach \S+\.1, which would not follow the change/ },
    destroy: [cutOff],
    repair: {
      how: ({ address, pair, simulator }) => {
        simulator.setSilent(address(254), false);
        pair.mendPath();
      },
      roles: ["Offline", "Online"],
    },
  },
  {
    event: "A dies in the manual mode",
    given: { mode: "manual" },
    happens: forLong(({ a }) => a.stop()),
    roles: ["Stopped", "Offline"],
    read: { online: "none", led: { main: "red", backup: "red" }, problems: (t) => [t.silent("main"), t.heartbeat("backup"), t.nobody] },
    up: nobodyOnline,
    destroy: [onlineIsSilent],
    repair: {
      how: async ({ a, become, pair }) => {
        pair.bringOnline("backup");
        await become("Stopped", "Online");
        a.start();
      },
      roles: ["Offline", "Online"],
    },
  },
  {
    event: "A has a runtime error and the watchdog's action is switch, in the manual mode",
    given: { mode: "manual", main: { switchesOnRuntimeError: true } },
    happens: ({ a }) => a.raiseRuntimeError(),
    roles: ["Offline", "Online"],
    read: { online: "backup", led: { main: "red" }, problems: (t) => [t.row("main", "RTE Count is above 0")] },
    up: "works",
    destroy: swapped,
    repair: { how: ({ a }) => a.clearRuntimeErrors(), roles: ["Offline", "Online"] },
  },
];

proveRows(71, rows);
