/** Numbers from 0 up to 1, the same in every run: a counter whose bits are mixed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const headerBytes = 12;

type Mutation = (bytes: Buffer, below: (limit: number) => number, other: Buffer) => Buffer;

/** Before the RDATA of a TSIG record: type 250, class ANY, TTL 0. The algorithm hmac-sha256 has 13 bytes. */
const tsigTypeAndClass = Buffer.from([0, 250, 0, 255, 0, 0, 0, 0]);
const algorithmBytes = 13;

/** What happens to bytes on a bad way, and what somebody would do who knows where lengths and pointers stand. */
const mutations: Mutation[] = [
  function flipBits(bytes, below) {
    for (let count = 1 + below(4); count > 0; count--) {
      const at = below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    }
    return bytes;
  },
  function setByte(bytes, below) {
    bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  function cutEnd(bytes, below) {
    return bytes.subarray(0, below(bytes.length));
  },
  function takeOut(bytes, below) {
    const at = below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(20))]);
  },
  function putIn(bytes, below) {
    const at = below(bytes.length + 1);
    const noise = Buffer.from(Array.from({ length: 1 + below(12) }, () => below(256)));
    return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function repeatPart(bytes, below) {
    const at = below(bytes.length);
    const end = at + 1 + below(40);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)]);
  },
  function changeCount(bytes, below) {
    bytes.writeUInt16BE(below(4) === 0 ? below(0x10000) : below(8), 4 + 2 * below(4));
    return bytes;
  },
  function changeLength(bytes, below) {
    if (bytes.length < headerBytes + 2) return bytes;
    const at = headerBytes + below(bytes.length - 1 - headerBytes);
    bytes.writeUInt16BE((bytes.readUInt16BE(at) + 0x10000 + below(9) - 4) & 0xffff, at);
    return bytes;
  },
  function point(bytes, below) {
    if (bytes.length < headerBytes + 2) return bytes;
    bytes.writeUInt16BE(0xc000 | below(bytes.length), headerBytes + below(bytes.length - 1 - headerBytes));
    return bytes;
  },
  function shortenMac(bytes, below) {
    const fixed = bytes.indexOf(tsigTypeAndClass);
    const macSize = fixed + 18 + algorithmBytes;
    if (fixed < 0 || macSize + 2 > bytes.length) return bytes;
    const size = bytes.readUInt16BE(macSize);
    const taken = Math.min(1 + below(size), bytes.readUInt16BE(fixed + 8));
    bytes.writeUInt16BE(bytes.readUInt16BE(fixed + 8) - taken, fixed + 8);
    bytes.writeUInt16BE(Math.max(size - taken, 0), macSize);
    return Buffer.concat([bytes.subarray(0, macSize + 2), bytes.subarray(macSize + 2 + taken)]);
  },
  function splice(bytes, below, other) {
    return Buffer.concat([bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length))]);
  },
];

/** The message with one thing changed, sometimes several. The original stays as it is. */
export function mutate(original: Buffer, random: () => number, other: Buffer): Buffer {
  const below = (limit: number) => Math.floor(random() * limit);
  let bytes: Buffer = Buffer.from(original);
  do {
    const mutation = mutations[below(mutations.length)];
    if (mutation !== undefined && bytes.length >= headerBytes) bytes = mutation(bytes, below, other);
  } while (below(4) === 0);
  return bytes;
}
