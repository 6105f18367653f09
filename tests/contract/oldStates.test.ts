import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

interface Stored {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** State as an earlier version of this package left it in somebody's backend. These files are never changed. */
const stored = (name: string, version: number): Stored =>
  JSON.parse(readFileSync(join(__dirname, "states", `${name}.v${version}.json`), "utf8")) as Stored;

let world: PairWorld;
let provider: DynamicProvider;

beforeEach(async () => {
  const { outputs } = stored("failoverPair", 1);
  const member = (address: unknown) => ({ address: String(address), acquisitionAddress: null });
  const { main, backup } = outputs.members as Record<string, unknown>;
  const config = {
    type: "virtualIp",
    main: member(main),
    backup: member(backup),
    virtualIps: outputs.virtualIps,
    hostname: null,
    mode: outputs.mode,
    heartbeats: (outputs.heartbeats as object[]).map((one) => ({ interface: null, ...one })),
    syncInterface: null,
    restartWhenGoingOffline: false,
  } as PairConfig;
  world = await startPairWorld("59.1", { port: 8559, pairs: [{ config, owner: "story/test/pair" }] });
});

afterEach(async () => {
  provider.stop();
  await world.close();
});

test.each([1])("a FailoverPair of schema version %d is read without drift, and ended", async (version) => {
  const { id, inputs, outputs } = stored("failoverPair", version);
  provider = await DynamicProvider.start("failoverPair", { [tokenEnv]: token });
  const read = await provider.read(id, outputs);
  expect(read.id).toBe(id);
  expect(await provider.diff(id, read.props, inputs)).toMatchObject({ changes: false });
  await provider.delete(id, outputs);
  expect(world.simulator.pairs).toEqual([]);
});

test.each([1])("a DmaAgent of schema version %d is read, and its settings are put back", async (version) => {
  const { id, inputs, outputs } = stored("dmaAgent", version);
  provider = await DynamicProvider.start("dmaAgent", { [tokenEnv]: token });
  const { props } = await provider.read(id, outputs);
  expect(props).toMatchObject({ reachable: true, settings: { maxWaitForOfflineSeconds: 600 } });
  const updated = await provider.update(id, props, inputs);
  expect(world.simulator.agent(id).snapshot().agent.settings.maxWaitForOfflineSeconds).toBe(300);
  await world.simulator.pair().settled();
  world.simulator.pair().setOwner("another/stack/pair");
  await provider.delete(id, updated.outs);
  expect(world.simulator.agent(id).snapshot().agent.settings.maxWaitForOfflineSeconds).toBe(600);
});
