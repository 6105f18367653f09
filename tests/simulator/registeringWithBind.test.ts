import { afterAll, beforeAll, expect, test } from "vitest";
import { dig, transfer } from "../support/nameServers/dig.js";
import { type NameServer, startNameServer } from "../support/nameServers/nameServer.js";
import { backup, config, fastWorld, main, owner, virtualIp } from "./worlds.js";

let bind: NameServer;

beforeAll(async () => {
  bind = await startNameServer("bind", { address: "127.53.30.2", networks: ["127.30.1.0/24"] });
});

afterAll(async () => {
  await bind?.stop();
});

test("Agents register with BIND as they do with the simulator's own name server, and see its names", async () => {
  const reverseZones = ["1.30.127.in-addr.arpa"];
  const dns = { server: bind.server, zone: "skyline.local", reverseZones, key: { file: bind.keys.writer.file } };
  const { world, api } = await fastWorld({ dns, pairs: [{ config, owner }] });
  await world.registered();
  await world.pair().switchRoles();
  await world.registered();
  expect(await transfer(bind, "skyline.local.")).toEqual([
    `dma-backup.skyline.local. 1200 A ${backup}`,
    `dma-backup.skyline.local. 1200 A ${virtualIp}`,
    `dma-main.skyline.local. 1200 A ${main}`,
    `dma-main.skyline.local. 1200 A ${virtualIp}`,
  ]);
  const pointers = await dig(bind, "5.1.30.127.in-addr.arpa.", "PTR");
  expect(pointers?.data).toEqual(["dma-backup.skyline.local.", "dma-main.skyline.local."]);
  const { body } = await api.call("POST", main, "probe", {}, { addresses: [backup], names: ["dma-backup.skyline.local"] });
  expect(body).toMatchObject({
    names: [{ addresses: expect.arrayContaining([backup, virtualIp]) }],
    reverse: [{ names: ["dma-backup.skyline.local"] }],
  });
  expect(world.dns).toMatchObject({ server: bind.server, keyFile: bind.keys.writer.file, key: { name: "dma-key." } });
});
