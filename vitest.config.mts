import { defineConfig } from "vitest/config";

const stories = "tests/stories/**/*.test.ts";

const reporters = ["default"];
if (process.env.GITHUB_ACTIONS === "true") reporters.push("github-actions");
if (process.env.CI) reporters.push("json");

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    // Two cores; a story also runs the Pulumi CLI, whose processes want a share.
    maxWorkers: 2,
    passWithNoTests: false,
    reporters,
    // `.ci/run` reads the counts of its last line from this file.
    outputFile: { json: ".cache/test-results.json" },
    projects: [
      {
        extends: true,
        test: { name: "tests", include: ["tests/**/*.test.ts"], exclude: [stories], testTimeout: 30_000, hookTimeout: 30_000 },
      },
      {
        // One step of a story is a whole `pulumi up`.
        extends: true,
        test: { name: "stories", include: [stories], testTimeout: 180_000, hookTimeout: 180_000 },
      },
    ],
  },
});
