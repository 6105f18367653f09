import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = resolve(__dirname, "..");
const packed = join(repository, ".cache/packed");
const bin = (name: string) => join(repository, "node_modules/.bin", name);

const folders = [".", "simulator", "cli"];

/** Packs each package once, as it was built, and has publint and are-the-types-wrong judge what would be published. */
async function main(): Promise<void> {
  await rm(packed, { recursive: true, force: true });
  await mkdir(packed, { recursive: true });
  for (const folder of folders) {
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", packed];
    const { stdout } = await run("npm", pack, { cwd: join(repository, folder) });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const tarball = join(packed, filename);
    await run(bin("publint"), ["--strict", tarball]);
    await run(bin("attw"), [tarball, "--profile", "node16"]);
  }
}

main().catch((error: Error & { stdout?: string; stderr?: string }) => {
  console.error([error.stdout, error.stderr].filter(Boolean).join("\n") || error.message);
  process.exitCode = 1;
});
