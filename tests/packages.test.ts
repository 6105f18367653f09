import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import * as core from "pulumi-dataminer-failover/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FailoverError } from "../provider/core/errors.js";
import { PackedProject } from "./support/packedProject.js";

const run = promisify(execFile);
const repository = resolve(__dirname, "..");
const commandLine = ["commander", "hono", "@hono/node-server", "prom-client", "xmlbuilder", "cli-table3", "picocolors", "selfsigned"];

let project: PackedProject;

/** All three, side by side. */
beforeAll(async () => {
  project = await PackedProject.create({ packages: ["pulumi-dataminer-failover", "dataminer-failover-simulator", "dma-failover"] });
});
afterAll(() => project.remove());

const folderOf = (name: string) => join(project.folder, "node_modules", name);

test("a Pulumi program's install brings no web server, no command line parser and no metrics library", async () => {
  const list = ["ls", "--omit=dev", "--all", "--workspaces=false", "--parseable"];
  const { stdout } = await run("npm", list, { cwd: repository });
  const [, ...brought] = stdout.trim().split("\n");
  const names = brought.map((folder) => folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length));
  expect(names.sort()).toEqual(["@leichtgewicht/ip-codec", "dns-packet", "undici", "yaml", "zod"]);
  expect(names.filter((name) => commandLine.includes(name))).toEqual([]);
});

test("tests run on the sources, by whichever name they are imported: one instance of everything", () => {
  expect(core.FailoverError).toBe(FailoverError);
});

describe("the packed command line, beside the library and the simulator", () => {
  const command = (...args: string[]) => [join(folderOf("dma-failover"), "bin/dma-failover.js"), ...args];

  test("holds what it needs to run, and nothing else", async () => {
    expect((await readdir(folderOf("dma-failover"))).sort()).toEqual(["LICENSE", "README.md", "bin", "dist", "package.json"]);
    expect((await readdir(folderOf("dataminer-failover-simulator"))).sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  });

  test("simulates two Agents that it can read the status of, until it is stopped", async () => {
    const ports = ["--port", "0", "--dns-port", "0", "--control-port", "0"];
    const place = ["--main", "127.57.9.1", "--backup", "127.57.9.2", "--token-env", "PACKED_TOKEN"];
    const env = { ...process.env, PACKED_TOKEN: "0123456789-packed-token-abcdefghijkl" };
    const child = spawn(process.execPath, command("simulate", ...ports, ...place), { cwd: project.folder, env });
    const ended = once(child, "exit");
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (printed += text.toString()));
    try {
      await expect.poll(() => printed).toContain("Ctrl+C stops it.");
      const [, port = ""] = /127\.57\.9\.1:(\d+)/.exec(printed) ?? [];
      const agents = [
        "--main",
        "127.57.9.1",
        "--backup",
        "127.57.9.2",
        "--protocol",
        "http",
        "--port",
        port,
        "--token-env",
        "PACKED_TOKEN",
      ];
      const asked = run(process.execPath, command("status", "--json", ...agents), { cwd: project.folder, env });
      const { code, stdout } = (await asked.catch((error: unknown) => error)) as { code: number; stdout: string };
      expect(code).toBe(3);
      expect(JSON.parse(stdout)).toMatchObject({ pairs: [{ members: { main: { reachable: true, agentName: "DMA-MAIN" } } }] });
    } finally {
      child.kill("SIGTERM");
    }
    expect(await ended).toEqual([0, null]);
  });
});
