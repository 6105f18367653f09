import { copyFile, truncate } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reverseNameOf } from "../../provider/dns/rdata.js";
import { dig } from "../support/nameServers/dig.js";
import { type NameServer, startNameServer } from "../support/nameServers/nameServer.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token } from "../support/world.js";

const network = "57.2";
const zone = "skyline.local.";
const name = `dma.${zone}`;
const shown: string[] = [];
let server: NameServer;
let world: PairWorld;
let stack: Stack;

beforeAll(async () => {
  server = await startNameServer("knot", { address: "127.53.57.2", networks: [`127.${network}.0/24`] });
  const dns = { server: server.server, zone, reverseZones: server.zones.filter((each) => each !== zone), key: server.keys.writer };
  world = await startPairWorld(network, { dns, port: 8557 });
  stack = await Stack.create({
    main: resolve(__dirname, "../../examples/shared-hostname"),
    environment: { DMA_TOKEN: token, DNS_KEY_SECRET: server.keys.writer.secret },
    config: {
      mainHost: world.address(1),
      backupHost: world.address(2),
      protocol: "http",
      port: "8557",
      mainTarget: world.address(254),
      backupTarget: world.address(253),
      hostname: "dma.skyline.local",
      dnsServer: `${server.address}:${server.port}`,
      dnsKeyName: server.keys.writer.name,
    },
  });
});

afterAll(async () => {
  await world.close();
  await stack.remove();
  await server.stop();
});

const addresses = async () => (await dig(server, name, "A"))?.data;
const names = async (last: number) => (await dig(server, reverseNameOf(world.address(last)), "PTR"))?.data;

test("the example makes the name and the pair in one up: the name resolves to both Agents, and back", async () => {
  const run = await stack.up();
  shown.push(run.output);
  succeeded(run);
  expect(await addresses()).toEqual([world.address(1), world.address(2)]);
  expect([await names(1), await names(2)]).toEqual([expect.arrayContaining([name]), expect.arrayContaining([name])]);
  expect(world.simulator.pair().config).toMatchObject({ type: "sharedHostname", hostname: "dma.skyline.local" });
  expect(JSON.parse(await stack.succeed("stack", "output", "--json"))).toMatchObject({ reachableAt: "dma.skyline.local", online: "main" });
  succeeded(await stack.drift());
});

test("a switch changes nothing in DNS and is no drift", async () => {
  await world.simulator.pair().switchRoles();
  await world.simulator.registered();
  expect(await addresses()).toEqual([world.address(1), world.address(2)]);
  succeeded(await stack.drift());
  await world.simulator.pair().switchRoles();
});

test("a third address at the name is drift named addresses, and up takes it away", async () => {
  await nsupdate(server, `zone ${zone}`, `update add ${name} 300 A 10.9.9.9`);
  const { code, output } = await stack.drift();
  shown.push(output);
  expect(`${code}\n${output}`).toMatch(/^7\n/);
  expect(output).toContain("SharedHostnameRecord hostname: differs from what is declared: addresses");
  succeeded(await stack.up("--refresh"));
  expect(await addresses()).toEqual([world.address(1), world.address(2)]);
});

test("an empty checkpoint is told by the CLI alone, and the one before it is good, copied back as the runbook says", async () => {
  const stacks = join(fileURLToPath(stack.backend), ".pulumi/stacks", stack.project);
  const checkpoint = join(stacks, `${stack.stack}.json`);
  await truncate(checkpoint);
  const { code, output } = await stack.run("stack", "export");
  expect(`${code}\n${output}`).toMatch(/^[1-9]\d*\n[\s\S]*error: failed to load checkpoint: .*unexpected end of JSON input/);
  await copyFile(`${checkpoint}.bak`, checkpoint);
  succeeded(await stack.drift());
});

test("destroy ends the pair first, then takes its own records away and no others", async () => {
  const before = await names(1);
  const run = await stack.destroy();
  shown.push(run.output);
  succeeded(run);
  expect(world.simulator.pairs).toEqual([]);
  expect(await addresses()).toBeUndefined();
  expect(await names(1)).toEqual(before?.filter((each) => each !== name));
});

test("the key's secret was printed nowhere and is in no state", async () => {
  shown.push((await stack.exported()).text);
  expect(shown.join("\n")).not.toContain(server.keys.writer.secret);
});
