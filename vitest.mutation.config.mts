import { defineConfig } from "vitest/config";

/** The tests of the mutation run, whose configuration is stryker.config.mjs. */
export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    env: { TEST_SUITE: "fast", TEST_PROVIDER: "inProcess" },
    include: ["tests/{core,failover,records,contract,conditions,operations}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxConcurrency: 1,
    maxWorkers: 2,
  },
});
