import type { RouteName } from "pulumi-dataminer-failover/agent";
import type { HostErrorCode } from "./hostErrors.js";

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
