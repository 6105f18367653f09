import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PackedProject } from "../support/packedProject.js";
import { readmeBlocks, readmeInstall } from "../support/readme.js";

const repository = resolve(__dirname, "../..");
const examples = ["virtual-ip", "shared-hostname"];

let project: PackedProject;

/** The README's programs and the examples, as files of a project that has the packed package. */
beforeAll(async () => {
  project = await PackedProject.create({ others: ["@types/node"] });
  for (const [index, program] of readmeBlocks("ts").entries()) await writeFile(join(project.folder, `readme${index + 1}.mts`), program);
  for (const name of examples) await cp(join(repository, "examples", name, "index.ts"), join(project.folder, `${name}.ts`));
  const compilerOptions = { target: "es2022", module: "nodenext", lib: ["es2023"], strict: true, noEmit: true, types: ["node"] };
  await writeFile(join(project.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts", "*.mts"] }));
  await writeFile(join(project.folder, "package.json"), JSON.stringify({ type: "commonjs" }));
});

afterAll(() => project.remove());

const manifestOf = async (name: string) =>
  JSON.parse(await readFile(join(repository, "node_modules", name, "package.json"), "utf8")) as { version: string };
const minorOf = (version: string) => version.split(".").slice(0, 2).join(".");

/** What the compiler says: the declarations of every package are judged too unless they are to be skipped. */
function check(compiler: string, skipLibCheck: boolean): Promise<{ code: number; output: string }> {
  const tsc = join(repository, "node_modules", compiler, "bin/tsc");
  return new Promise((done) => {
    execFile(process.execPath, [tsc, "-p", ".", "--skipLibCheck", String(skipLibCheck)], { cwd: project.folder }, (error, stdout) =>
      done({ code: error === null ? 0 : Number(error.code), output: stdout }),
    );
  });
}

describe("programs compile against the packed declarations", () => {
  // zod's declarations name NoInfer, which came with TypeScript 5.4.
  test.each([
    ["typescript-5.0", true],
    ["typescript-5.4", true],
    ["typescript-5.4", false],
    ["typescript", true],
    ["typescript", false],
    ["typescript-6.0", true],
    ["typescript-6.0", false],
  ] as const)("%s, skipLibCheck: %s", async (compiler, skipLibCheck) => {
    expect(await check(compiler, skipLibCheck)).toEqual({ code: 0, output: "" });
  });

  test("a wrong argument is told by the oldest one too: the types are there, and no any", async () => {
    const wrong = 'import { DmaAgent } from "pulumi-dataminer-failover";\nnew DmaAgent("main", { host: 5 });\n';
    await writeFile(join(project.folder, "wrong.ts"), wrong);
    const { code, output } = await check("typescript-5.0", true);
    await writeFile(join(project.folder, "wrong.ts"), "export {};\n");
    expect(code).not.toBe(0);
    expect(output).toContain("wrong.ts(2,24): error TS2322: Type 'number' is not assignable to type 'Input<string>'");
  });
});

describe("the range of compilers", () => {
  test("is the optional peer's: from the oldest that is tried here on", async () => {
    expect(project.manifest.peerDependencies?.typescript).toBe(`>=${minorOf((await manifestOf("typescript-5.0")).version)}`);
    expect(project.manifest.peerDependenciesMeta?.typescript).toEqual({ optional: true });
  });

  test("is the README's too, whose install line names every peer", async () => {
    const names = readmeInstall().map((wanted) => wanted.replace(/(?<=.)@.*$/, ""));
    expect(names).toEqual(expect.arrayContaining(Object.keys(project.manifest.peerDependencies ?? {})));
    const major = (await manifestOf("typescript-6.0")).version.split(".")[0];
    expect(readmeInstall()).toContain(`typescript@${major}`);
  });

  test("leaves this repository's own compiler the one that its scripts call", async () => {
    const own = await readFile(join(repository, "node_modules/.bin/tsc"), "utf8");
    expect(own).toBe(await readFile(join(repository, "node_modules/typescript/bin/tsc"), "utf8"));
  });
});
