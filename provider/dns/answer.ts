import { formatMilliseconds } from "../core/durations.js";
import type { Deadline } from "./deadline.js";
import type { Message } from "./message.js";

/** What a message that came back is worth. */
export type Verdict =
  /** It answers what was asked, and its signature holds; where there is no key, it answers what was asked. The skew is our clock minus the server's. */
  | { kind: "answer"; message: Message; tsigError: number; skewSeconds?: number }
  /** It answers what was asked, and nothing proves that the server said so. */
  | { kind: "unproven"; message: Message; tsigError: number; isUnsigned: boolean; why: string }
  /** It answers something else: late, forged or astray. */
  | { kind: "foreign"; why: string }
  /** It is no DNS message. */
  | { kind: "garbage"; why: string };

export type Judge = (bytes: Buffer) => Promise<Verdict>;

/** One message on its way, and the time that it has. */
export interface Sending {
  /** Writes and signs the message once its id is known; an answer is judged by what was signed. */
  compose: (id: number) => Promise<{ bytes: Buffer; judge: Judge }>;
  milliseconds: number;
  deadline: Deadline;
}

const words: Record<string, string> = {
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection was cut without an answer",
  EPIPE: "the connection was cut without an answer",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  EADDRNOTAVAIL: "there is no route to it",
  ETIMEDOUT: "it does not answer",
  ENOTFOUND: "its name does not resolve",
  EAI_AGAIN: "its name cannot be resolved right now",
  EMSGSIZE: "the message is too long for one datagram",
};

/** One try that brought no answer; what it means is for the whole call to say, which may try elsewhere. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor(
    readonly code: "DNS_UNREACHABLE" | "DNS_TIMED_OUT",
    readonly seen: string,
    /** Whether the message may have got there, and a change in it may have been made. */
    readonly maybeDone: boolean,
    /** Whether a connection that had answered before was closed while nothing was under way: no fault of the server. */
    readonly isStale = false,
  ) {
    super(seen);
  }
}

export function lateAnswer(milliseconds: number, maybeDone: boolean, noted?: string): NoAnswer {
  return new NoAnswer("DNS_TIMED_OUT", `no answer within ${shownTime(milliseconds)}${noted ? `, only ${noted}` : ""}`, maybeDone);
}

export function brokenWay(error: unknown, maybeDone: boolean, isStale = false): NoAnswer {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "no reason";
  return new NoAnswer("DNS_UNREACHABLE", words[code] ?? `the connection ended with ${code}`, maybeDone, isStale);
}

export const closedConnection = (isStale: boolean): NoAnswer =>
  new NoAnswer("DNS_UNREACHABLE", "the connection was closed without an answer", true, isStale);

/** Tries may be shorter than the seconds that people set elsewhere. */
function shownTime(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.max(1, Math.round(milliseconds))} ms` : formatMilliseconds(milliseconds);
}
