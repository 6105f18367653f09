import type { ErrorCode } from "../core/errorCodes.js";
import { type ErrorFacts, FailoverError } from "../core/errors.js";

/** Cut to a length that a line can bear. */
export const shownText = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text);

/** Every code of a DnsError. */
export type DnsErrorCode = Extract<ErrorCode, `DNS_${string}`>;

/** Something about a name server, or about what is asked of it. `code` is stable: programs compare it, never the message. */
export class DnsError extends FailoverError {
  /** Name of the class. */
  override readonly name: string = "DnsError";
  /** Stable: compare it rather than the message. */
  declare readonly code: DnsErrorCode;
  /** Whether certainly nothing was changed. */
  readonly nothingDone: boolean;

  constructor(code: DnsErrorCode, message: string, options: { facts?: ErrorFacts; cause?: unknown; nothingDone?: boolean } = {}) {
    super(code, message, options);
    this.nothingDone = options.nothingDone ?? true;
  }
}

/** The same error with a sentence more, or less certainty that nothing was changed. */
export function amended(
  error: DnsError,
  { more = "", nothingDone = error.nothingDone }: { more?: string; nothingDone?: boolean },
): DnsError {
  return new DnsError(error.code, `${error.message}${more}`, { facts: error.facts, cause: error, nothingDone });
}

/** Text that is no domain name. */
export class DnsNameError extends DnsError {
  /** Name of the class. */
  override readonly name = "DnsNameError";
}

/** Bytes that are no DNS message, or values that fit into none. */
export class DnsFormatError extends DnsError {
  /** Name of the class. */
  override readonly name = "DnsFormatError";
}
