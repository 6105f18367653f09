import type { RouteName } from "pulumi-dataminer-failover/agent";
import type { Agent } from "../product/agent.js";

/**
 * Something that goes wrong with a call.
 * @prop kind What goes wrong.
 * @prop seconds How late, in simulated seconds.
 * @prop errorCode Number of the host's error.
 * @prop retryAfterSeconds What the header Retry-After says.
 * @prop status HTTP status of the page.
 */
export type Fault =
  /** The call is carried out, and its answer is lost with the connection. */
  | { kind: "loseAnswer" }
  /** The connection is lost before anything is done. */
  | { kind: "loseRequest" }
  /** Answered late, in simulated seconds. */
  | { kind: "slow"; seconds: number }
  /** The host says no (UserDefinableApiEndpoint): 1014 is a 429, 7 and 1006 are a 503, 1001 is a 500. */
  | { kind: "hostError"; errorCode: HostErrorCode; retryAfterSeconds?: number }
  /** A page instead of JSON: the web server's, or a proxy's. */
  | { kind: "htmlPage"; status: number }
  /** The other member's Snapshot instead of this one's. */
  | { kind: "otherMember" };

const kinds = ["loseAnswer", "loseRequest", "slow", "hostError", "htmlPage", "otherMember"];

/** Whether something that came as JSON is a fault; what belongs to each kind is up to whoever asks for it. */
export const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "kind" in value && kinds.some((kind) => kind === value.kind);

/** Which calls a fault meets, and how many. */
export interface FaultOptions {
  /** How many calls it meets; 1 unless told. */
  times?: number;
  /** Only calls of this route. */
  route?: RouteName;
}

/** What is still to go wrong on one Agent's address. */
export class Faults {
  private pending: { fault: Fault; times: number; route: RouteName | undefined }[] = [];

  /** The next calls that fit meet this fault. */
  add(fault: Fault, { times = 1, route }: FaultOptions = {}): void {
    this.pending.push({ fault, times, route });
  }

  /** Forgets every fault that has not happened yet. */
  clear(): void {
    this.pending = [];
  }

  /** The next fault that meets a call of this route; it is used up by that. */
  take(route: RouteName | null): Fault | null {
    const next = this.pending.find((candidate) => candidate.route === undefined || candidate.route === route);
    if (!next) return null;
    next.times--;
    this.pending = this.pending.filter(({ times }) => times > 0);
    return next.fault;
  }
}

/** Errors of the User-Defined API host, by their number: HTTP status and text (UserDefinableApiEndpoint). */
const hostErrors = {
  3: { status: 405, detail: "The request method is not supported for this route." },
  5: { status: 404, detail: "No API definition was found for the route." },
  7: { status: 503, detail: "The API manager is not initialized yet." },
  8: { status: 500, detail: "An unexpected exception occurred." },
  10: { status: 400, detail: "Invalid json body received." },
  12: { status: 500, detail: "The automation script failed." },
  1001: { status: 500, detail: "The NATS request failed." },
  1003: { status: 415, detail: "The content type is not supported." },
  1006: { status: 503, detail: "The message broker is not initialized yet." },
  1008: { status: 401, detail: "The Authorization header is no Bearer header." },
  1010: { status: 401, detail: "Authentication failed." },
  1011: { status: 414, detail: "The query string is too large." },
  1014: { status: 429, detail: "The rate limit of the token was exceeded." },
} as const;
export type HostErrorCode = keyof typeof hostErrors;

/** The host's own error body; unlike a script's it carries a number. */
export function hostError(agent: Agent, errorCode: HostErrorCode, detail?: string, headers: Record<string, string> = {}): Response {
  const known = hostErrors[errorCode];
  const title = "Error occurred while handling the request, contact your admin with the provided errorCode and faultingNode ID.";
  const error = { title, detail: detail ?? known.detail, errorCode, faultingNode: agent.dataMinerId ?? 0 };
  return Response.json({ errors: [error] }, { status: known.status, headers });
}

/** A page of the web server or of a proxy, where JSON was expected. */
export function htmlPage(status: number, text: string): Response {
  const page = `<!DOCTYPE html>\n<html><head><title>${status} - ${text}</title></head><body><h1>${status} - ${text}</h1></body></html>\n`;
  return new Response(page, { status, headers: { "content-type": "text/html" } });
}
