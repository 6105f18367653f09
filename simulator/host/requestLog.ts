import type { RouteName } from "pulumi-dataminer-failover/agent";

/** One request as it reached an Agent's web server. */
export interface LoggedRequest {
  /** The Agent whose address was called. */
  addressed: string;
  /** The Agent that ran the script; null when none did. */
  executed: string | null;
  /** HTTP method. */
  method: string;
  /** Path without the base path; the whole path when it is not below that. */
  path: string;
  /** Name of the route of the Failover API; null when it is none. */
  route: RouteName | null;
  /** Query string, without the question mark. */
  query: string;
  /** Null as long as nothing was answered, and for good when nothing ever was. */
  status: number | null;
  /** Simulated time, ISO 8601. */
  time: string;
}

/** Every request since the start, or since it was cleared. */
export class RequestLog {
  private entries: LoggedRequest[] = [];

  /** All of them, or those that are equal in every property given. */
  all(like: Partial<LoggedRequest> = {}): readonly LoggedRequest[] {
    const wanted = Object.entries(like);
    return this.entries.filter((entry) => wanted.every(([key, value]) => entry[key as keyof LoggedRequest] === value));
  }

  /** How many there are, or how many are equal in every property given. */
  count(like: Partial<LoggedRequest> = {}): number {
    return this.all(like).length;
  }

  /** Forgets every request so far. */
  clear(): void {
    this.entries = [];
  }

  /** Used by the Agents themselves. */
  add(entry: LoggedRequest): LoggedRequest {
    this.entries.push(entry);
    return entry;
  }
}
