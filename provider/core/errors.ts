import { inspect } from "node:util";
import type { ErrorCode, ProductCode } from "./errorCodes.js";
import { redact } from "./redaction.js";

/** Facts of an error for programs: plain values, never a secret. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/**
 * The root of every error this package throws on purpose. `message` is one line: act and target, what was seen, what to do.
 * `code` is stable: programs compare it, never the message.
 */
export class FailoverError extends Error {
  /** Name of the class. */
  override readonly name: string = "FailoverError";
  /** Stable: compare it rather than the message. */
  readonly code: ErrorCode | ProductCode;
  /** The page in docs/runbooks that says what to do. */
  readonly runbook: ErrorCode;
  /** What the error is about: plain values, never a secret. */
  readonly facts: ErrorFacts;
  /** The message without the name of its page, which is added once, where the error is shown: it may be quoted by another one. */
  readonly reason: string;

  /** `productCode`: what the product calls it, where `code` is one page for all of its codes. */
  constructor(code: ErrorCode, message: string, options: { facts?: ErrorFacts; cause?: unknown; productCode?: string } = {}) {
    super(oneLine(redact(message)), options.cause === undefined ? undefined : { cause: withoutSecrets(options.cause) });
    this.code = options.productCode === undefined ? code : oneLine(redact(options.productCode));
    this.runbook = code;
    this.reason = this.message;
    this.facts = Object.fromEntries(
      Object.entries(options.facts ?? {}).map(([name, fact]) => [name, typeof fact === "string" ? redact(fact) : fact]),
    );
    // The dynamic-provider process prints the stack of an error of check, diff, read and delete. For an expected error
    // the trace is noise between the lines that a person needs; its code is what helps to look it up.
    this.stack = `(${this.code})`;
  }
}

/** What somebody declared cannot be done, and nothing was touched. */
export class RefusedError extends FailoverError {
  /** Name of the class. */
  override readonly name = "RefusedError";
}

/** A wait came to its end without reaching its target. */
export class WaitError extends FailoverError {
  /** Name of the class. */
  override readonly name = "WaitError";
}

/** State that this version of the package cannot read. */
export class StateError extends FailoverError {
  /** Name of the class. */
  override readonly name = "StateError";
}

/** Text of anything that was thrown, on one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof FailoverError) return error.reason;
  if (error instanceof Error) return oneLine(error.message || error.name);
  return oneLine(typeof error === "string" ? error : inspect(error));
}

/** The text on one line, without what a foreign text could do to a terminal: control and formatting characters. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
}

/** What lies beneath an error of ours, as text only: foreign errors carry sockets and whole answers. */
function withoutSecrets(cause: unknown): Error {
  if (cause instanceof FailoverError) return cause;
  const shown = new Error(redact(reasonOf(cause)));
  if (!(cause instanceof Error)) return shown;
  shown.name = cause.name;
  shown.stack = redact(cause.stack ?? shown.message);
  return shown;
}
