import { classes, opcodes, rcodes, types } from "./constants.js";
import { DnsError, DnsFormatError } from "./errors.js";
import type { Message } from "./message.js";
import { isAtOrBelow, zoneName } from "./names.js";
import { encodeRdata, type RecordType } from "./rdata.js";
import type { WireRecord } from "./wireRecord.js";

/**
 * What must be so in the zone, or nothing is changed (RFC 2136 2.4).
 * @prop kind What is required of the name or RRset.
 * @prop name The name, in the zone of the update.
 * @prop type The record type.
 * @prop data Every record of the RRset, as in a zone file.
 */
export type Prerequisite =
  /** The RRset is exactly these records, TTLs aside (2.4.2, 3.2.3). */
  | { kind: "rrsetIs"; name: string; type: RecordType; data: string[] }
  | { kind: "rrsetExists"; name: string; type: RecordType }
  | { kind: "rrsetAbsent"; name: string; type: RecordType }
  | { kind: "nameInUse"; name: string }
  | { kind: "nameNotInUse"; name: string };

/**
 * A change of one RRset (RFC 2136 2.5). There is no deleting of every type of a name: it would remove records that nobody asked for.
 * @prop kind What is done.
 * @prop name The name, in the zone of the update.
 * @prop type The record type.
 * @prop ttl Seconds.
 * @prop data One record, as in a zone file.
 */
export type Change =
  /** `ttl` in seconds. */
  | { kind: "add"; name: string; type: RecordType; ttl: number; data: string }
  | { kind: "deleteRecord"; name: string; type: RecordType; data: string }
  | { kind: "deleteRRset"; name: string; type: RecordType };

/** Everything in one update happens together or not at all (RFC 2136 3.7). */
export interface Update {
  /** The zone's own name. */
  zone: string;
  /** What must be so. */
  prerequisites: Prerequisite[];
  /** What is changed, if all of that is so. */
  changes: Change[];
}

/** RFC 2181 8. */
const longestTtl = 2 ** 31 - 1;
const none = Buffer.alloc(0);

/**
 * The update as a message (RFC 2136 2). Deletions stand before additions, whatever their order in `changes`: PowerDNS would run them so in
 * any case. Throws DnsError DNS_NOTZONE for a name outside the zone, DnsNameError and DnsFormatError for what cannot be written.
 */
export function updateMessage(update: Update, id: number): Message {
  const zone = zoneName(update.zone);
  const deletions = update.changes.filter(({ kind }) => kind !== "add");
  const additions = update.changes.filter(({ kind }) => kind === "add");
  return {
    id,
    isResponse: false,
    opcode: opcodes.UPDATE,
    authoritative: false,
    truncated: false,
    recursionDesired: false,
    rcode: rcodes.NOERROR,
    questions: [{ name: zone, type: types.SOA, class: classes.IN }],
    answers: update.prerequisites.flatMap((prerequisite) => recordsOf(prerequisite, zone)),
    authorities: [...deletions, ...additions].map((change) => recordOf(change, zone)),
    additionals: [],
  };
}

function recordsOf(prerequisite: Prerequisite, zone: string): WireRecord[] {
  const name = nameIn(zone, prerequisite.name);
  switch (prerequisite.kind) {
    case "rrsetIs":
      return exactSet(name, prerequisite);
    case "rrsetExists":
      return [{ name, type: types[prerequisite.type], class: classes.ANY, ttl: 0, rdata: none }];
    case "rrsetAbsent":
      return [{ name, type: types[prerequisite.type], class: classes.NONE, ttl: 0, rdata: none }];
    case "nameInUse":
      return [{ name, type: types.ANY, class: classes.ANY, ttl: 0, rdata: none }];
    case "nameNotInUse":
      return [{ name, type: types.ANY, class: classes.NONE, ttl: 0, rdata: none }];
  }
}

function exactSet(name: string, { type, data }: { type: RecordType; data: string[] }): WireRecord[] {
  if (data.length === 0) {
    // Without a record there would be no prerequisite at all, and the update would always go through.
    throw new DnsFormatError("DNS_FORMAT", `Expecting ${type} ${name}: an RRset has a record at least. Expect it to be absent instead.`);
  }
  const distinct = new Map(data.map((text) => encodeRdata(type, text)).map((rdata) => [rdata.toString("latin1"), rdata]));
  return [...distinct.values()].map((rdata) => ({ name, type: types[type], class: classes.IN, ttl: 0, rdata }));
}

function recordOf(change: Change, zone: string): WireRecord {
  const name = nameIn(zone, change.name);
  const type = types[change.type];
  switch (change.kind) {
    case "add":
      return { name, type, class: classes.IN, ttl: checkedTtl(change.ttl, name), rdata: encodeRdata(change.type, change.data) };
    case "deleteRecord":
      return { name, type, class: classes.NONE, ttl: 0, rdata: encodeRdata(change.type, change.data) };
    case "deleteRRset":
      return { name, type, class: classes.ANY, ttl: 0, rdata: none };
  }
}

function nameIn(zone: string, text: string): string {
  const name = zoneName(text);
  if (isAtOrBelow(name, zone)) return name;
  throw new DnsError("DNS_NOTZONE", `Updating ${name}: it lies outside the zone ${zone} Give the zone that holds it.`, {
    facts: { name, zone },
  });
}

function checkedTtl(ttl: number, name: string): number {
  if (Number.isInteger(ttl) && ttl >= 0 && ttl <= longestTtl) return ttl;
  throw new DnsFormatError("DNS_FORMAT", `Adding to ${name}: ${ttl} is no TTL. Give whole seconds from 0 to 2147483647.`);
}
