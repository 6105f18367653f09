import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dig, serialOf, transfer } from "../support/nameServers/dig.js";
import { type NameServer, nameServerKinds, startNameServer } from "../support/nameServers/nameServer.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { isFreeForTcp } from "../support/nameServers/ports.js";
import { reverseZoneName } from "../support/nameServers/zones.js";

describe.each(nameServerKinds)("a test server of %s", (kind) => {
  let server: NameServer;

  beforeAll(async () => {
    server = await startNameServer(kind, { address: "127.53.1.1", records: ["held.skyline.local. 300 A 10.10.10.1"] });
  });
  afterAll(() => server.stop());

  test("holds what it was given, and what nsupdate adds", async () => {
    await nsupdate(server, "update add added.skyline.local. 60 A 10.10.10.3", "update add added.skyline.local. 60 A 10.10.10.2");
    expect(await dig(server, "held.skyline.local.", "A")).toEqual({ ttl: 300, data: ["10.10.10.1"] });
    expect(await dig(server, "added.skyline.local.", "A")).toEqual({ ttl: 60, data: ["10.10.10.2", "10.10.10.3"] });
    expect(await dig(server, "absent.skyline.local.", "A")).toBeUndefined();
    expect(await transfer(server, "skyline.local.")).toEqual([
      "added.skyline.local. 60 A 10.10.10.2",
      "added.skyline.local. 60 A 10.10.10.3",
      "held.skyline.local. 300 A 10.10.10.1",
    ]);
  });

  test("serves the reverse zones of its networks", async () => {
    await nsupdate(server, "update add 2.10.10.10.in-addr.arpa. 60 PTR added.skyline.local.");
    expect(await transfer(server, "10.10.10.in-addr.arpa.")).toEqual(["2.10.10.10.in-addr.arpa. 60 PTR added.skyline.local."]);
    expect(await serialOf(server, "0.1.0.0.0.1.0.0.0.1.0.0.0.0.d.f.ip6.arpa.")).toBe(1);
  });

  test("keeps changes over an outage", async () => {
    await nsupdate(server, "update add kept.skyline.local. 60 A 10.10.10.4");
    await server.kill();
    expect(await dig(server, "kept.skyline.local.", "A").catch(String)).toMatch(/connection refused/);
    await server.start();
    expect(await dig(server, "kept.skyline.local.", "A")).toEqual({ ttl: 60, data: ["10.10.10.4"] });
  });

  test("answers late after a freeze", async () => {
    await server.freeze();
    const asked = dig(server, "held.skyline.local.", "A");
    const first = await Promise.race([asked, new Promise((done) => setTimeout(done, 200, "nothing yet"))]);
    server.thaw();
    expect(first).toBe("nothing yet");
    expect(await asked).toEqual({ ttl: 300, data: ["10.10.10.1"] });
  });

  test("leaves nothing behind", async () => {
    const short = await startNameServer(kind, { address: "127.53.1.2" });
    expect(await isFreeForTcp(short.address, short.port)).toBe(false);
    await short.stop();
    expect(await isFreeForTcp(short.address, short.port)).toBe(true);
    expect(existsSync(short.folder)).toBe(false);
  });

  test("that cannot start says where its log is and how that ends", async () => {
    const broken = await startNameServer(kind, { address: "127.53.1.2" });
    try {
      await broken.kill();
      await breakConfiguration(broken);
      const message = await broken.start().catch(String);
      expect(message).toContain(`Starting ${kind} on ${broken.address}:${broken.port}: ended with`);
      expect(message).toContain(`${broken.logFile} ends with:\n`);
      expect(message).toMatch(/no-such-option/);
    } finally {
      await broken.stop();
    }
  });

  test("that is not installed says how to get it", async () => {
    const message = await startNameServer(kind, { address: "127.53.1.2", programFolders: [] }).catch(String);
    expect(message).toMatch(
      / is not installed: apt-get install (bind9|knot|pdns-server) ?.*, or run `npm test` where it may install that\.$/,
    );
  });
});

test.each([
  ["10.10.10.0/24", "10.10.10.in-addr.arpa."],
  ["10.10.0.0/16", "10.10.in-addr.arpa."],
  ["fd00:10:10:10::/64", "0.1.0.0.0.1.0.0.0.1.0.0.0.0.d.f.ip6.arpa."],
  ["fd00::/8", "d.f.ip6.arpa."],
])("the reverse zone of %s is %s", (network, zone) => {
  expect(reverseZoneName(network)).toBe(zone);
});

async function breakConfiguration({ folder, kind }: NameServer): Promise<void> {
  const file = `${folder}/${{ bind: "named.conf", knot: "knot.conf", powerdns: "pdns.conf" }[kind]}`;
  const line = { bind: "no-such-option;", knot: "no-such-option:", powerdns: "no-such-option=1" }[kind];
  await writeFile(file, `${await readFile(file, "utf8")}\n${line}\n`);
}
