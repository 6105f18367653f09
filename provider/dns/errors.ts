import { type ErrorFacts, FailoverError } from "../core/errors.js";

/** Cut to a length that a line can bear. */
export const shownText = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}...` : text);

/** Every code of a DnsError. */
export type DnsErrorCode =
  /** The server's policy refuses; from PowerDNS also whenever it does not take the signature. */
  | "DNS_REFUSED"
  /** The server failed, and rolled back. */
  | "DNS_SERVFAIL"
  /** The server takes no updates at all. */
  | "DNS_NOTIMP"
  /** The server could not read the message. */
  | "DNS_FORMERR"
  /** The server is not primary for the zone, or the zone is no zone of its own. */
  | "DNS_NOTAUTH"
  /** A name lies outside of the zone. */
  | "DNS_NOTZONE"
  /** The secret of the key differs from the server's. */
  | "DNS_BADSIG"
  /** The server does not know the key, knows it with another algorithm, or (Knot) does not let it in. */
  | "DNS_BADKEY"
  /** The two clocks differ. Facts: `skewSeconds`, this machine's clock minus the server's. */
  | "DNS_BADTIME"
  /** The server does not take a signature of this length. */
  | "DNS_BADTRUNC"
  /** Something else stands there than was expected. Facts: `name`, `type`, `expected`, `found`. */
  | "DNS_CONFLICT"
  /** The name is an alias. Facts: `name`, `target`. */
  | "DNS_CNAME"
  /** No server could be reached, or none answered before it cut the connection. */
  | "DNS_UNREACHABLE"
  /** The time was up before a server answered. */
  | "DNS_TIMED_OUT"
  /** What was answered could not be verified, and what is there does not tell whether the change was made. */
  | "DNS_UNVERIFIED"
  /** The server says that it is done, and reading back shows something else. Facts: `name`, `type`, `desired`, `found`. */
  | "DNS_NOT_APPLIED"
  /** The server serves no zone that the name is in. */
  | "DNS_NO_ZONE"
  /** The server is not authoritative for the name. */
  | "DNS_WRONG_SERVER"
  /** Text that is no domain name. */
  | "DNS_NAME_INVALID"
  /** Bytes that are no DNS message, or values that fit into none. */
  | "DNS_FORMAT"
  /** A key that cannot be read, or not be used. */
  | "DNS_KEY_FILE";

/** Something about a name server, or about what is asked of it. `code` is stable: programs compare it, never the message. */
export class DnsError extends FailoverError {
  override readonly name: string = "DnsError";
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
  override readonly name = "DnsNameError";
}

/** Bytes that are no DNS message, or values that fit into none. */
export class DnsFormatError extends DnsError {
  override readonly name = "DnsFormatError";
}
