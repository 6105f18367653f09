import { readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PackedProject, packageName } from "../support/packedProject.js";
import { readmeBlocks, readmeInstall } from "../support/readme.js";
import { Stack } from "../support/stack.js";

const modules = resolve(__dirname, "../../node_modules");

let project: PackedProject;
let stack: Stack;

/** The README's program in a project of its own, where nothing is found that the install line does not bring. */
beforeAll(async () => {
  project = await PackedProject.create({ others: await libraries() });
  await writeFile(join(project.folder, "index.ts"), onLoopback(readmeBlocks("ts")[0] ?? ""));
  await writeFile(join(project.folder, "package.json"), JSON.stringify({ main: "index.ts" }));
  // Libraries are links into this repository, and must not find its own compiler there.
  const environment = {
    NODE_OPTIONS: "--preserve-symlinks --preserve-symlinks-main",
    DMA_TOKEN: "given-to-no-agent",
    DNS_KEY_SECRET: "c2VjcmV0",
  };
  stack = await Stack.create({ main: project.folder, environment });
});

afterAll(async () => {
  await stack.remove();
  await project.remove();
});

/** The same addresses where nobody answers: a preview asks the Agents and the name server, and a test asks nobody else's. */
const onLoopback = (program: string): string => program.replace(/\b10(?=\.\d+\.\d+\.\d+\b)/g, "127");

/** What the packages of the install line bring with them; a compiler is brought by its own name only. */
async function libraries(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(modules)) {
    if (name.startsWith("@") && name !== "@pulumi") found.push(...(await readdir(join(modules, name))).map((inner) => `${name}/${inner}`));
    else if (!/^(\.|@|typescript|ts-node|pulumi-|dma-failover|dataminer-failover)/.test(name)) found.push(name);
  }
  return found;
}

async function withCompiler(name: string | undefined): Promise<{ code: number | null; output: string }> {
  const link = join(project.folder, "node_modules/typescript");
  await rm(link, { force: true });
  if (name !== undefined) await symlink(join(modules, name), link, "dir");
  return stack.run("preview");
}

test("what the README installs runs the README's program", async () => {
  expect(readmeInstall()).toEqual([packageName, "@pulumi/pulumi", "typescript@6"]);
  const { code, output } = await withCompiler("typescript-6.0");
  expect(`${code}\n${output}`).toMatch(/^0\n/);
  expect(output).toContain("+ 5 to create");
});

test("without one Pulumi's own cannot read the declarations, as the README says", async () => {
  const { code, output } = await withCompiler(undefined);
  expect(code).not.toBe(0);
  expect(output).toContain("TSError");
});
