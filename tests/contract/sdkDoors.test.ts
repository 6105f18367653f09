import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DynamicProvider } from "../support/dynamicProvider.js";
import { PackedProject, packageName } from "../support/packedProject.js";
import { token, tokenEnv } from "../support/world.js";
import { closeWorlds, openPrepared } from "./pairs.js";
import { Resource } from "./resource.js";
import { closeWorlds as closeVirtualIpWorlds, openVirtualIpWorld } from "./virtualIpWorld.js";

const run = promisify(execFile);

let packed: PackedProject;
let project: string;

beforeAll(async () => {
  packed = await PackedProject.create();
  project = packed.folder;
});

afterAll(async () => {
  await closeWorlds();
  await closeVirtualIpWorlds();
  await packed.remove();
});

/** What a program of that project prints, as JSON. */
async function program(file: string, text: string): Promise<unknown> {
  await writeFile(join(project, file), text);
  const { stdout } = await run(process.execPath, [file], { cwd: project });
  return JSON.parse(stdout) as unknown;
}

const doors = ["DmaAgent", "FailoverPair", "SharedHostnameRecord", "VirtualIp", "standardHeartbeats"];

describe("the packed package", () => {
  test("opens from a CommonJS program", async () => {
    const text = `console.log(JSON.stringify(Object.keys(require("${packageName}")).sort()));`;
    expect(await program("door.cjs", text)).toEqual(doors);
  });

  test("opens from an ESM program, by name", async () => {
    const text = `
      import { ${doors.join(", ")} } from "${packageName}";
      import { DnsClient, hmacSigner } from "${packageName}/dns";
      import { dmaAgent, failoverPair, sharedHostnameRecord, virtualIp } from "${packageName}/provider";
      const handlers = [dmaAgent, failoverPair, sharedHostnameRecord, virtualIp].map(({ check }) => check);
      console.log(JSON.stringify([${doors.join(", ")}, DnsClient, hmacSigner, ...handlers].map((door) => typeof door)));`;
    expect(await program("door.mjs", text)).toEqual(new Array(11).fill("function"));
  });

  test("has the doors that users' state and tests name, and no other way in", async () => {
    const resolved = (door: string) => program("resolve.cjs", `console.log(JSON.stringify(require.resolve("${packageName}${door}")));`);
    for (const [door, file] of [
      ["", "sdk/index"],
      ["/provider", "provider/index"],
      ["/operations", "operations/index"],
      ["/dns", "provider/dns/index"],
      ["/dns/messages", "provider/dns/messages"],
      ["/agent", "provider/agent/index"],
      ["/failover", "provider/failover/index"],
      ["/core", "provider/core/index"],
    ] as const) {
      expect(await resolved(door)).toBe(join(project, "node_modules", packageName, "dist", `${file}.js`));
    }
    await expect(resolved("/dist/provider/index.js")).rejects.toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("loads neither the provider nor its libraries into a program: it must start fast", async () => {
    const loaded = await program("cache.cjs", `require("${packageName}"); console.log(JSON.stringify(Object.keys(require.cache)));`);
    const ours = join(project, "node_modules", packageName, "dist");
    const beyond = (loaded as string[]).filter((file) => file.startsWith(ours) && !file.startsWith(join(ours, "sdk")));
    expect(beyond).toEqual([]);
    expect((loaded as string[]).filter((file) => /node_modules\/(zod|undici|yaml|dns-packet)\//.test(file))).toEqual([]);
  });

  test("loads for the DNS client that room alone: no schema, no engine, no client of Agents", async () => {
    const text = `require("${packageName}/dns"); console.log(JSON.stringify(Object.keys(require.cache)));`;
    const loaded = ((await program("dns.cjs", text)) as string[]).filter((file) => !file.endsWith("dns.cjs"));
    const ours = join(project, "node_modules", packageName, "dist", "provider");
    expect(new Set(loaded.filter((file) => file.startsWith(ours)).map((file) => relative(ours, file).split(sep)[0]))).toEqual(
      new Set(["core", "dns"]),
    );
    const packages = loaded.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
    expect([...new Set(packages)].sort()).toEqual(["@leichtgewicht/ip-codec", "dns-packet", packageName]);
  });

  test("holds what it needs to run, and nothing of the repository's tests and tools", async () => {
    const held = await readdir(join(project, "node_modules", packageName));
    expect(held.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "docs", "package.json"]);
    expect((await readdir(join(project, "node_modules", packageName, "dist"))).sort()).toEqual(["operations", "provider", "sdk"]);
  });

  test("has no script that npm would run, or warn of, where it is installed", () => {
    const atInstall = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];
    expect(Object.keys(packed.manifest.scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  const declared: Record<string, () => Promise<Record<string, unknown>>> = {
    dmaAgent: async () => (await openPrepared("60.251")).world.connection(1, { __owner: "room/test/agent" }),
    failoverPair: async () => (await openPrepared("60.252")).args(),
    sharedHostnameRecord: async () => {
      const { at, args } = await openVirtualIpWorld("60.253");
      const { server, zone, keyFile } = args().dns as Record<string, unknown>;
      return { hostname: "dma", addresses: [at(1), at(2)], dns: { server, zone, keyFile }, __owner: "room/test/dma" };
    },
    virtualIp: async () => (await openVirtualIpWorld("60.254")).args(),
  };
  test.each(Object.entries(declared))("is found by the text in state, from the project's folder: %s", async (handler, args) => {
    const provider = await DynamicProvider.start(handler, { [tokenEnv]: token }, project);
    try {
      const resource = await new Resource(provider).up(await args());
      expect(await resource.refresh()).toBe(true);
      await resource.destroy();
    } finally {
      provider.stop();
    }
  });
});
