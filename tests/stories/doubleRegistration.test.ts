import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { dig } from "../support/nameServers/dig.js";
import { type NameServer, startNameServer } from "../support/nameServers/nameServer.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

const network = "57.1";
const zone = "skyline.local.";
let server: NameServer;
let world: PairWorld;
let stack: Stack;
const printed: string[] = [];

beforeAll(async () => {
  server = await startNameServer("bind", { address: "127.53.57.1", networks: [`127.${network}.0/24`] });
  const dns = { server: server.server, zone, reverseZones: server.zones.filter((name) => name !== zone), key: server.keys.writer };
  world = await startPairWorld(network, { dns });
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
});

afterEach(async () => {
  expect(printed.join("\n")).not.toContain(server.keys.writer.secret);
});

afterAll(async () => {
  await world.close();
  await stack.remove();
  await server.stop();
});

const at = (last: number) => world.address(last);

const declare = ({ virtual = false, last = 5 }: { virtual?: boolean; last?: number } = {}) =>
  stack.declare({
    agents: { main: world.connection(1), backup: world.connection(2) },
    virtualIps: virtual
      ? {
          vip: {
            agents: ["main", "backup"],
            address: at(last),
            prefixLength: 24,
            network: "corporate",
            dns: {
              server: `${server.address}:${server.port}`,
              zone: "skyline.local",
              keyFile: server.keys.writer.file,
              hostname: "dma-virtual",
              members: [
                { hostname: "dma-main", address: at(1) },
                { hostname: "dma-backup", address: at(2) },
              ],
            },
          },
        }
      : {},
    pair: { main: "main", backup: "backup", ...world.pair(virtual ? { virtualIps: ["vip"] } : {}) },
  });

async function up(...options: string[]): Promise<string> {
  const run = await stack.up(...options);
  printed.push(run.output);
  succeeded(run);
  return run.output;
}

/** What real dig says stands at the three names, as the table of the product's FAQ on double registration has it. */
async function table(): Promise<Record<string, string[]>> {
  const addresses = async (name: string) => (await dig(server, `${name}.${zone}`, "A"))?.data ?? [];
  const [main, backup, virtual] = [await addresses("dma-main"), await addresses("dma-backup"), await addresses("dma-virtual")];
  return { "DMA-MAIN": main, "DMA-BACKUP": backup, "DMA-VIRTUAL": virtual };
}

const names = async (last: number) => (await dig(server, reverseNameOf(at(last)), "PTR"))?.data ?? [];

async function switchOver(): Promise<void> {
  await world.simulator.pair().switchRoles();
  await world.simulator.registered();
}

test("before: the online Agent registers the virtual address beside its own", async () => {
  await declare();
  await up();
  await world.simulator.registered();
  expect(await table()).toEqual({ "DMA-MAIN": [at(1), at(5)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [] });
});

test("after a switch without us both names have it, and its reverse look-up alternates", async () => {
  await switchOver();
  expect(await table()).toEqual({ "DMA-MAIN": [at(1), at(5)], "DMA-BACKUP": [at(2), at(5)], "DMA-VIRTUAL": [] });
  expect(await names(5)).toEqual(["dma-backup.skyline.local.", "dma-main.skyline.local."]);
});

test("a VirtualIp is added to the pair that holds the address already, in one up: each name has its own address", async () => {
  await declare({ virtual: true });
  await up();
  expect(await table()).toEqual({ "DMA-MAIN": [at(1)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [at(5)] });
  expect(await names(5)).toEqual(["dma-virtual.skyline.local."]);
  expect(world.simulator.pair().online, "an up never moves traffic").toBe("backup");
  succeeded(await stack.drift());
});

test("another switch changes no record, and the drift run is clean", async () => {
  await switchOver();
  expect(await table()).toEqual({ "DMA-MAIN": [at(1)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [at(5)] });
  succeeded(await stack.drift());
});

test("the address registered under a member's name by hand is drift that says where, and up repairs it", async () => {
  await nsupdate(server, `zone ${zone}`, `update add dma-main.${zone} 1200 A ${at(5)}`);
  const { code, output } = await stack.drift();
  printed.push(output);
  expect(code).not.toBe(0);
  expect(output).toContain(`dns.members dma-main: A dma-main.${zone} also has ${at(5)}`);
  await up("--refresh");
  expect(await table()).toEqual({ "DMA-MAIN": [at(1)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [at(5)] });
  succeeded(await stack.drift());
});

test("a PTR record that leads elsewhere, and registration that is on again, are drift by their own names", async () => {
  await nsupdate(server, `update add ${reverseNameOf(at(5))} 1200 PTR somebody.${zone}`);
  world.simulator.agent(at(2)).setRegistersInDns(1, true);
  await world.simulator.registered();
  const { code, output } = await stack.drift();
  expect(code).not.toBe(0);
  expect(output).toContain(`dns.reverse: PTR ${reverseNameOf(at(5))} also has somebody.${zone}`);
  expect(output).toContain(`registersInDns: interface 1 of backup ${at(2)} is true, declared false`);
  await up("--refresh");
  expect(await names(5)).toEqual(["dma-virtual.skyline.local."]);
  succeeded(await stack.drift());
});

test("the address is changed on the live pair in one up, and only the new one is left in DNS", async () => {
  await declare({ virtual: true, last: 6 });
  await up();
  await world.simulator.pair().settled();
  expect(world.simulator.pair().config.virtualIps).toMatchObject([{ address: at(6) }]);
  expect(await table()).toEqual({ "DMA-MAIN": [at(1)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [at(6)] });
  expect([await names(5), await names(6)]).toEqual([[], ["dma-virtual.skyline.local."]]);
  succeeded(await stack.drift());
});

test("destroy removes what is owned, leaves what was found, and puts the registration back", async () => {
  const run = await stack.destroy();
  printed.push(run.output, (await stack.exported()).text);
  succeeded(run);
  expect(await table()).toEqual({ "DMA-MAIN": [at(1)], "DMA-BACKUP": [at(2)], "DMA-VIRTUAL": [] });
  expect(await names(6)).toEqual([]);
  expect(world.simulator.agent(at(1)).snapshot().agent.interfaces[0]).toMatchObject({ registersInDns: true });
});
