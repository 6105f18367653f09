import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { eventually } from "../support/patience.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, type LivePairOptions, openLivePair } from "./pairs.js";
import { Resource } from "./resource.js";

let provider: DynamicProvider;
let network = 0;

beforeAll(async () => {
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
});

afterAll(async () => {
  provider.stop();
  await closeWorlds();
});

/** A pair that this resource owns, before the first write to it. */
async function live(options: LivePairOptions = {}) {
  const two = await openLivePair(`67.${++network}`, options);
  return { ...two, resource: await new Resource(provider).up(two.args()) };
}

describe("a change of a live pair", () => {
  test("is one write to the online member, and moves no traffic", async () => {
    const { world, args, resource, pair, writes } = await live();
    await pair().switchRoles();
    await resource.up(args({ mode: "manual", restartWhenGoingOffline: true }));
    expect(writes().map(({ addressed, status }) => `${addressed} ${status}`)).toEqual([`${world.address(2)} 202`]);
    expect(pair()).toMatchObject({ online: "backup", config: { mode: "manual", restartWhenGoingOffline: true } });
    expect(resource.outs).toMatchObject({ online: "backup", failedOver: true, mode: "manual" });
  });

  test("writes what its plan names; what was changed behind its back stays, is told, and is drift at the next refresh", async () => {
    const { args, resource, pair } = await live();
    const byHand = pair().config.heartbeats.map((heartbeat) => ({ ...heartbeat, maxFailures: 9 }));
    pair().editConfig({ heartbeats: byHand });
    await resource.up(args({ mode: "manual" }));
    expect(pair().config).toMatchObject({ mode: "manual", heartbeats: byHand });
    await provider.line(/^FailoverPair pair: heartbeats is another than what was last seen, and is left as it is/);
    expect((await resource.diff(args({ mode: "manual" }))).changes).toBe(false);
    await resource.refresh();
    expect((await resource.diff(args({ mode: "manual" }))).changes).toBe(true);
    await resource.up(args({ mode: "manual" }));
    expect(pair().config.heartbeats.map(({ maxFailures }) => maxFailures)).toEqual([3, 3, 3, 3]);
  });

  test("that is made already writes nothing", async () => {
    const { args, resource, pair, writes } = await live();
    pair().editConfig({ mode: "manual" });
    await resource.up(args({ mode: "manual" }));
    expect(resource.outs.mode).toBe("manual");
    expect(writes()).toEqual([]);
  });

  test("leaves alone what the program does not declare", async () => {
    const { args, resource, pair } = await live({ config: { syncInterface: 1, restartWhenGoingOffline: true } });
    await resource.up(args({ mode: "manual" }));
    expect(pair().config).toMatchObject({ mode: "manual", syncInterface: 1, restartWhenGoingOffline: true });
    expect(resource.outs).toMatchObject({ syncInterface: null, restartWhenGoingOffline: null });
  });

  test("of the virtual address warns that clients on the old one are cut off, and names it in warnings", async () => {
    const { world, args, resource } = await live();
    const moved = args({ virtualIps: [{ network: "corporate", address: world.address(6), prefixLength: 24 }] });
    await resource.up(moved);
    expect(resource.outs).toMatchObject({ reachableAt: world.address(6), warnings: [expect.stringContaining("clients on an old one")] });
    const held = world.simulator
      .agent(world.address(1))
      .snapshot()
      .agent.interfaces.flatMap(({ addresses }) => addresses);
    expect(held.filter(({ virtual }) => virtual).map(({ address }) => address)).toEqual([world.address(6)]);
  });
});

describe("a change in the middle of something else", () => {
  test("waits for a switch, then writes to whoever is online", async () => {
    const { world, simulator, args, resource, pair, writes } = await live();
    simulator.holdPhase("goingOnline");
    pair().startSwitch();
    const changed = resource.up(args({ mode: "manual" }));
    await eventually(() => expect(simulator.requests.count({ method: "GET" })).toBeGreaterThan(6));
    simulator.releasePhase("goingOnline");
    await changed;
    expect(writes().at(-1)?.addressed).toBe(world.address(2));
    expect(pair()).toMatchObject({ online: "backup", config: { mode: "manual" } });
  });

  test("is carried on when its first answer was lost: one change", async () => {
    const { args, resource, agent, pair } = await live();
    agent(1).fail({ kind: "loseAnswer" }, { route: "putPair" });
    const before = agent(1).snapshot().revision;
    await resource.up(args({ mode: "manual" }));
    expect(pair().config.mode).toBe("manual");
    expect(agent(1).snapshot().revision).not.toBe(before);
    expect(agent(2).snapshot().revision).toBe(agent(1).snapshot().revision);
  });

  test("that somebody else overtakes is not written over his: it is refused, and nothing is recorded", async () => {
    const { simulator, args, resource, agent, pair } = await live();
    agent(1).fail({ kind: "slow", seconds: 2000 }, { route: "putPair" });
    const { outs } = resource;
    const changing = resource.up(args({ mode: "manual" })).catch((error: unknown) => error);
    await eventually(() => expect(simulator.requests.count({ method: "PUT" })).toBe(2));
    pair().editConfig({ restartWhenGoingOffline: true });
    expect(await changing).toMatchObject({ message: expect.stringContaining("STALE_REVISION"), initFailure: undefined });
    expect(resource.outs).toEqual(outs);
    expect(pair().config).toMatchObject({ mode: "automatic", restartWhenGoingOffline: true });
  });

  test("that ran out of time is finished by the next update", async () => {
    const { simulator, args, resource, pair, writes } = await live();
    simulator.holdPhase("synchronizing");
    const brief = args({ mode: "manual", timeouts: { update: "2s" } });
    await expect(resource.up(brief)).rejects.toThrow("not done within 2s");
    expect(await resource.diff(brief)).toMatchObject({ changes: true });
    simulator.releasePhase("synchronizing");
    await resource.up(brief);
    expect(resource.outs).toMatchObject({ mode: "manual", state: "active" });
    expect(await resource.diff(brief)).toMatchObject({ changes: false });
    expect(pair().config.mode).toBe("manual");
    expect(writes()).toHaveLength(1);
  });
});

describe.concurrent("a change", () => {
  test("of any advanced option is refused where it is known to fail (RN 45613), and nothing is written", async () => {
    const affected = { version: "10.5.8.0-16000", nats: "brokerGateway" } as const;
    const { args, resource, pair, writes } = await live({ main: affected, backup: affected });
    await expect(resource.up(args({ mode: "manual" }))).rejects.toThrow(
      /mode: .*10\.5\.8\.0-16000.*cannot be changed with BrokerGateway.*BrokerGateway/,
    );
    await expect(resource.up(args({ restartWhenGoingOffline: true }))).rejects.toThrow(
      /restartWhenGoingOffline: .*cannot be changed with BrokerGateway.*BrokerGateway/,
    );
    expect(pair().config).toMatchObject({ mode: "automatic", restartWhenGoingOffline: false });
    expect(writes()).toEqual([]);
  });

  test("that breaks a rule of the Agents themselves is refused with every reason at once", async () => {
    const { world, args, resource, writes } = await live();
    const outside = [{ network: "corporate", address: "10.99.0.5", prefixLength: 24 }];
    const refused = resource.up(args({ virtualIps: outside, syncInterface: 7 }));
    await expect(refused).rejects.toThrow(/10\.99\.0\.5 \(corporate\) is outside the subnet.*has no interface 7/);
    expect(writes()).toEqual([]);
    expect(resource.outs.virtualIps).toEqual([expect.objectContaining({ address: world.address(5) })]);
  });
});
