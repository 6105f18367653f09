// The slowest test files of these results, and as the last line the tests of all of them. A file that could not even be loaded is a failure.
const { existsSync, readFileSync } = require("node:fs");
const { basename, relative } = require("node:path");

const shown = 20;
const suites = process.argv.slice(2).filter((file) => existsSync(file));
const results = suites.map((file) => JSON.parse(readFileSync(file, "utf8")));
const total = (count) => results.reduce((sum, result) => sum + count(result), 0);

const unloaded = ({ testResults }) =>
  testResults.filter(({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"));

const timed = results.flatMap(({ testResults }, index) =>
  testResults.map(({ name, startTime, endTime }) => ({
    seconds: (endTime - startTime) / 1000,
    file: relative(process.cwd(), name),
    suite: basename(suites[index], ".json").replace("test-results-", ""),
  })),
);

if (suites.length === 0) {
  console.log("No test ran.");
} else {
  console.log(`\nThe slowest ${shown} files:`);
  for (const { seconds, file, suite } of timed.sort((a, b) => b.seconds - a.seconds).slice(0, shown)) {
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${file} (${suite})`);
  }
  const skipped = total(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
  const failed = total((result) => result.numFailedTests + unloaded(result).length);
  console.log(`${total(({ numPassedTests }) => numPassedTests)} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
}
