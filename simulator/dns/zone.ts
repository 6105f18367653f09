import { isAtOrBelow, type RecordType, zoneName } from "pulumi-dataminer-failover/dns";
import {
  classes,
  encodeName,
  encodeRdata,
  formatRdata,
  typeName,
  typeNumber,
  types,
  type WireRecord,
} from "pulumi-dataminer-failover/dns/messages";
import { Contents, type Node, type StoredRRset } from "./contents.js";

/** One record of a zone, as text. */
export interface ZoneRecord {
  /** Absolute, in lower case, with the trailing dot. */
  name: string;
  /** Record type, as in `A`. */
  type: string;
  /** Seconds. */
  ttl: number;
  /** As in a zone file: an address, an absolute name, quoted text. */
  data: string;
}

/** What else is set with an RRset. */
export interface SetOptions {
  /** Seconds; 3600 unless told. */
  ttl?: number;
}

/** Where the zone says that it comes from; nobody asks for its address. */
const primary = "ns1.name-server.test.";
const timers: Omit<Soa, "serial"> = {
  primary,
  mailbox: "hostmaster.name-server.test.",
  refresh: 3600,
  retry: 600,
  expire: 86_400,
  minimum: 60,
};

/** One zone, forward or reverse, of which the server is the primary. Here it is read and changed directly: behind everybody's back. */
export class Zone {
  /** Absolute, in lower case, with the trailing dot. */
  readonly name: string;
  private held = Contents.empty();

  constructor(name: string) {
    this.name = zoneName(name);
    this.held.put(this.name, types.SOA, { ttl: 3600, rdata: [encodeSoa({ ...timers, serial: 1 })] });
    this.held.put(this.name, types.NS, { ttl: 3600, rdata: [encodeRdata("NS", primary)] });
  }

  /** Of its SOA; it grows with every change and with nothing else. */
  get serial(): number {
    return serialOf(this.soaRecord().rdata);
  }

  /** Every record, but the SOA and NS that each zone has at its apex; in the order of name, type and data. */
  records(): ZoneRecord[] {
    const all = this.held.names.flatMap((name) => this.recordsOf(name, this.held.node(name)));
    return all.filter(({ name, type }) => name !== this.name || (type !== "SOA" && type !== "NS")).sort(byText);
  }

  /** The data of one RRset, sorted; none when there is no such RRset. A wildcard does not count. */
  data(name: string, type: RecordType): string[] {
    const owner = this.ownerOf(name);
    return this.recordsOf(owner, this.held.node(owner))
      .filter((record) => record.type === type)
      .map(({ data }) => data)
      .sort();
  }

  /** Sets an RRset to exactly these data; the name may be relative to the zone, "@" is the zone itself. No data: it goes. */
  set(name: string, type: RecordType, data: string | readonly string[], { ttl = 3600 }: SetOptions = {}): void {
    const rdata = [data].flat().map((text) => encodeRdata(type, text));
    this.change((contents) => contents.put(this.ownerOf(name), typeNumber(type), { ttl, rdata }));
  }

  /** Removes an RRset, or every RRset of a name. */
  remove(name: string, type?: RecordType): void {
    const owner = this.ownerOf(name);
    this.change((contents) => {
      const present = [...(contents.node(owner)?.keys() ?? [])];
      for (const each of type === undefined ? present : [typeNumber(type)]) contents.put(owner, each, undefined);
    });
  }

  /** What the server itself works with. */
  get contents(): Contents {
    return this.held;
  }

  /**
   * Takes over what a change makes of the contents, all of it or, when it throws, nothing. The serial grows when something is different
   * afterwards, unless the change has set it (RFC 2136 3.6).
   */
  change(act: (contents: Contents) => void): void {
    const next = this.held.copy();
    act(next);
    if (next.equals(this.held)) return;
    const soa = next.find(this.name, types.SOA);
    const [rdata] = soa?.rdata ?? [];
    if (soa && rdata && serialOf(rdata) === this.serial) {
      next.put(this.name, types.SOA, { ttl: soa.ttl, rdata: [withSerial(rdata, nextSerial(this.serial))] });
    }
    this.held = next;
  }

  /** Its SOA record, as it goes into messages. */
  soaRecord(): WireRecord {
    const soa = this.held.find(this.name, types.SOA);
    const [rdata] = soa?.rdata ?? [];
    if (!soa || !rdata) throw new Error(`Zone ${this.name} has no SOA.`);
    return { name: this.name, type: types.SOA, class: classes.IN, ttl: soa.ttl, rdata };
  }

  private recordsOf(name: string, node: Node = new Map<number, StoredRRset>()): ZoneRecord[] {
    return [...node].flatMap(([type, { ttl, rdata }]) =>
      rdata.map((each) => ({ name, type: typeName(type), ttl, data: formatRdata(type, each) })),
    );
  }

  private ownerOf(name: string): string {
    if (name === "@") return this.name;
    const [, wildcard = "", rest = name] = /^(\*\.?)(.*)$/.exec(name) ?? [];
    if (wildcard !== "" && rest === "") return `*.${this.name}`;
    const star = wildcard === "" ? "" : "*.";
    const absolute = zoneName(rest);
    if (isAtOrBelow(absolute, this.name)) return `${star}${absolute}`;
    if (rest.endsWith(".")) throw new Error(`${name} is not in zone ${this.name}`);
    return `${star}${zoneName(`${rest}.${this.name}`)}`;
  }
}

const byText = (a: ZoneRecord, b: ZoneRecord): number =>
  a.name.localeCompare(b.name) || a.type.localeCompare(b.type) || a.data.localeCompare(b.data);

/** RDATA of an SOA record (RFC 1035 3.3.13); times in seconds. */
export interface Soa {
  primary: string;
  mailbox: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

export function encodeSoa({ primary, mailbox, serial, refresh, retry, expire, minimum }: Soa): Buffer {
  const numbers = Buffer.alloc(20);
  for (const [index, value] of [serial, refresh, retry, expire, minimum].entries()) numbers.writeUInt32BE(value, index * 4);
  return Buffer.concat([encodeName(primary), encodeName(mailbox), numbers]);
}

/** The five numbers stand at the end, whatever the names before them. */
export const serialOf = (rdata: Buffer): number => rdata.readUInt32BE(rdata.length - 20);
export const minimumOf = (rdata: Buffer): number => rdata.readUInt32BE(rdata.length - 4);

function withSerial(rdata: Buffer, serial: number): Buffer {
  const changed = Buffer.from(rdata);
  changed.writeUInt32BE(serial, changed.length - 20);
  return changed;
}

/** 0 is left out (RFC 2136 4.2). */
const nextSerial = (serial: number): number => (serial + 1) % 2 ** 32 || 1;

/** Serial number arithmetic (RFC 1982 3.2). */
export const isLater = (a: number, b: number): boolean => a !== b && (a - b + 2 ** 32) % 2 ** 32 < 2 ** 31;
