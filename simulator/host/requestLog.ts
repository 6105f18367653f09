import type { RouteName } from "../../provider/agent/contract.js";

/** One request as it reached an Agent's web server. */
export interface LoggedRequest {
  /** The Agent whose address was called. */
  addressed: string;
  /** The Agent that ran the script; null when none did. */
  executed: string | null;
  method: string;
  /** Path without the base path; the whole path when it is not below that. */
  path: string;
  route: RouteName | null;
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

  count(like: Partial<LoggedRequest> = {}): number {
    return this.all(like).length;
  }

  clear(): void {
    this.entries = [];
  }

  add(entry: LoggedRequest): LoggedRequest {
    this.entries.push(entry);
    return entry;
  }
}
