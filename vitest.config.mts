import { defineConfig } from "vitest/config";
import { patient } from "./tests/support/patienceFactor.mjs";
import { filesOf, type Suite, suites } from "./tests/support/suites.mjs";

const reporters = ["default"];
if (process.env.GITHUB_ACTIONS === "true") reporters.push("github-actions");
// `.ci/run` reads the counts of its last line from there.
const results = process.env.TEST_RESULTS;
if (results) reporters.push("json");

const project = (name: Suite) => ({ extends: true as const, test: { name, env: { TEST_SUITE: name }, ...filesOf(name) } });

export default defineConfig({
  // The packages of this house by name, too, are their sources here, as tsconfig.json says: one instance of everything.
  resolve: { tsconfigPaths: true },
  test: {
    environment: "node",
    pool: "forks",
    // For two cores: many tests wait more than they work.
    maxWorkers: 3,
    passWithNoTests: false,
    reporters,
    ...(results ? { outputFile: { json: results } } : {}),
    // Only what hangs meets these. One step of a story is a whole `pulumi up`.
    testTimeout: patient(180_000),
    hookTimeout: patient(180_000),
    expect: { poll: { timeout: patient(30_000), interval: 20 } },
    projects: suites.map(project),
  },
});
