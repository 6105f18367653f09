import { describe, test } from "vitest";
import { type ManagedPair, managedPair, prepareRoom } from "./managedPair.js";
import { failure } from "./truthTable.js";

prepareRoom();
const octet = 75;

const gateway = { profile: "10.1-gateway" as const };
const watched: [event: string, options: Parameters<typeof managedPair>[1], happens: (pair: ManagedPair) => unknown, states: string[]][] = [
  ["a switch", {}, ({ pair }) => pair.switchRoles(), ["switching"]],
  [
    "a switch and the way back",
    {},
    async ({ pair }) => {
      await pair.switchRoles();
      await pair.switchRoles();
    },
    ["switching"],
  ],
  [
    "a switch to a member that restarts to go offline",
    { config: { restartWhenGoingOffline: true } },
    ({ pair }) => pair.switchRoles(),
    ["switching"],
  ],
  [
    "a failover because main lost its power",
    {},
    async ({ a, become }) => {
      a.stop();
      await become("Stopped", "Online");
      a.start();
      await become("Offline", "Online");
    },
    ["switching"],
  ],
  [
    "a failover because main lost its network",
    {},
    async ({ a, become }) => {
      a.cutOff({ from: "everyone", how: "reset" });
      await become("Offline", "Online");
      a.reconnect();
    },
    ["switching"],
  ],
  [
    "a restart of main",
    {},
    async ({ a, simulator }) => {
      a.restart();
      await simulator.settled();
    },
    [],
  ],
  [
    "a restart of the backup",
    {},
    async ({ b, simulator }) => {
      b.restart();
      await simulator.settled();
    },
    [],
  ],
  [
    "a restart of both",
    {},
    async ({ a, b, simulator }) => {
      a.restart();
      b.restart(25);
      await simulator.settled();
    },
    [],
  ],
  [
    "a runtime error that moves the role",
    { main: { switchesOnRuntimeError: true } },
    async ({ a, become }) => {
      a.raiseRuntimeError();
      await become("Offline", "Online");
    },
    ["switching"],
  ],
  [
    "a change",
    {},
    (pair) =>
      pair
        .another()
        .up()
        .then((another) => another.up({ mode: "manual" })),
    ["configuring"],
  ],
  [
    "an ending and a new set-up",
    {},
    async (pair) => {
      await (await pair.another().up()).destroy();
      pair.b.prepareAgain({ dataMinerId: 111 });
      await pair.another().up();
    },
    ["ending", "configuring"],
  ],
  [
    "an ending by disable, and enabling again",
    { main: gateway, backup: gateway, declared: { endMode: "disable" } },
    async (pair) => {
      const another = await pair.another().up();
      await another.destroy();
      await pair.wait(60);
      await pair.another().up();
    },
    ["inactive", "configuring"],
  ],
];

describe.concurrent("nothing is invalid during", () => {
  test.for(watched)("%s", async ([, options, happens, states], { expect }) => {
    const pair = await managedPair(octet, options);
    const seen = new Set<unknown>();
    const { id, outs } = pair.program;
    let over = false;
    const looking = (async () => {
      while (!over) {
        Object.assign(pair.program, { id, outs });
        // A member that was reset, or two that are silent, make it impossible to tell: that is an error, and no state.
        await pair.program.refresh().catch((error: unknown) => failure(Promise.reject(error)));
        seen.add(pair.program.outs.state);
        await pair.wait(6);
      }
    })();
    await happens(pair);
    over = true;
    await looking;
    expect([...seen]).toEqual(expect.arrayContaining(states));
    expect([...seen]).not.toContain("invalid");
    expect(pair.program.lines.filter((line) => line.includes("contradict"))).toEqual([]);
  });
});
