import { classes, types } from "./constants.js";
import type { DnsFormatError } from "./errors.js";
import { decodeName, encodeName, unreadable, writeName } from "./wireNames.js";

/** A resource record as it goes over the wire (RFC 1035 3.2.1). */
export interface WireRecord {
  /** Canonical, or as decodeName spells it. */
  name: string;
  type: number;
  class: number;
  /** Seconds. */
  ttl: number;
  /** Without its length. Names inside are uncompressed and in lower case, so that equal records have equal bytes. */
  rdata: Buffer;
}

/** What follows a record's name: type, class, TTL, RDLENGTH. */
const fixedBytes = 10;

/** A number of bytes, or a domain name. */
type Part = number | "name";

/** Records whose RDATA has a shape that must be known: names in it may be compressed (RFC 3597 4), addresses have one length. */
const layouts = new Map<number, readonly Part[]>([
  [types.A, [4]],
  [types.NS, ["name"]],
  [types.CNAME, ["name"]],
  [types.SOA, ["name", "name", 20]],
  [types.PTR, ["name"]],
  [types.MX, [2, "name"]],
  [types.AAAA, [16]],
  [types.SRV, [6, "name"]],
  [types.DNAME, ["name"]],
]);

/** The most bytes that the record can take. */
export function spaceFor(record: WireRecord): number {
  return record.name.length + 1 + fixedBytes + record.rdata.length;
}

/** Writes the record and says where it ends. */
export function writeRecord(record: WireRecord, target: Buffer, start: number): number {
  const at = writeName(record.name, target, start);
  target.writeUInt16BE(record.type, at);
  target.writeUInt16BE(record.class, at + 2);
  target.writeUInt32BE(record.ttl, at + 4);
  target.writeUInt16BE(record.rdata.length, at + 8);
  record.rdata.copy(target, at + fixedBytes);
  return at + fixedBytes + record.rdata.length;
}

/** The record that begins at the offset, and where the bytes after it begin. Throws DnsFormatError. */
export function readRecord(message: Buffer, offset: number): { record: WireRecord; next: number } {
  const { name, next } = decodeName(message, offset);
  const { type, class: recordClass, ttl, start, end } = readFixed(message, next, offset);
  return { record: { name, type, class: recordClass, ttl, rdata: expand(message, type, recordClass, start, end) }, next: end };
}

/** What follows the name of the record that begins at the offset; `start` and `end` are those of its RDATA. Throws DnsFormatError. */
export function readFixed(message: Buffer, at: number, offset: number) {
  const start = at + fixedBytes;
  if (start > message.length) throw badRecord(offset, "runs past the end");
  const end = start + message.readUInt16BE(at + 8);
  if (end > message.length) throw badRecord(offset, "has more RDATA than the message");
  return { type: message.readUInt16BE(at), class: message.readUInt16BE(at + 2), ttl: message.readUInt32BE(at + 4), start, end };
}

function expand(message: Buffer, type: number, recordClass: number, start: number, end: number): Buffer {
  const layout = layouts.get(type);
  // Prerequisites and deletions without RDATA come back in the answers of some servers (RFC 2136 2.4, 2.5, 3.8).
  const isBare = start === end && (recordClass === classes.ANY || recordClass === classes.NONE);
  if (layout === undefined || isBare) return message.subarray(start, end);
  const parts: Buffer[] = [];
  let at = start;
  for (const part of layout) {
    const name = part === "name" ? decodeName(message, at) : undefined;
    const next = typeof part === "number" ? at + part : (name?.next ?? at);
    if (next > end) throw badRecord(start, "has RDATA that is too short for its type");
    parts.push(name ? encodeName(name.name) : message.subarray(at, next));
    at = next;
  }
  if (at !== end) throw badRecord(start, "has RDATA that is too long for its type");
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function badRecord(offset: number, problem: string): DnsFormatError {
  return unreadable(`the record at byte ${offset} ${problem}`);
}
