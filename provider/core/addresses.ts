/** An address with the number of leading bits that name its network. */
export interface Subnet {
  address: string;
  /** Bits, 0 to 32 (IPv4) or 0 to 128 (IPv6). */
  prefixLength: number;
}

/**
 * The one spelling of an IP address: dotted IPv4 without leading zeros, IPv6 as RFC 5952 writes it.
 * Undefined when the text is no IP address; zone ids, brackets and surrounding space are none.
 */
export function canonicalAddress(text: string): string | undefined {
  const bytes = parseAddress(text);
  if (bytes === undefined) return undefined;
  return bytes.length === 4 ? bytes.join(".") : formatIpv6(bytes);
}

/** 4 or 6; undefined when the text is no IP address. */
export function addressFamily(text: string): 4 | 6 | undefined {
  const bytes = parseAddress(text);
  if (bytes === undefined) return undefined;
  return bytes.length === 4 ? 4 : 6;
}

/** Whether both texts spell the same IP address. Text that is no IP address equals nothing. */
export function sameAddress(a: string, b: string): boolean {
  const canonical = canonicalAddress(a);
  return canonical !== undefined && canonical === canonicalAddress(b);
}

/** Whether the address lies in the subnet. An address of the other family lies in none. */
export function inSubnet(address: string, subnet: Subnet): boolean {
  const bytes = parseAddress(address);
  const network = parseAddress(subnet.address);
  if (bytes === undefined || network === undefined || bytes.length !== network.length) return false;
  if (!isPrefixLength(subnet.prefixLength, subnet.address)) return false;
  return network.every((byte, index) => {
    const bits = Math.min(Math.max(subnet.prefixLength - index * 8, 0), 8);
    const mask = (0xff00 >> bits) & 0xff;
    return (byte & mask) === ((bytes[index] ?? 0) & mask);
  });
}

/** Whether the length is possible for the family of the address. */
export function isPrefixLength(length: number, address: string): boolean {
  const family = addressFamily(address);
  if (family === undefined || !Number.isInteger(length)) return false;
  return length >= 0 && length <= (family === 4 ? 32 : 128);
}

function parseAddress(text: string): number[] | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** RFC 4291 2.2: eight groups, `::` once for one or more zero groups, a dotted IPv4 address as the last 32 bits. */
function parseIpv6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = "", tail] = halves;
  const left = parseGroups(head, tail === undefined);
  if (left === undefined) return undefined;
  if (tail === undefined) return left.length === 16 ? left : undefined;
  const right = parseGroups(tail, true);
  if (right === undefined || left.length + right.length > 14) return undefined;
  return [...left, ...new Array<number>(16 - left.length - right.length).fill(0), ...right];
}

function parseGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const parsed = mayEndDotted && index === groups.length - 1 && group.includes(".") ? parseIpv4(group) : parseGroup(group);
    if (parsed === undefined) return undefined;
    bytes.push(...parsed);
  }
  return bytes;
}

function parseGroup(group: string): number[] | undefined {
  if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

/** RFC 5952 4 and 5: lower case, no leading zeros, the first longest run of zero groups as `::`, mapped IPv4 in dots. */
function formatIpv6(bytes: readonly number[]): string {
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2) groups.push(((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${bytes.slice(12).join(".")}`;
  const { start, length } = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}
