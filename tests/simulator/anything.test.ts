import fc from "fast-check";
import { expect, test } from "vitest";
import { manualClock, type Simulator, startSimulator } from "../../simulator/index.js";
import { Api, backup, backupTarget, config, main, mainTarget, owner, token, virtualIp } from "./worlds.js";

type Event = readonly [string, (world: Simulator, api: Api) => unknown];

const members = [main, backup];
const events: readonly Event[] = [
  ...members.flatMap((address): Event[] => [
    [`stop ${address}`, (world) => world.agent(address).stop()],
    [`start ${address}`, (world) => world.agent(address).start()],
    [`restart ${address}`, (world) => world.agent(address).restart()],
    [`cut off ${address}`, (world) => world.agent(address).cutOff({ from: "everyone" })],
    [`reconnect ${address}`, (world) => world.agent(address).reconnect()],
    [`unplug ${address}`, (world) => world.agent(address).unplug(1)],
    [`plug ${address}`, (world) => world.agent(address).plug(1)],
    [`put ${address}`, (_, api) => api.putPair(address, { config: { ...config, mode: "manual" } })],
    [`end ${address}`, (_, api) => api.endPair(address)],
    [`switch ${address}`, (_, api) => api.switchPair(address, address === main ? "main" : "backup")],
  ]),
  ["silence main's target", (world) => world.setSilent(mainTarget, true)],
  ["silence backup's target", (world) => world.setSilent(backupTarget, true)],
  ["hear both targets", (world) => [mainTarget, backupTarget].map((target) => world.setSilent(target, false))],
  ["a stranger on the virtual address", (world) => world.setForeignHost(virtualIp, true)],
  ["the stranger leaves", (world) => world.setForeignHost(virtualIp, false)],
];

const story = fc.array(fc.tuple(fc.constantFrom(...events), fc.constantFrom(0, 3, 12, 40, 150)), { minLength: 1, maxLength: 12 });

/** A call to an Agent that is down or hangs comes to nothing; the story goes on meanwhile. */
const briefly = (call: unknown): Promise<unknown> =>
  Promise.race([Promise.resolve(call).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 30))]);

test("whatever happens, no data is lost that an online Agent held, and every answer fits the contract", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (steps) => {
      const clock = manualClock();
      const world = await startSimulator({
        token,
        clock,
        agents: [
          { address: main, dataMinerId: 111, system: "DMS", elementCount: 40 },
          { address: backup, dataMinerId: 111, pristine: true },
        ],
        pairs: [{ config, owner }],
      });
      try {
        const api = new Api(world);
        for (const [[name, act], seconds] of steps) {
          const online = members.filter(
            (address) => world.agent(address).isRunning && world.agent(address).snapshot().status?.failoverStatus === "Online",
          );
          await briefly(act(world, api));
          clock.advance(seconds);
          for (const address of members) expect(world.agent(address).snapshot().apiVersion, name).toBe("1");
          for (const address of online)
            expect(world.agent(address).snapshot().agent.dataMinerId, `${name}: ${address} was online and is reset`).toBe(111);
        }
        clock.advance(5000);
        const left = members.map((address) => world.agent(address).snapshot().agent);
        expect(left.some(({ dataMinerId, elementCount }) => dataMinerId === 111 && elementCount === 40)).toBe(true);
      } finally {
        await world.close();
      }
    }),
    { numRuns: 150 },
  );
});
