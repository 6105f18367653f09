import {
  backupSilent,
  type Destroy,
  everything,
  forLong,
  mainIsKept,
  onlineIsSilent,
  proveRows,
  type Row,
  silentHere,
  stuck,
  swapped,
} from "./truthTable.js";

const cassandra = { storage: { kind: "cassandraPerDma" as const, replicationFactor: 2 } };
const gateway = { profile: "10.1-gateway" as const };
const nobodyOnline = { refused: "NO_ONLINE_MEMBER", said: /no member is online\. Bring one online first/ };
const databaseFails: Destroy[] = [
  { refused: "DATABASE_FAILING", said: /the database of \S+\.1, which stays, is Failing.*allowDataLoss/ },
  { ...mainIsKept, allow: ["allowDataLoss"] },
];
const starting = { allow: everything, refused: "TIMED_OUT", said: /main is Starting/ };

/** Domain 4.5: databases, addresses, start-up, and what belongs to a version. */
const rows: Row[] = [
  {
    event: "the database of A is down",
    happens: forLong(({ a }) => a.setDatabase("Failing")),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { main: "red" }, problems: (t) => [t.database("main")] },
    up: "works",
    destroy: databaseFails,
    repair: { how: ({ a }) => a.setDatabase("OK"), roles: ["Online", "Offline"] },
  },
  {
    event: "the database of B is down",
    happens: forLong(({ b }) => b.setDatabase("Failing")),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { backup: "red" }, problems: (t) => [t.database("backup")] },
    up: "works",
    destroy: [mainIsKept],
    repair: { how: ({ b }) => b.setDatabase("OK"), roles: ["Online", "Offline"] },
  },
  {
    event: "both local Cassandra nodes are down",
    given: { main: cassandra, backup: cassandra },
    happens: forLong(({ a, b }) => {
      for (const agent of [a, b]) agent.setDatabase("Failing");
    }),
    roles: ["Online", "Offline"],
    read: {
      online: "main",
      led: { main: "red", backup: "red" },
      problems: (t) => [
        t.database("main"),
        t.database("backup"),
        "Both Cassandra nodes are down: the system writes to files until one of them is back. Repair one, and leave the files where they are.",
      ],
    },
    up: "works",
    destroy: databaseFails,
    repair: {
      how: ({ a, b }) => {
        for (const agent of [a, b]) agent.setDatabase("OK");
      },
      roles: ["Online", "Offline"],
    },
  },
  {
    event: "A is the master seed of Cassandra per DMA, and B starts without it",
    given: { mode: "manual", main: cassandra, backup: cassandra },
    happens: ({ a, b }) => {
      a.stop();
      b.restart();
    },
    roles: ["Stopped", "Offline"],
    read: {
      online: "none",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.silent("main"), t.heartbeat("backup"), t.database("backup"), t.nobody],
    },
    up: nobodyOnline,
    destroy: [onlineIsSilent],
    repair: { how: ({ a }) => a.start(), roles: ["Online", "Offline"] },
  },
  {
    event: "NIC 1 of B is disabled, and B is to go online",
    given: { mode: "manual" },
    happens: forLong(({ b, pair }) => {
      b.unplug(1);
      pair.bringOnline("backup");
    }),
    roles: ["Online", "Offline"],
    read: { online: "main", led: { main: "red", backup: "red" }, problems: (t) => [t.heartbeat("main"), t.silent("backup")] },
    up: backupSilent,
    destroy: [silentHere],
    repair: { how: ({ b }) => b.plug(1), roles: ["Online", "Offline"] },
  },
  {
    event: "a foreign host answers on the virtual address during a switch",
    given: { mode: "manual" },
    happens: ({ address, pair, simulator }) => {
      simulator.setForeignHost(address(5), true);
      pair.startSwitch();
    },
    roles: ["Offline", "Acquiring Virtual IP Address"],
    read: { online: "none", state: "switching" },
    up: { refused: "TIMED_OUT", said: /not done within 10m/ },
    destroy: [stuck],
    repair: { how: ({ address, simulator }) => simulator.setForeignHost(address(5), false), roles: ["Offline", "Online"] },
  },
  {
    event: "a foreign host answers on the virtual address during a switch, for longer than the Agent waits for it",
    given: { mode: "manual" },
    happens: async ({ address, pair, simulator, wait }) => {
      simulator.setForeignHost(address(5), true);
      pair.startSwitch();
      await wait(200);
    },
    roles: ["Offline", "Acquiring Virtual IP Address"],
    read: {
      online: "none",
      state: "switching",
      led: { backup: "red" },
      problems: (t) => [
        t.row("backup", `Failover Status is Acquiring Virtual IP Address ${t.virtual} (longer than the 2m that it may take)`),
      ],
    },
    up: { refused: "TIMED_OUT", said: /not done within 10m/ },
    destroy: [stuck],
    repair: { how: ({ address, simulator }) => simulator.setForeignHost(address(5), false), roles: ["Offline", "Online"] },
  },
  {
    event: "both start at the same time, and A is still starting after 15 minutes",
    happens: async ({ a, b, wait }) => {
      a.stop();
      b.stop();
      await wait(100);
      a.start({ seconds: 1_900 });
      b.start();
      await wait(900);
    },
    roles: ["Starting", "Online"],
    read: {
      online: "backup",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.row("main", "Failover Status is Starting (longer than the 15m that it may take)"), t.heartbeat("backup")],
    },
    up: { refused: "TIMED_OUT", said: /not done within 10m/ },
    destroy: [starting],
    repair: { how: () => {}, roles: ["Offline", "Online"] },
  },
  {
    event: "NATS is down during a switch, before 10.3.0/10.2.11",
    given: { mode: "manual", main: gateway, backup: gateway },
    happens: forLong(({ b, pair }) => {
      b.setNats("Failing");
      pair.bringOnline("backup");
    }),
    roles: ["Online", "Offline"],
    read: { online: "main" },
    up: "works",
    destroy: [mainIsKept],
    repair: { how: ({ b }) => b.setNats("OK"), roles: ["Online", "Offline"] },
  },
  {
    event: "NATS is down during a switch, in a version that shows it",
    given: { mode: "manual", main: { profile: "10.6" }, backup: { profile: "10.6" } },
    happens: ({ b, pair }) => {
      b.setNats("Failing");
      pair.bringOnline("backup");
    },
    roles: ["Offline", "Online"],
    read: { online: "backup", led: { backup: "red" }, problems: (t) => [t.row("backup", "NATS communication is Failing")] },
    up: "works",
    destroy: swapped,
    repair: { how: ({ b }) => b.setNats("OK"), roles: ["Offline", "Online"] },
  },
  {
    event: "A is stopped with SHIFT+Stop, before 10.2.0 [CU12]/10.3.3",
    given: { main: gateway, backup: gateway },
    happens: ({ a }) => a.stop({ releaseVirtualIp: false }),
    roles: ["Stopped", "Acquiring Virtual IP Address"],
    read: {
      online: "none",
      state: "switching",
      led: { main: "red", backup: "red" },
      problems: (t) => [t.silent("main"), t.heartbeat("backup")],
    },
    up: { refused: "TIMED_OUT", said: /not done within 10m/ },
    destroy: [stuck],
    repair: { how: ({ a }) => a.start(), roles: ["Offline", "Online"] },
  },
];

proveRows(72, rows);
