import { canonicalName } from "pulumi-dataminer-failover/dns";
import { type opcodes, rcodes } from "pulumi-dataminer-failover/dns/messages";

/**
 * Something that goes wrong with a message.
 * @prop kind What goes wrong.
 * @prop connection What becomes of a TCP connection. Default: `cut`.
 * @prop milliseconds How much later, in our time.
 * @prop rcode What is answered.
 */
export type DnsFault =
  /** It is carried out and never answered. `cut`: a TCP connection ends; `open`: it lives on, and nothing comes. Default: `cut`. */
  | { kind: "loseAnswer"; connection?: "cut" | "open" }
  /** Nothing is done, and nothing is answered. */
  | { kind: "loseRequest"; connection?: "cut" | "open" }
  /** It is carried out at once and answered so much later, in our time. */
  | { kind: "slow"; milliseconds: number }
  /** It is carried out only so much later, in our time: perhaps after whoever sent it has given up. */
  | { kind: "late"; milliseconds: number }
  /** Nothing is done, and this is answered. */
  | { kind: "rcode"; rcode: keyof typeof rcodes }
  /** An UPDATE is answered with NOERROR, and nothing is changed, as a server's policy may have it (RFC 2136 3.3.1). */
  | { kind: "ignore" }
  /** The answer to a signed message is signed with another secret. */
  | { kind: "wrongMac" }
  /** The answer to a signed message is not signed. */
  | { kind: "unsigned" };

const kinds = ["loseAnswer", "loseRequest", "slow", "late", "rcode", "ignore", "wrongMac", "unsigned"];

/** Whether something that came as JSON is a fault; what belongs to each kind is up to whoever asks for it. */
export function isDnsFault(value: unknown): value is DnsFault {
  if (typeof value !== "object" || value === null || !("kind" in value) || !kinds.some((kind) => kind === value.kind)) return false;
  return value.kind !== "rcode" || ("rcode" in value && Object.hasOwn(rcodes, String(value.rcode)));
}

/** Which messages a fault meets, and how many. */
export interface DnsFaultOptions {
  /** How many messages it meets; 1 unless told. */
  times?: number;
  /** Only messages of this kind. */
  opcode?: keyof typeof opcodes;
  /** Only messages about this zone, or about a name in it. */
  zone?: string;
  /** Only messages that are rightly signed with the key of this name. */
  key?: string;
  /** Only messages that are to change something (true), or that are not, such as an UPDATE without changes (false). */
  changing?: boolean;
}

/** What a message is known by before anything is done with it. */
export interface Met {
  opcode: string;
  /** The zone that it is about, where the server has one. */
  zone: string | null;
  key: string | null;
  changing: boolean;
}

/** What is still to go wrong. */
export class DnsFaults {
  private pending: { fault: DnsFault; times: number; only: Partial<Met> }[] = [];

  /** The next messages that fit meet this fault. */
  add(fault: DnsFault, { times = 1, opcode, zone, key, changing }: DnsFaultOptions = {}): void {
    const only = {
      ...(opcode && { opcode }),
      ...(zone && { zone: canonicalName(zone) }),
      ...(key && { key: canonicalName(key) }),
      ...(changing !== undefined && { changing }),
    };
    this.pending.push({ fault, times, only });
  }

  /** Forgets every fault that has not happened yet. */
  clear(): void {
    this.pending = [];
  }

  /** The next fault that meets such a message; it is used up by that. */
  take(met: Met): DnsFault | undefined {
    const next = this.pending.find(({ only }) => Object.entries(only).every(([fact, value]) => met[fact as keyof Met] === value));
    if (!next) return undefined;
    next.times--;
    this.pending = this.pending.filter(({ times }) => times > 0);
    return next.fault;
  }
}
