/**
 * Which test runs when: `npm test` runs the fast suite, `npm run test:rest` the thorough one, `npm run test:all` both.
 * A new file is in the fast one, and a new story in the thorough one, unless it is named here.
 */
export const suites = ["fast", "thorough"] as const;
export type Suite = (typeof suites)[number];

/** Too long for every day: they try the same thing very often, or start many processes. */
export const thoroughFiles: readonly string[] = [
  "tests/contract/silence.test.ts",
  "tests/contract/virtualIpDrift.test.ts",
  "tests/contract/virtualIpSecrets.test.ts",
  "tests/operations/samePosition.test.ts",
  "tests/sdk/compilers.test.ts",
];

/** One life of a pair, through the real CLI. */
export const fastStories: readonly string[] = ["pairLife"];

/** In both: they ask `isThorough`, and try less in the fast suite, or one name server of three; the thorough one tries all, or the others. */
export const sharedFiles: readonly string[] = [
  "tests/conditions/neverTheWrongOne.test.ts",
  "tests/contract/dnsKilled.test.ts",
  "tests/dns/mutations.test.ts",
  "tests/nameServers/*.test.ts",
];

/** Of those the ones that the fast suite has whole: the name server that can do it is in that one. */
export const fastAlone: readonly string[] = ["tests/nameServers/views.test.ts"];

/** Not in the mutation run: what they ask for is a process of its own, the package on disk, or the same thing very often. */
export const needProcess: readonly string[] = [
  "tests/conditions/neverTheWrongOne.test.ts",
  "tests/contract/dmaAgentFarewell.test.ts",
  "tests/contract/sdkDoors.test.ts",
  "tests/operations/hostileAgent.test.ts",
];

/** As vitest takes it. Every file is in a suite: the thorough one includes all that the fast one excludes. */
export function filesOf(suite: Suite): { include: string[]; exclude: string[] } {
  const thorough = [`tests/stories/!(${fastStories.join("|")}).test.ts`, ...thoroughFiles];
  return suite === "fast"
    ? { include: ["tests/**/*.test.ts"], exclude: thorough }
    : { include: [...thorough, ...sharedFiles], exclude: [...fastAlone] };
}

/** Whether the test that asks runs in the thorough suite. */
export const isThorough = process.env.TEST_SUITE === "thorough";
