import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token } from "../support/world.js";

const example = resolve(__dirname, "../../examples/virtual-ip");
const zone = "skyline.local.";

let world: PairWorld;
let stack: Stack;

beforeAll(async () => {
  const virtualIp = "127.55.1.5";
  world = await startPairWorld("55.1", {
    protocol: "https",
    routing: "anyAgent",
    port: 8443,
    dns: { zone },
    main: { subjectAltNames: [virtualIp] },
    backup: { subjectAltNames: [virtualIp] },
    others: {
      11: { name: "DMA-11", dataMinerId: 112, system: "DMS", elementCount: 10 },
      12: { name: "DMA-12", dataMinerId: 113, system: "DMS", elementCount: 10 },
    },
  });
  stack = await Stack.create({
    main: example,
    environment: { DMA_TOKEN: token, DNS_KEY_SECRET: String(world.simulator.dns?.key?.secret) },
    config: {
      mainHost: world.address(1),
      backupHost: world.address(2),
      virtualIp,
      mainTarget: world.address(254),
      backupTarget: world.address(253),
      port: "8443",
      dnsServer: `${world.simulator.nameServer.address}:${world.simulator.nameServer.port}`,
      zone,
      dnsKeyName: String(world.simulator.dns?.key?.name),
      caFile: String(world.simulator.caFile),
    },
  });
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

test("the example sets a pair up over https with a CA file, in a system where any Agent may execute a call", async () => {
  const { code, output } = await stack.up();
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  expect(world.simulator.requests.count({ status: 421 })).toBeGreaterThan(0);
  expect(world.simulator.pair().online).toBe("main");
  expect(JSON.parse(await stack.succeed("stack", "output", "--json"))).toEqual({
    reachableAt: "127.55.1.5",
    online: "main",
    led: { main: "green", backup: "green" },
    problems: [],
  });
});

test("each name has its own address, before and after a switch", async () => {
  await world.simulator.pair().switchRoles();
  await world.simulator.registered();
  const records = world.simulator.nameServer.zone(zone);
  for (const [name, last] of Object.entries({ "dma-main": 1, "dma-backup": 2, "dma-virtual": 5 })) {
    expect(records.data(`${name}.${zone}`, "A")).toEqual([world.address(last)]);
  }
  await world.simulator.pair().switchRoles();
});

test("it is clean in a drift run, and destroy ends the pair", async () => {
  const drift = await stack.drift();
  expect(`${drift.code}\n${drift.output}`).toMatch(/^0\n/);
  const destroyed = await stack.destroy();
  expect(`${destroyed.code}\n${destroyed.output}`).toMatch(/^0\n/);
  expect(world.simulator.pairs).toEqual([]);
});

test("without the CA file nothing is sent, and the error says what to set", async () => {
  await stack.succeed("config", "rm", "caFile");
  world.simulator.requests.clear();
  const { code, output } = await stack.run("preview");
  expect(code).not.toBe(0);
  expect(output).toContain("its certificate is not trusted");
  expect(output).toContain("Set caFile");
  expect(world.simulator.requests.all()).toEqual([]);
});
