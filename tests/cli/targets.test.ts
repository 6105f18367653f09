import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type TargetOptions, targetOf, targetsOf } from "../../cli/targets.js";
import { pulumiEnvironment } from "../../tools/pulumi/environment.js";
import { findPulumi } from "../../tools/pulumi/find.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "targets-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const options = (more: Partial<TargetOptions>): TargetOptions => ({ cwd: ".", protocol: "https", ...more });
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("targets by flags", () => {
  test("are one pair, whose token is in DMA_TOKEN unless told otherwise", async () => {
    expect(await targetsOf(options({ main: "10.0.0.1", backup: "10.0.0.2" }))).toEqual([
      {
        name: "10.0.0.1+10.0.0.2",
        main: { host: "10.0.0.1", protocol: "https", tokenEnv: "DMA_TOKEN" },
        backup: { host: "10.0.0.2", protocol: "https", tokenEnv: "DMA_TOKEN" },
      },
    ]);
  });

  test("take everything that a connection has", async () => {
    const flags = {
      main: "dma-main",
      backup: "dma-backup",
      mainAddress: "10.0.0.1",
      backupAddress: "10.0.0.2",
      protocol: "http",
      port: 8110,
      basePath: "/gateway",
      caFile: "ca.pem",
      tokenFile: "token",
      pair: ["north"],
    } as const;
    const shared = { protocol: "http", port: 8110, basePath: "/gateway", caFile: "ca.pem", tokenFile: "token" };
    expect(await targetOf(options({ ...flags, pair: ["north"] }))).toEqual({
      name: "north",
      main: { host: "dma-main", address: "10.0.0.1", ...shared },
      backup: { host: "dma-backup", address: "10.0.0.2", ...shared },
    });
  });

  test.each<[string, Partial<TargetOptions>, string]>([
    ["nothing", {}, "found none"],
    ["two places", { inventory: "a.yaml", main: "10.0.0.1" }, "found --inventory and --main and --backup"],
    ["one member", { main: "10.0.0.1" }, "--backup is missing"],
  ])("refuse %s", async (_, given, message) => {
    await expect(targetsOf(options(given))).rejects.toMatchObject({ code: "NO_TARGET", message: expect.stringContaining(message) });
  });
});

const pair = (last: number) => ({
  main: { host: `10.0.${last}.1`, tokenEnv: "A" },
  backup: { host: `10.0.${last}.2`, tokenEnv: "A" },
  virtualIps: [{ network: "corporate", address: `10.0.${last}.5`, prefixLength: 24 }],
  mode: "manual",
  heartbeats: [
    { kind: "normal", from: "main", target: { agent: "backup" } },
    { kind: "normal", from: "backup", target: { agent: "main" } },
  ],
});

describe("targets of an inventory", () => {
  const inventory = () => {
    const file = join(folder, "pairs.json");
    const pairs = [
      { name: "north", ...pair(1) },
      { name: "south", ...pair(2) },
    ];
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, pairs }));
    return file;
  };

  test("are its pairs, with what they are declared as", async () => {
    const found = await targetsOf(options({ inventory: inventory() }));
    expect(found.map(({ name, main }) => [name, main.host])).toEqual([
      ["north", "10.0.1.1"],
      ["south", "10.0.2.1"],
    ]);
    expect(found[0]?.declared).toMatchObject({ mode: "manual" });
  });

  test("are those that are named, or the one that is meant", async () => {
    const file = inventory();
    expect(await targetsOf(options({ inventory: file, pair: ["south"] }))).toHaveLength(1);
    await expect(targetOf(options({ inventory: file }))).rejects.toThrow("there are north, south. Name one with --pair.");
    await expect(targetsOf(options({ inventory: file, pair: ["east"] }))).rejects.toThrow("there is north, south. Check --pair.");
    await expect(targetsOf(options({ inventory: join(folder, "none.yaml") }))).rejects.toEqual(code("INVENTORY_INVALID"));
  });
});

describe("targets of a stack", () => {
  /** A project whose stack has this state, as an `up` would have left it. */
  async function stackWith(resources: object[]): Promise<void> {
    const pulumi = await findPulumi();
    mkdirSync(join(folder, "backend"));
    const environment = pulumiEnvironment({ pulumi, backend: join(folder, "backend"), home: join(folder, "home") });
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: story\nruntime: nodejs\n");
    const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
    writeFileSync(join(folder, "state.json"), JSON.stringify({ version: 3, deployment: { manifest, resources } }));
    for (const args of [
      ["stack", "init", "test"],
      ["stack", "import", "--stack", "test", "--file", "state.json"],
    ]) {
      const { status, stderr } = spawnSync(pulumi.command, [...args, "--non-interactive"], { cwd: folder, encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    }
  }

  const resource = (type: string, name: string, inputs: object) => ({
    urn: `urn:pulumi:test::story::${type}::${name}`,
    type,
    custom: true,
    id: name,
    inputs,
    outputs: inputs,
  });
  const pairType = "pulumi-nodejs:dynamic/dataminer:FailoverPair";

  test("are found by their type, whatever they are called, and their files by the project's folder", async () => {
    const { main, ...rest } = pair(1);
    await stackWith([
      resource("pulumi-nodejs:dynamic/dataminer:DmaAgent", "FailoverPair", { host: "10.0.1.1" }),
      resource(pairType, "agents", { ...rest, main: { ...main, caFile: "ca.pem" }, __provider: "text" }),
    ]);
    const found = await targetsOf(options({ stack: ["test"], cwd: folder }));
    expect(found).toMatchObject([{ name: "agents", main: { host: "10.0.1.1", caFile: join(folder, "ca.pem") }, backup: rest.backup }]);
    expect(found[0]?.declared).toMatchObject({ mode: "manual", virtualIps: rest.virtualIps });
    expect(found[0]?.declared).not.toHaveProperty("__provider");
  });

  test("that has none, or that is not there, are an error that says where was looked", async () => {
    await stackWith([]);
    await expect(targetsOf(options({ stack: ["test"], cwd: folder }))).rejects.toEqual(code("NO_TARGET"));
    await expect(targetsOf(options({ stack: ["other"], cwd: folder }))).rejects.toMatchObject({
      code: "STACK_UNREADABLE",
      message: expect.stringMatching(/^Reading stack other in .*: no stack named 'other' found\. /),
    });
  });
});
