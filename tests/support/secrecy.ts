import { inspect } from "node:util";
import { afterEach, beforeEach, expect } from "vitest";

/** Whoever reads an error or a line of the run; each sees everything that a person could see. */
export interface Watch {
  /** The error that the call ends with. A call that succeeds fails the test. */
  failureOf<Failure extends Error = Error>(call: Promise<unknown> | (() => unknown)): Promise<Failure>;
  /** What was written to stderr in this test, line by line. */
  readonly lines: string[];
}

/** For a whole test file: after each test, none of these secrets stands in an error it caught or in a line it wrote. */
export function watchForSecrets(...secrets: string[]): Watch {
  const failures: unknown[] = [];
  const lines: string[] = [];
  const write = process.stderr.write;

  beforeEach(() => {
    failures.length = 0;
    lines.length = 0;
    process.stderr.write = (chunk: unknown) => {
      lines.push(...String(chunk).split("\n").filter(Boolean));
      return true;
    };
  });

  afterEach(() => {
    process.stderr.write = write;
    const shown = [...failures.flatMap(everythingShown), ...lines];
    for (const spelling of secrets.flatMap(spellingsOf)) {
      expect(shown.filter((text) => text.includes(spelling))).toEqual([]);
    }
  });

  return {
    lines,
    failureOf: async <Failure extends Error>(call: Promise<unknown> | (() => unknown)) => {
      try {
        await (typeof call === "function" ? call() : call);
      } catch (error) {
        failures.push(error);
        return error as Failure;
      }
      throw new Error("It succeeded, but it should have failed.");
    },
  };
}

/** All that Node.js, Pulumi or a person could print of it. */
function everythingShown(error: unknown): string[] {
  const printed = [String(error), inspect(error, { depth: 12, showHidden: true })];
  if (!(error instanceof Error)) return printed;
  // A log of lines of JSON prints an error this way; an error that it cannot print would end the log.
  return [...printed, error.message, error.stack ?? "", JSON.stringify({ ...error }), ...everythingShown(error.cause ?? "")];
}

const spellingsOf = (secret: string) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
