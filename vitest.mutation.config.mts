import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { patient } from "./tests/support/patienceFactor.mjs";
import { needProcess, thoroughFiles } from "./tests/support/suites.mjs";

const rooms = ["core", "failover", "records", "conditions", "contract", "operations"];

/** The quick tests first: a mutant is done with as soon as one test fails. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => rooms.findIndex((room) => moduleId.includes(`/tests/${room}/`));
    return [...files].sort((one, other) => place(one) - place(other) || one.moduleId.localeCompare(other.moduleId));
  }
}

/** The tests of the mutation run; its own configuration, and how it is called, is stryker.config.mjs. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    environment: "node",
    // Coverage is counted for one test at a time.
    maxConcurrency: 1,
    sequence: { sequencer: QuickFirst },
    env: { TEST_SUITE: "fast", TEST_PROVIDER: "inProcess" },
    include: rooms.map((room) => `tests/${room}/**/*.test.ts`),
    exclude: [...thoroughFiles, ...needProcess],
    testTimeout: patient(60_000),
    hookTimeout: patient(60_000),
    expect: { poll: { timeout: patient(15_000), interval: 20 } },
  },
});
