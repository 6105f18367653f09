import { afterAll, beforeAll, expect, test } from "vitest";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const zone = "skyline.local";
let world: PairWorld;
let stack: Stack;

/** One pair behind a virtual IP, which outlives the stack. */
const program = `
const { DmaAgent, FailoverPair, VirtualIp } = require("pulumi-dataminer-failover");
const { agents, vip, pair } = require("./declaration.json");
const [main, backup] = [new DmaAgent("main", agents.main), new DmaAgent("backup", agents.backup)];
const virtualIp = new VirtualIp("vip", { ...vip, agents: [main, backup] });
new FailoverPair("pair", { ...pair, main, backup, virtualIps: [virtualIp] }, { retainOnDelete: true });
`;

beforeAll(async () => {
  world = await startPairWorld("57.200", { dns: { zone } });
  stack = await Stack.create({ program, environment: { [tokenEnv]: token } });
  const { nameServer, dns } = world.simulator;
  const members = [
    { hostname: "dma-main", address: world.address(1) },
    { hostname: "dma-backup", address: world.address(2) },
  ];
  const server = { server: `${nameServer.address}:${nameServer.port}`, zone, keyFile: dns?.keyFile };
  const { virtualIps: _, ...pair } = world.pair();
  await stack.declare({
    agents: { main: world.connection(1, { settings: { maxStartupSeconds: 720 } }), backup: world.connection(2) },
    vip: { address: world.address(5), prefixLength: 24, network: "corporate", dns: { ...server, hostname: "dma-virtual", members } },
    pair,
  });
  succeeded(await stack.up());
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

/** All that the pair needs to go on: itself, what its Agents were told, and what stands in DNS. */
const standing = () => ({
  config: world.simulator.pair().config,
  state: world.simulator.agent(world.address(1)).snapshot().pair?.state,
  agents: [1, 2].map((last) => world.simulator.agent(world.address(last)).snapshot().agent),
  records: world.simulator.nameServer.zones.flatMap((each) => each.records()),
});

test("a pair that is kept on destroy: the error says how to let go of the rest, and that works and touches nothing", async () => {
  const before = standing();
  const refused = await stack.destroy();
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(
    /Deleting virtual IP \S+\.5: the pair of story\/test\/pair#\w+ at Agent \S+ still uses it\..*VIRTUAL_IP_IN_USE/,
  );
  const advice =
    "If it was let go on purpose (`retainOnDelete`, `pulumi state delete`), let go of the rest too: `pulumi state delete` of this VirtualIp, then of its DmaAgents.";
  expect(refused.output).toContain(advice);
  const { resources } = await stack.exported();
  const urnOf = (name: string) => resources.find(({ urn }) => urn.endsWith(`::${name}`))?.urn;
  expect(urnOf("pair"), "the pair is in no state any more").toBeUndefined();
  for (const name of ["vip", "main", "backup"]) await stack.succeed("state", "delete", urnOf(name) ?? name, "--yes");
  succeeded(await stack.destroy());
  expect((await stack.exported()).resources).toEqual([]);
  expect(standing()).toEqual(before);
  expect(before).toMatchObject({ state: "active", config: { virtualIps: [{ address: world.address(5) }] } });
});
