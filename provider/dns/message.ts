import { types } from "./constants.js";
import { DnsFormatError } from "./errors.js";
import { decodeName, headerBytes, unreadable, writeName } from "./wireNames.js";
import { readRecord, spaceFor, type WireRecord, writeRecord } from "./wireRecord.js";

/** An entry of the question section; in an UPDATE, the zone (RFC 2136 2.3). */
export interface WireQuestion {
  name: string;
  type: number;
  class: number;
}

/** A DNS message (RFC 1035 4). In an UPDATE, `answers` are the prerequisites and `authorities` the changes (RFC 2136 2). */
export interface Message {
  id: number;
  isResponse: boolean;
  opcode: number;
  authoritative: boolean;
  truncated: boolean;
  recursionDesired: boolean;
  /** A server that asks others too; left out where it does not. */
  recursionAvailable?: boolean;
  /** With the upper bits that an OPT record holds (RFC 6891 6.1.3). */
  rcode: number;
  questions: WireQuestion[];
  answers: WireRecord[];
  authorities: WireRecord[];
  additionals: WireRecord[];
}

/** What the length before a message on TCP can say (RFC 1035 4.2.2). */
export const largestMessage = 0xffff;

/** The message as bytes, without compression. Throws DnsFormatError when it does not fit into 65535 bytes, DnsNameError for a bad name. */
export function encodeMessage(message: Message): Buffer {
  const { questions, answers, authorities, additionals } = message;
  const records = [...answers, ...authorities, ...withRcode(message)];
  let space = headerBytes;
  for (const { name } of questions) space += name.length + 5;
  for (const record of records) space += spaceFor(record);
  const target = Buffer.allocUnsafe(space);
  try {
    if (!(message.opcode <= 0xf && message.rcode <= 0xfff)) throw new RangeError("opcode or rcode is out of range.");
    target.writeUInt16BE(message.id, 0);
    target.writeUInt16BE(flagsOf(message), 2);
    [questions, answers, authorities, additionals].forEach((section, index) => {
      target.writeUInt16BE(section.length, 4 + 2 * index);
    });
    let at = headerBytes;
    for (const question of questions) {
      at = writeName(question.name, target, at);
      target.writeUInt16BE(question.type, at);
      target.writeUInt16BE(question.class, at + 2);
      at += 4;
    }
    for (const record of records) at = writeRecord(record, target, at);
    if (at > largestMessage) throw tooLarge(at);
    return target.subarray(0, at);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DnsFormatError("DNS_FORMAT", `Writing a DNS message: ${error.message} Give numbers that fit their fields.`);
  }
}

export function tooLarge(size: number): DnsFormatError {
  return new DnsFormatError(
    "DNS_FORMAT",
    `Writing a DNS message: it has ${size} bytes, 65535 is the most. Split the change into several messages.`,
    { facts: { size } },
  );
}

function flagsOf({ isResponse, opcode, authoritative, truncated, recursionDesired, recursionAvailable = false, rcode }: Message): number {
  const bits = (Number(isResponse) << 4) | opcode;
  const [aa, tc, rd, ra] = [authoritative, truncated, recursionDesired, recursionAvailable].map(Number) as [number, number, number, number];
  return (bits << 11) | (aa << 10) | (tc << 9) | (rd << 8) | (ra << 7) | (rcode & 0xf);
}

/** The additional records with the upper bits of the rcode in their OPT record. */
function withRcode({ rcode, additionals }: Message): WireRecord[] {
  const isExtended = rcode > 0xf;
  if (isExtended && !additionals.some(({ type }) => type === types.OPT)) {
    throw new DnsFormatError("DNS_FORMAT", `Writing a DNS message: rcode ${rcode} needs an OPT record. Add one to the additional section.`);
  }
  return additionals.map((record) =>
    record.type === types.OPT ? { ...record, ttl: (((rcode >> 4) << 24) | (record.ttl & 0xffffff)) >>> 0 } : record,
  );
}

/** Reads a whole message, strictly: nothing may stand after it. Throws DnsFormatError. */
export function decodeMessage(bytes: Buffer): Message {
  if (bytes.length < headerBytes) throw unreadable(`it has ${bytes.length} bytes, less than a header`);
  const flags = bytes.readUInt16BE(2);
  let at = headerBytes;
  const questions: WireQuestion[] = [];
  for (let count = bytes.readUInt16BE(4); count > 0; count--) {
    const { name, next } = decodeName(bytes, at);
    if (next + 4 > bytes.length) throw unreadable("its question runs past the end");
    questions.push({ name, type: bytes.readUInt16BE(next), class: bytes.readUInt16BE(next + 2) });
    at = next + 4;
  }
  const readSection = (countAt: number): WireRecord[] => {
    const section: WireRecord[] = [];
    for (let count = bytes.readUInt16BE(countAt); count > 0; count--) {
      const { record, next } = readRecord(bytes, at);
      section.push(record);
      at = next;
    }
    return section;
  };
  const [answers, authorities, additionals] = [readSection(6), readSection(8), readSection(10)];
  if (at !== bytes.length) throw unreadable(`${bytes.length - at} bytes stand after its end`);
  const opt = findOpt([...answers, ...authorities], additionals);
  return {
    id: bytes.readUInt16BE(0),
    isResponse: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    ...((flags & 0x80) !== 0 && { recursionAvailable: true }),
    rcode: (flags & 0xf) | (((opt?.ttl ?? 0) >>> 24) << 4),
    questions,
    answers,
    authorities,
    additionals,
  };
}

/** RFC 6891 6.1.1: one OPT record at most, at the root, among the additional ones. RFC 8945 5.1: TSIG is the last record. */
function findOpt(others: readonly WireRecord[], additionals: readonly WireRecord[]): WireRecord | undefined {
  if (others.some(({ type }) => type === types.OPT || type === types.TSIG))
    throw unreadable("an OPT or TSIG record is in the wrong section");
  if (additionals.slice(0, -1).some(({ type }) => type === types.TSIG)) throw unreadable("a TSIG record is not the last one");
  const [opt, ...more] = additionals.filter(({ type }) => type === types.OPT);
  if (more.length > 0) throw unreadable("it has several OPT records");
  if (opt !== undefined && opt.name !== ".") throw unreadable("its OPT record has a name");
  return opt;
}

const prefixBytes = 2;

/** The message with its length before it, as TCP carries it; one piece, so that it leaves in one write (RFC 7766 8). */
export function frame(bytes: Buffer): Buffer {
  if (bytes.length > largestMessage) throw tooLarge(bytes.length);
  const framed = Buffer.allocUnsafe(prefixBytes + bytes.length);
  framed.writeUInt16BE(bytes.length);
  bytes.copy(framed, prefixBytes);
  return framed;
}

/** Cuts what one TCP connection brings into messages, however it was split on its way. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private held = 0;
  /** Bytes that the message under way takes with its prefix; only the prefix while that is not here. */
  private wanted = prefixBytes;

  /** Takes the next bytes; gives the messages that are complete now, without their lengths. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    const messages: Buffer[] = [];
    // Joined only when enough is here: a large message in small pieces is copied once.
    while (this.held >= this.wanted) {
      const joined = this.chunks.length === 1 ? (this.chunks[0] ?? chunk) : Buffer.concat(this.chunks);
      this.wanted = prefixBytes + joined.readUInt16BE();
      const isComplete = joined.length >= this.wanted;
      if (isComplete) messages.push(joined.subarray(prefixBytes, this.wanted));
      this.chunks = [isComplete ? joined.subarray(this.wanted) : joined];
      this.held = this.chunks[0]?.length ?? 0;
      if (isComplete) this.wanted = prefixBytes;
    }
    return messages;
  }
}
