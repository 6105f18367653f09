/**
 * `npm run test:mutation`: changes the code of the rooms that decide what is done to a pair or a record, piece by piece, and asks
 * the tests whether they notice. One room: `npm run test:mutation -- --mutate 'provider/core/**'`; with that room's own tests only:
 * `--testFiles 'tests/core/**'`. The report is .cache/mutation/report.html; what did not change since the last run is not tried again.
 */

const folder = ".cache/mutation";

/**
 * A text of four words or more is a sentence for a person. What a test holds of it stands in that test; an empty sentence is a mistake
 * that a reader sees, and a mutant of it says nothing about what the code does. Names, codes, states and the product's own texts are shorter.
 */
const sentences = {
  kind: "Ignore",
  name: "sentences",
  value: {
    shouldIgnore({ node }) {
      const texts =
        node.type === "StringLiteral" ? [node.value] : node.type === "TemplateLiteral" ? node.quasis.map(({ value }) => value.raw) : [];
      return texts.join("x").trim().split(/\s+/).length >= 4 ? "a sentence for a person" : undefined;
    },
  },
};

/** A plugin's module has this export: this file is one, too. */
export const strykerPlugins = [sentences];

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: ["provider/{core,failover,failoverPair,records}/**/*.ts"],
  plugins: ["@stryker-mutator/vitest-runner", import.meta.filename],
  ignorers: [sentences.name],
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.mts", related: false },
  // A mutant is tried by the tests that reach it. That needs the provider in the tests' own process.
  coverageAnalysis: "perTest",
  // A table that is built while a file is loaded is reached by every test, so each of its mutants costs a whole run.
  ignoreStatic: process.env.MUTATION_STATIC !== "true",
  concurrency: 2,
  // A mutant that waits for what never comes meets the limits of vitest.mutation.config.mts first.
  timeoutMS: 30_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 45,
  incremental: true,
  incrementalFile: `${folder}/incremental.json`,
  tempDirName: `${folder}/sandbox`,
  ignorePatterns: ["dist", "docs", ".cache", ".demo"],
  disableTypeChecks: false,
  reporters: ["progress-append-only", "clear-text", "html", "json"],
  clearTextReporter: { logTests: false, reportTests: false, reportMutants: true, allowColor: false },
  htmlReporter: { fileName: `${folder}/report.html` },
  jsonReporter: { fileName: `${folder}/report.json` },
};
