import { classes, formatRdata, type Message, opcodes, typeName, types, type WireRecord } from "pulumi-dataminer-failover/dns/messages";

/** One message as it reached the name server. */
export interface LoggedMessage {
  /** By the server's clock, ISO 8601. */
  time: string;
  /** What it came by. */
  transport: "udp" | "tcp";
  /** `QUERY`, `UPDATE` or the number of another one. */
  opcode: string;
  /** The name that is asked for, or the zone of an UPDATE. Absolute, in lower case, with the trailing dot; null when it could not be read. */
  name: string | null;
  /** Record type of the question; null when it could not be read. */
  type: string | null;
  /** Name of the key whose signature was right. */
  key: string | null;
  /** What was decided; null when nothing was done with it. */
  rcode: string | null;
  /** The TSIG error beside NOTAUTH: BADKEY, BADSIG, BADTIME, BADTRUNC. */
  tsigError: string | null;
  /** Whether an answer was sent. */
  answered: boolean;
  /** Of an UPDATE, in the words of nsupdate: `nxrrset www.example.com. CNAME`. */
  prerequisites: readonly string[];
  /** Of an UPDATE, in the words of nsupdate: `add www.example.com. 300 A 10.0.0.1`, `delete www.example.com. A`. */
  changes: readonly string[];
}

/** Every message since the start, or since it was cleared. */
export class MessageLog {
  private entries: LoggedMessage[] = [];

  /** All of them, or those that are equal in every property given. */
  all(like: Partial<LoggedMessage> = {}): readonly LoggedMessage[] {
    const wanted = Object.entries(like);
    return this.entries.filter((entry) => wanted.every(([key, value]) => entry[key as keyof LoggedMessage] === value));
  }

  /** How many there are, or how many are equal in every property given. */
  count(like: Partial<LoggedMessage> = {}): number {
    return this.all(like).length;
  }

  /** Forgets every message so far. */
  clear(): void {
    this.entries = [];
  }

  /** Used by the server itself. */
  add(entry: LoggedMessage): LoggedMessage {
    this.entries.push(entry);
    return entry;
  }
}

const names = new Map<number, string>(Object.entries(opcodes).map(([name, number]) => [number, name]));

export const opcodeName = (opcode: number): string => names.get(opcode) ?? String(opcode);

/** What a message says, in words. */
export function describe({
  opcode,
  questions,
  answers,
  authorities,
}: Message): Pick<LoggedMessage, "name" | "type" | "prerequisites" | "changes"> {
  const [question] = questions;
  const isUpdate = opcode === opcodes.UPDATE;
  return {
    name: question?.name ?? null,
    type: question ? typeName(question.type) : null,
    prerequisites: isUpdate ? answers.map(describePrerequisite) : [],
    changes: isUpdate ? authorities.map(describeChange) : [],
  };
}

function describePrerequisite({ name, type, class: kind, rdata }: WireRecord): string {
  const verb = kind === classes.NONE ? "nx" : "yx";
  if (type === types.ANY) return `${verb}domain ${name}`;
  return words(`${verb}rrset`, name, typeName(type), rdata.length > 0 ? formatRdata(type, rdata) : "");
}

function describeChange({ name, type, class: kind, ttl, rdata }: WireRecord): string {
  const data = rdata.length > 0 ? formatRdata(type, rdata) : "";
  if (kind === classes.IN) return words("add", name, String(ttl), typeName(type), data);
  return words("delete", name, type === types.ANY ? "" : typeName(type), data);
}

const words = (...parts: string[]): string => parts.filter((part) => part !== "").join(" ");
