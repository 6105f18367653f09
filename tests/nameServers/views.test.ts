import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutClaims } from "../contract/claims.js";
import { Resource } from "../contract/resource.js";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { transfer } from "../support/nameServers/dig.js";
import type { Keys } from "../support/nameServers/keys.js";
import { host, onEachServer, zone } from "./place.js";

let provider: DynamicProvider;
beforeAll(async () => {
  provider = await DynamicProvider.start("sharedHostnameRecord");
});
afterAll(() => provider.stop());

const reverse = "10.10.10.in-addr.arpa.";
const records = [
  `${host("dma")} 300 A 10.10.10.1`,
  `${host("dma")} 300 A 10.10.10.2`,
  ...[1, 2].map((last) => `${last}.${reverse} 300 PTR ${host("dma")}`),
].sort();

onEachServer(
  { address: "127.53.15.1", views: ["writer"] },
  (place) => {
    const argsOf = (keyFile: string) => ({
      hostname: "dma",
      addresses: ["10.10.10.1", "10.10.10.2"],
      dns: { server: `${place.server.address}:${place.server.port}`, zone: "skyline.local", keyFile },
      __owner: "room/test/dma",
    });
    const seenBy = async (use: keyof Keys) => {
      const { server } = place;
      return (await Promise.all([zone, reverse].map((each) => transfer(server, each, server.keys[use])))).flat().sort();
    };

    test("a key that sees another view of the same zones: the records move there from the old one", async () => {
      const { writer, second } = place.server.keys;
      const resource = await new Resource(provider).up(argsOf(writer.file));
      expect([withoutClaims(await seenBy("writer")), await seenBy("second")]).toEqual([records, []]);
      await resource.up(argsOf(second.file));
      expect([await seenBy("writer"), withoutClaims(await seenBy("second"))]).toEqual([[], records]);
      expect(resource.outs.warnings).toEqual([]);
      await resource.refresh();
      expect(await resource.diff(argsOf(second.file))).toMatchObject({ changes: false });
      await resource.destroy();
      expect([await seenBy("writer"), await seenBy("second")]).toEqual([[], []]);
    });

    test("and the old key is lost: it is told what stays and where", async () => {
      const { writer, second } = place.server.keys;
      const lost = join(place.server.folder, "lost.key");
      await copyFile(writer.file, lost);
      const resource = await new Resource(provider).up(argsOf(lost));
      await rm(lost);
      await resource.up(argsOf(second.file));
      expect(resource.outs.warnings).toEqual([
        expect.stringMatching(
          new RegExp(
            `^records may still stand at 127\\.0\\.0\\.1:\\d+ with key file ${lost}: A ${host("dma")} 10\\.10\\.10\\.1; .* by hand`,
          ),
        ),
      ]);
      expect([await seenBy("writer"), await seenBy("second")].map(withoutClaims)).toEqual([records, records]);
      await resource.destroy();
      expect([withoutClaims(await seenBy("writer")), await seenBy("second")]).toEqual([records, []]);
    });
  },
  ["bind"],
);
