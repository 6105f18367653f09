import { classes, types } from "./constants.js";
import { largestMessage, tooLarge } from "./message.js";
import { decodeName, encodeName, headerBytes, skipName, unreadable } from "./wireNames.js";
import { readFixed } from "./wireRecord.js";

/** What a TSIG record says (RFC 8945 4.2). */
export interface Tsig {
  keyName: string;
  algorithm: string;
  /** Seconds since 1970, by the clock of who signed. */
  time: number;
  /** Seconds by which clocks may differ. */
  fudge: number;
  mac: Buffer;
  originalId: number;
  error: number;
  otherData: Buffer;
}

const fixedBytes = 10;
const timerBytes = 8;

/** The record that ends the message, and the message as it was before it was signed; undefined without one. Throws DnsFormatError. */
export function splitTsig(bytes: Buffer): { tsig: Tsig; unsigned: Buffer } | undefined {
  if (bytes.length < headerBytes) throw unreadable(`it has ${bytes.length} bytes, less than a header`);
  let at = headerBytes;
  for (let count = bytes.readUInt16BE(4); count > 0; count--) at = skipName(bytes, at) + 4;
  if (at > bytes.length) throw unreadable("its question runs past the end");
  const [others, additionals] = [bytes.readUInt16BE(6) + bytes.readUInt16BE(8), bytes.readUInt16BE(10)];
  let start = -1;
  for (let index = 0; index < others + additionals; index++) {
    // RFC 8945 5.1: the last record of the additional section, and the only one of its kind.
    if (start >= 0) throw unreadable("its TSIG record is not the last record");
    const fields = readFixed(bytes, skipName(bytes, at), at);
    if (fields.type === types.TSIG) {
      if (index < others) throw unreadable("its TSIG record is not in the additional section");
      start = at;
    }
    at = fields.end;
  }
  if (at !== bytes.length) throw unreadable(`${bytes.length - at} bytes stand after its end`);
  if (start < 0) return undefined;
  const tsig = readTsig(bytes, start);
  const unsigned = Buffer.from(bytes.subarray(0, start));
  unsigned.writeUInt16BE(tsig.originalId, 0);
  unsigned.writeUInt16BE(additionals - 1, 10);
  return { tsig, unsigned };
}

function readTsig(bytes: Buffer, start: number): Tsig {
  const owner = decodeName(bytes, start);
  const { class: recordClass, ttl, start: rdata, end } = readFixed(bytes, owner.next, start);
  // The MAC covers what these two should be, not what they are (RFC 8945 4.3.3).
  if (recordClass !== classes.ANY || ttl !== 0) throw unreadable("its TSIG record has a class or TTL that no TSIG record has");
  const algorithm = decodeName(bytes, rdata);
  if (algorithm.next - rdata !== encodeName(algorithm.name).length) throw unreadable("its TSIG algorithm is compressed");
  const field = (at: number, size: number): number => {
    if (at + size > end) throw unreadable("its TSIG record is too short");
    return bytes.readUIntBE(at, size);
  };
  const macAt = algorithm.next + fixedBytes;
  const macEnd = macAt + field(macAt - 2, 2);
  const otherAt = macEnd + 6;
  if (otherAt + field(macEnd + 4, 2) !== end) throw unreadable("its TSIG record is longer or shorter than its parts");
  return {
    keyName: owner.name,
    algorithm: algorithm.name,
    time: field(algorithm.next, 6),
    fudge: field(algorithm.next + 6, 2),
    mac: bytes.subarray(macAt, macEnd),
    originalId: field(macEnd, 2),
    error: field(macEnd + 2, 2),
    otherData: bytes.subarray(otherAt, end),
  };
}

/** The message with the record at its end. */
export function appendTsig(bytes: Buffer, tsig: Tsig): Buffer {
  const [keyName, algorithm] = [encodeName(tsig.keyName), encodeName(tsig.algorithm)];
  const rdataLength = algorithm.length + fixedBytes + tsig.mac.length + 6 + tsig.otherData.length;
  const size = bytes.length + keyName.length + 10 + rdataLength;
  if (size > largestMessage) throw tooLarge(size);
  const target = Buffer.allocUnsafe(size);
  bytes.copy(target);
  target.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10);
  let at = bytes.length + keyName.copy(target, bytes.length);
  at = target.writeUInt16BE(types.TSIG, at);
  at = target.writeUInt16BE(classes.ANY, at);
  at = target.writeUInt32BE(0, at);
  at = target.writeUInt16BE(rdataLength, at);
  at += algorithm.copy(target, at);
  at += timersOf(tsig).copy(target, at);
  at = target.writeUInt16BE(tsig.mac.length, at);
  at += tsig.mac.copy(target, at);
  at = target.writeUInt16BE(tsig.originalId, at);
  at = target.writeUInt16BE(tsig.error, at);
  at = target.writeUInt16BE(tsig.otherData.length, at);
  tsig.otherData.copy(target, at);
  return target;
}

function timersOf({ time, fudge }: Tsig): Buffer {
  const timers = Buffer.allocUnsafe(timerBytes);
  timers.writeUIntBE(time, 0, 6);
  timers.writeUInt16BE(fudge, 6);
  return timers;
}

/** What is signed (RFC 8945 4.3): the MAC of the request, the message, then the record's own fields or only its timers (5.3.1). */
export function signedData(unsigned: Buffer, tsig: Tsig, requestMac: Buffer | undefined, timersOnly: boolean): Buffer {
  const parts: Buffer[] = [];
  if (requestMac !== undefined) parts.push(uint16(requestMac.length), requestMac);
  parts.push(unsigned);
  if (timersOnly) parts.push(timersOf(tsig));
  else {
    parts.push(encodeName(tsig.keyName), classAndTtl, encodeName(tsig.algorithm), timersOf(tsig));
    parts.push(uint16(tsig.error), uint16(tsig.otherData.length), tsig.otherData);
  }
  return Buffer.concat(parts);
}

const classAndTtl = Buffer.from([0, classes.ANY, 0, 0, 0, 0]);
const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
