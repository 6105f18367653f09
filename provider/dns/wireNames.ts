import { DnsFormatError, DnsNameError, shownText } from "./errors.js";

/** RFC 1035 3.1 and 4.1.4. */
export const longestLabel = 63;
const longestName = 255;

/** A name has at most 127 labels; more pointers than that compress nothing. */
const mostPointers = 127;

/** A message begins with its header (RFC 1035 4.1.1). */
export const headerBytes = 12;
const [dot, backslash] = [0x2e, 0x5c];

/** The name as it goes over the wire: uncompressed and in lower case. Takes what canonicalName and decodeName give. */
export function encodeName(name: string): Buffer {
  const target = Buffer.allocUnsafe(name.length + 1);
  return target.subarray(0, writeName(name, target, 0));
}

/** Writes the name, which takes at most `name.length + 1` bytes; says where it ends. */
export function writeName(name: string, target: Buffer, start: number): number {
  let lengthAt = start;
  let at = start + 1;
  for (let index = name === "." ? 1 : 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code === dot) {
      const length = at - lengthAt - 1;
      if (length === 0 || length > longestLabel) throw unwritable(name);
      target[lengthAt] = length;
      lengthAt = at++;
    } else if (code === backslash) {
      const digits = /^\d{3}/.exec(name.slice(index + 1, index + 4))?.[0];
      const byte = digits === undefined ? name.charCodeAt(index + 1) : Number(digits);
      if (!(byte <= 0xff)) throw unwritable(name);
      target[at++] = lowerCase(byte);
      index += digits === undefined ? 1 : 3;
    } else {
      if (code > 0x7f) throw unwritable(name);
      target[at++] = lowerCase(code);
    }
  }
  if (at !== lengthAt + 1 || name === "" || at - start > longestName) throw unwritable(name);
  target[lengthAt] = 0;
  return at;
}

function unwritable(name: string): DnsNameError {
  return new DnsNameError(
    "DNS_NAME_INVALID",
    `Writing the domain name "${shownText(name)}": it is in no canonical spelling. Use canonicalName.`,
  );
}

const lowerCase = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** How each byte of a label is spelled (RFC 1035 5.1, RFC 4343 2.1), so that names read as in dig. */
const spellings = Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 0x20 || byte >= 0x7f) return `\\${String(byte).padStart(3, "0")}`;
  const character = String.fromCharCode(lowerCase(byte));
  return '"().;\\@$'.includes(character) ? `\\${character}` : character;
});

/**
 * The name that begins at the offset, in lower case, odd bytes as `\DDD` or `\.`, and where the bytes after it begin. Compression
 * pointers lead to prior bytes only (RFC 1035 4.1.4), so no message makes this loop. Throws DnsFormatError.
 */
export function decodeName(message: Buffer, offset: number): { name: string; next: number } {
  let name = "";
  let at = offset;
  let next = -1;
  let segment = offset;
  let length = 1;
  let pointers = 0;
  for (;;) {
    const size = message[at];
    if (size === undefined) throw badName(offset, "runs past the end");
    if (size === 0) return { name: name || ".", next: next < 0 ? at + 1 : next };
    if (size <= longestLabel) {
      const end = at + 1 + size;
      length += 1 + size;
      if (end > message.length) throw badName(offset, "runs past the end");
      if (length > longestName) throw badName(offset, "is longer than 255 bytes");
      for (at++; at < end; at++) name += spellings[message[at] as number];
      name += ".";
    } else {
      const low = message[at + 1];
      if (size < 0xc0) throw badName(offset, "has a label of unknown kind");
      if (low === undefined) throw badName(offset, "runs past the end");
      if (next < 0) next = at + 2;
      at = ((size & 0x3f) << 8) | low;
      if (at >= segment || at < headerBytes || ++pointers > mostPointers) throw badName(offset, "has a bad compression pointer");
      segment = at;
    }
  }
}

/** Where the bytes after a name begin; its pointers are not followed. */
export function skipName(message: Buffer, offset: number): number {
  for (let at = offset; ; ) {
    const size = message[at];
    if (size === undefined) throw badName(offset, "runs past the end");
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2;
    if (size > longestLabel) throw badName(offset, "has a label of unknown kind");
    at += 1 + size;
  }
}

function badName(offset: number, problem: string): DnsFormatError {
  return unreadable(`the name at byte ${offset} ${problem}`);
}

/** For bytes that are no DNS message. The fact `problem` is the part of it that other errors quote. */
export function unreadable(problem: string): DnsFormatError {
  return new DnsFormatError("DNS_FORMAT", `Reading a DNS message: ${problem}. Check what answers there.`, { facts: { problem } });
}
