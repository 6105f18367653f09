/** Facts of an error for programs: plain values, never a secret. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The root of every error this package throws on purpose. `message` is one line: act and target, what was seen, what to do.
 * `code` is stable: programs compare it, never the message.
 */
export class FailoverError extends Error {
  override readonly name: string = "FailoverError";
  readonly code: string;
  readonly facts: ErrorFacts;

  constructor(code: string, message: string, options: { facts?: ErrorFacts; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
    // The dynamic-provider process prints the stack of an error of check, diff, read and delete. For an expected error
    // the trace is noise between the lines that a person needs; its code is what helps to look it up.
    this.stack = `(${code})`;
  }
}

/** What somebody declared cannot be done, and nothing was touched. */
export class RefusedError extends FailoverError {
  override readonly name = "RefusedError";
}

/** A wait came to its end without reaching its target. */
export class WaitError extends FailoverError {
  override readonly name = "WaitError";
}

/** State that this version of the package cannot read. */
export class StateError extends FailoverError {
  override readonly name = "StateError";
}

/** Text of anything that was thrown, on one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
