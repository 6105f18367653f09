import { DnsFormatError } from "./errors.js";

/** RFC 1035 3.2.4; NONE and ANY are those of RFC 2136 1.3 and 2. */
export const classes = { IN: 1, CH: 3, NONE: 254, ANY: 255 } as const;

/** The IANA registry, as far as a name server may put them before us. */
export const types = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

export const opcodes = { QUERY: 0, STATUS: 2, NOTIFY: 4, UPDATE: 5 } as const;

/**
 * Codes of the header (RFC 1035 4.1.1, RFC 2136 2.2) and of TSIG records (RFC 8945 3). A header's 16 is BADVERS, which a server says
 * to an EDNS version that this package never sends: 16 is always told as BADSIG.
 */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
} as const;

const typeNumbers = new Map<string, number>(Object.entries(types));
const typeNames = namesOf(types);
const rcodeNames = namesOf(rcodes);

/** `NXRRSET` for 8; a code without a name is `RCODE11`. */
export function rcodeName(rcode: number): string {
  return rcodeNames.get(rcode) ?? `RCODE${rcode}`;
}

/** 28 for `AAAA`; any type is also known as `TYPE28` (RFC 3597 5). */
export function typeNumber(name: string): number {
  const number = typeNumbers.get(name) ?? Number(/^TYPE(0|[1-9]\d{0,4})$/.exec(name)?.[1] ?? Number.NaN);
  if (number <= 0xffff) return number;
  throw new DnsFormatError("DNS_FORMAT", `Reading the record type "${name}": no such type is known. Write it as TYPE and its number.`);
}

/** `AAAA` for 28; a type without a name is `TYPE65280` (RFC 3597 5). */
export function typeName(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`;
}

function namesOf(table: Readonly<Record<string, number>>): Map<number, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, name]));
}
