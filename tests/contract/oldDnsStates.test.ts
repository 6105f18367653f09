import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OwnedRecord } from "../../provider/records/ownedRecords.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const secret = Buffer.from("state-fixture-key-of-the-tests-1").toString("base64");
let world: PairWorld;
let provider: DynamicProvider;

beforeEach(async () => {
  const quiet = { registersInDns: false };
  const server = { address: "127.59.2.53", port: 8560 };
  const dns = { zone: "skyline.local", server, key: { name: "dma-key", secret } };
  world = await startPairWorld("59.2", { port: 8559, dns, main: quiet, backup: quiet });
});

afterEach(async () => {
  provider.stop();
  await world.close();
});

/** State as an earlier version left it, and what that version had made. These files are never changed. */
function remade(handler: string, version: number) {
  const text = readFileSync(join(__dirname, "states", `${handler}.v${version}.json`), "utf8");
  const { id, inputs, outputs } = JSON.parse(text) as Record<"inputs" | "outputs", Record<string, unknown>> & { id: string };
  const owned = outputs.ownedRecords as OwnedRecord[];
  for (const { zone, name, type } of owned) {
    const data = owned.filter((record) => record.name === name && record.type === type).map((record) => record.data);
    world.simulator.nameServer.zone(zone).set(name, type, data, { ttl: Number(inputs.ttl ?? 300) });
  }
  return { id, inputs, outputs, owned };
}

const left = (owned: OwnedRecord[]) => owned.flatMap(({ zone, name, type }) => world.simulator.nameServer.zone(zone).data(name, type));

test.each([1])("a SharedHostnameRecord of schema version %d is read without drift, and its records are removed", async (version) => {
  const { id, inputs, outputs, owned } = remade("sharedHostnameRecord", version);
  provider = await DynamicProvider.start("sharedHostnameRecord", { [tokenEnv]: token, STORY_DNS_KEY: secret });
  const read = await provider.read(id, outputs);
  expect(read.id).toBe(id);
  expect(await provider.diff(id, read.props, inputs)).toMatchObject({ changes: false });
  await provider.delete(id, read.props);
  expect(left(owned)).toEqual([]);
});

test.each([1])("a VirtualIp of schema version %d is read without drift, and its records are removed", async (version) => {
  const { id, inputs, outputs, owned } = remade("virtualIp", version);
  const records = world.simulator.nameServer.zone("skyline.local");
  for (const [name, last] of Object.entries({ "dma-main": 1, "dma-backup": 2 })) {
    records.set(`${name}.skyline.local`, "A", [world.address(last)]);
    const reverse = `${last}.2.59.127.in-addr.arpa`;
    world.simulator.nameServer.zoneOf(reverse).set(reverse, "PTR", [`${name}.skyline.local.`]);
  }
  provider = await DynamicProvider.start("virtualIp", { [tokenEnv]: token, STORY_DNS_KEY: secret });
  const read = await provider.read(id, outputs);
  expect(read.props).toMatchObject({ heldBy: "none", deviations: [] });
  expect(await provider.diff(id, read.props, inputs)).toMatchObject({ changes: false });
  await provider.delete(id, read.props);
  expect(left(owned)).toEqual([]);
});
