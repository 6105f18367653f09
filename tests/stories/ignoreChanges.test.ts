import { afterEach, beforeEach, expect, test } from "vitest";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const zone = "skyline.local";
let world: PairWorld;
let stack: Stack;
let network = 0;

/** One pair behind a virtual IP, which leaves to others what `ignoreChanges` names. */
const program = `
const { DmaAgent, FailoverPair, VirtualIp } = require("pulumi-dataminer-failover");
const { agents, vip, pair, ignored } = require("./declaration.json");
const [main, backup] = [new DmaAgent("main", agents.main), new DmaAgent("backup", agents.backup)];
const virtualIp = new VirtualIp("vip", { ...vip, agents: [main, backup] }, { ignoreChanges: ignored.vip });
new FailoverPair("pair", { ...pair, main, backup, virtualIps: [virtualIp] }, { ignoreChanges: ignored.pair });
`;

beforeEach(async () => {
  world = await startPairWorld(`62.${++network}`, { dns: { zone } });
  stack = await Stack.create({ program, environment: { [tokenEnv]: token } });
});

afterEach(async () => {
  await world.close();
  await stack.remove();
});

function declare(change: { mode?: string; ttl?: number; ignored?: { vip?: string[]; pair?: string[] } } = {}): Promise<void> {
  const { mode = "automatic", ttl, ignored = {} } = change;
  const { nameServer, dns } = world.simulator;
  const server = { server: `${nameServer.address}:${nameServer.port}`, zone, keyFile: dns?.keyFile, ...(ttl === undefined ? {} : { ttl }) };
  const members = [
    { hostname: "dma-main", address: world.address(1) },
    { hostname: "dma-backup", address: world.address(2) },
  ];
  const { virtualIps: _, ...pair } = world.pair({ mode });
  return stack.declare({
    agents: { main: world.connection(1), backup: world.connection(2) },
    vip: { address: world.address(5), prefixLength: 24, network: "corporate", dns: { ...server, hostname: "dma-virtual", members } },
    pair,
    ignored,
  });
}

test("heartbeats that are ignored and were changed by hand stay as they are when the mode changes, with a refresh or without", async () => {
  const ignored = { pair: ["heartbeats"] };
  await declare({ ignored });
  succeeded(await stack.up());
  const byHand = world.simulator.pair().config.heartbeats.map((heartbeat) => ({ ...heartbeat, maxFailures: 9 }));
  world.simulator.pair().editConfig({ heartbeats: byHand });
  for (const [mode, ...refresh] of [["manual"], ["automatic", "--refresh"], ["manual"]] as const) {
    await declare({ mode, ignored });
    succeeded(await stack.up(...refresh));
    expect(world.simulator.pair().config).toMatchObject({ mode, heartbeats: byHand });
  }
  succeeded(await stack.drift());
});

test("without ignoreChanges they are told before they are put back", async () => {
  await declare();
  succeeded(await stack.up());
  world.simulator.pair().editConfig({ heartbeats: world.simulator.pair().config.heartbeats.map((one) => ({ ...one, maxFailures: 9 })) });
  await declare({ mode: "manual" });
  const changed = await stack.up();
  succeeded(changed);
  expect(changed.output).toContain("FailoverPair pair: heartbeats is another than what was last seen, and is left as it is");
  const found = await stack.drift();
  expect(found.code).toBe(7);
  expect(found.output).toContain("FailoverPair pair: differs from what is declared: heartbeats\n");
  succeeded(await stack.up("--refresh"));
  expect(world.simulator.pair().config.heartbeats.map(({ maxFailures }) => maxFailures)).toEqual([3, 3, 3, 3]);
});

test("records that are ignored stay as they are, in drift runs and when something else of the virtual IP changes", async () => {
  const ignored = { vip: ["dns"] };
  await declare({ ignored });
  succeeded(await stack.up());
  const records = world.simulator.nameServer.zone(zone);
  records.set(`dma-main.${zone}.`, "A", [world.address(1), world.address(5)]);
  succeeded(await stack.drift());
  const backup = world.simulator.agent(world.address(2));
  backup.setRegistersInDns(1, true);
  succeeded(await stack.up("--refresh"));
  expect(backup.snapshot().agent.interfaces[0]?.registersInDns, "the update has put back what is not ignored").toBe(false);
  expect(records.data(`dma-main.${zone}.`, "A").sort()).toEqual([world.address(1), world.address(5)]);
  await declare();
  const found = await stack.drift();
  expect(found.code).toBe(7);
  expect(found.output).toContain("dns.members dma-main: ");
  succeeded(await stack.up("--refresh"));
  expect(records.data(`dma-main.${zone}.`, "A")).toEqual([world.address(1)]);
});
