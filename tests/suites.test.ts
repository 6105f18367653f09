import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fastAlone, fastStories, type Suite, sharedFiles, suites, thoroughFiles } from "./support/suites.mjs";

const repository = resolve(__dirname, "..");

const present = readdirSync(__dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join("tests", file))
  .sort();

/** What vitest itself finds, as `npm test` and `npm run test:rest` call it. */
async function filesIn(suite: Suite): Promise<string[]> {
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  const list = [vitest, "list", "--filesOnly", "--json", "--project", suite];
  const { stdout } = await promisify(execFile)(process.execPath, list, { cwd: repository });
  return (JSON.parse(stdout) as { file: string }[]).map(({ file }) => relative(repository, file)).sort();
}

test("every test file is in a suite, and in both only where it is said so", async () => {
  const [fast, thorough] = await Promise.all(suites.map(filesIn));
  expect([...new Set([...fast!, ...thorough!])].sort()).toEqual(present);
  const both = fast!.filter((file) => thorough!.includes(file));
  const shared = (file: string) =>
    sharedFiles.some((name) => file === name || (name.endsWith("/*.test.ts") && file.startsWith(name.slice(0, -9))));
  expect(both).toEqual(present.filter((file) => shared(file) && !fastAlone.includes(file)));
});

test("whatever is named is there", () => {
  const named = [...thoroughFiles, ...fastAlone, ...fastStories.map((name) => `tests/stories/${name}.test.ts`)];
  expect(named.filter((file) => !present.includes(file))).toEqual([]);
});
