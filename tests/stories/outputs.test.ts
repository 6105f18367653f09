import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const zone = "skyline.local";
let world: PairWorld;
let stack: Stack;

/** Exports what it declared, as the resources give it back. */
const program = `
const { DmaAgent, FailoverPair, SharedHostnameRecord, VirtualIp } = require("pulumi-dataminer-failover");
const { agents, vip, record, pair } = require("./declaration.json");
const main = new DmaAgent("main", agents.main);
const backup = new DmaAgent("backup", agents.backup);
const virtualIp = new VirtualIp("vip", { ...vip, agents: [main, backup] });
const shared = new SharedHostnameRecord("record", record);
const failover = new FailoverPair("pair", { ...pair, main, backup, virtualIps: [virtualIp] });
module.exports = {
  mode: failover.mode, heartbeats: failover.heartbeats.apply((list) => list.length), endMode: failover.endMode, main: failover.main,
  address: virtualIp.address, network: virtualIp.network, dns: virtualIp.dns, heldBy: virtualIp.heldBy,
  hostname: shared.hostname, addresses: shared.addresses, ttl: shared.ttl, port: backup.port, token: main.token,
};
`;

beforeAll(async () => {
  world = await startPairWorld("57.1", { dns: { zone } });
  stack = await Stack.create({ program, environment: { [tokenEnv]: token } });
  const { nameServer, dns } = world.simulator;
  const [main, backup] = [world.address(1), world.address(2)];
  const key = { name: String(dns?.key?.name), secret: String(dns?.key?.secret) };
  const server = { server: `${nameServer.address}:${nameServer.port}`, zone, key };
  const members = [
    { hostname: "dma-main", address: main },
    { hostname: "dma-backup", address: backup },
  ];
  const { virtualIps: _, ...pair } = world.pair();
  await stack.declare({
    agents: { main: world.connection(1, { tokenEnv: undefined, token }), backup: world.connection(2) },
    vip: {
      ...{ address: world.address(5), prefixLength: 24, network: "corporate" },
      dns: { ...server, hostname: "dma-virtual", members },
    },
    record: { hostname: "dma-both", addresses: [main, backup], dns: server },
    pair,
  });
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

const expected = () => ({
  ...{ mode: "automatic", heartbeats: 4, endMode: null, main: "[secret]" },
  ...{ address: world.address(5), network: "corporate", dns: "[secret]", heldBy: null },
  ...{ hostname: "dma-both", addresses: [world.address(1), world.address(2)], ttl: null },
  ...{ port: world.simulator.agent(world.address(2)).port, token: "[secret]" },
});
const outputs = async () => JSON.parse(await stack.succeed("stack", "output", "--json")) as unknown;

test("what is declared is known as an output in the first preview already", async () => {
  const { code, output } = await stack.run("preview");
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  for (const line of ['mode *: "automatic"', `address *: "${world.address(5)}"`, 'hostname *: "dma-both"', "heartbeats *: 4"]) {
    expect(output).toMatch(new RegExp(line));
  }
});

test("after up each input is an output, and one that holds a secret is one", async () => {
  const { code, output } = await stack.up();
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  expect(await outputs()).toEqual(expected());
});

test("also after a refresh, which alone can tell who holds the virtual IP address that a pair was given after it was made", async () => {
  const { code, output } = await stack.up("--refresh");
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  expect(await outputs()).toEqual({ ...expected(), heldBy: "main" });
});
