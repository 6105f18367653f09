import { type DataCodec, record } from "dns-packet";
import { addressFamily, canonicalAddress } from "../core/addresses.js";
import { types } from "./constants.js";
import { DnsFormatError, DnsNameError, shownText } from "./errors.js";
import { zoneName } from "./names.js";
import { decodeName, encodeName } from "./wireNames.js";

/** The record types that this package writes. */
export type RecordType = "A" | "AAAA" | "PTR" | "CNAME" | "NS" | "TXT";

/** The type of record that holds an address. */
export const addressTypeOf = (address: string): "A" | "AAAA" => (addressFamily(address) === 6 ? "AAAA" : "A");
const longestString = 255;

/**
 * The RDATA of a record from its text, strictly: an IP address of the type's family, a name as zoneName takes it, or for TXT strings
 * in quotes (RFC 1035 5.1; one word may stand without). Throws DnsFormatError or DnsNameError.
 */
export function encodeRdata(type: RecordType, text: string): Buffer {
  switch (type) {
    case "A":
    case "AAAA":
      return encodeAddress(type, text);
    case "TXT":
      return dataOf(record("TXT"), parseStrings(text));
    default:
      return encodeName(zoneName(text));
  }
}

/** The 4 or 16 bytes of an IP address; undefined when the text is none. */
function findAddressBytes(text: string): Buffer | undefined {
  const address = canonicalAddress(text);
  if (address === undefined) return undefined;
  return dataOf(record(addressTypeOf(address)), address);
}

/**
 * dns-packet writes addresses and strings. It checks nothing, so it gets only what was checked here. What else there is to a message is
 * written and read in this room: dns-packet knows no escapes in names (RFC 4343), no UPDATE and no TSIG, and trusts the lengths that it reads.
 */
const dataOf = <Data>(codec: DataCodec<Data>, data: Data): Buffer => codec.encode(data).subarray(lengthBytes);
const lengthBytes = 2;

function encodeAddress(type: "A" | "AAAA", text: string): Buffer {
  const bytes = findAddressBytes(text);
  if (bytes?.length === (type === "A" ? 4 : 16)) return bytes;
  const family = type === "A" ? "IPv4" : "IPv6";
  throw new DnsFormatError(
    "DNS_FORMAT",
    `Writing ${type} "${shownText(text)}": it is no ${family} address. Give one without prefix or zone id.`,
  );
}

/** The name that an address has in the reverse tree (RFC 1035 3.5, RFC 3596 2.5). Throws DnsNameError for what is no IP address. */
export function reverseNameOf(address: string): string {
  const bytes = findAddressBytes(address);
  if (bytes === undefined) {
    throw new DnsNameError(
      "DNS_NAME_INVALID",
      `Reversing "${shownText(address)}": it is no IP address. Write one such as 10.0.0.1 or fd00::1.`,
    );
  }
  if (bytes.length === 4) return `${[...bytes].reverse().join(".")}.in-addr.arpa.`;
  return `${[...bytes.toString("hex")].reverse().join(".")}.ip6.arpa.`;
}

/** One string, or what stands before the next one: quoted with escapes, or the only word. */
const quoted = /^"((?:[^"\\]|\\(?:[01]\d\d|2[0-4]\d|25[0-5]|\D))*)"(?: +(?=")|$)/;
const word = /^[!#-[\]-~]+$/;

function parseStrings(text: string): Buffer[] {
  if (word.test(text)) return [checkedString(text, Buffer.from(text, "latin1"))];
  const strings: Buffer[] = [];
  let rest = text;
  do {
    const [all = "", inside] = quoted.exec(rest) ?? [];
    if (inside === undefined || !/^[ -~]*$/.test(inside)) {
      throw new DnsFormatError(
        "DNS_FORMAT",
        `Writing TXT ${shownText(text)}: it is no list of strings. Write "..." and other than ASCII as \\DDD.`,
      );
    }
    strings.push(checkedString(text, unescaped(inside)));
    rest = rest.slice(all.length);
  } while (rest !== "");
  return strings;
}

function unescaped(inside: string): Buffer {
  return Buffer.from(
    [...inside.matchAll(/\\(\d{3})|\\?([ -~])/g)].map(([, digits, character = ""]) =>
      digits === undefined ? character.charCodeAt(0) : Number(digits),
    ),
  );
}

function checkedString(text: string, string: Buffer): Buffer {
  if (string.length <= longestString) return string;
  throw new DnsFormatError("DNS_FORMAT", `Writing TXT ${shownText(text)}: a string is longer than 255 bytes. Write several strings.`);
}

/**
 * The RDATA as text in its one spelling: addresses as RFC 5952 writes them, names canonical, strings in quotes. Other types, and bytes
 * that do not fit their type, as `\# 2 beef` (RFC 3597 5). Never throws.
 */
export function formatRdata(type: number, rdata: Buffer): string {
  return formatKnown(type, rdata) ?? `\\# ${rdata.length}${rdata.length > 0 ? ` ${rdata.toString("hex")}` : ""}`;
}

function formatKnown(type: number, rdata: Buffer): string | undefined {
  switch (type) {
    case types.A:
      return rdata.length === 4 ? rdata.join(".") : undefined;
    case types.AAAA:
      return rdata.length === 16 ? formatIpv6(rdata) : undefined;
    case types.PTR:
    case types.CNAME:
    case types.NS:
      return formatName(rdata);
    case types.TXT:
      return formatStrings(rdata);
    default:
      return undefined;
  }
}

function formatIpv6(rdata: Buffer): string | undefined {
  return canonicalAddress(rdata.toString("hex").replace(/....(?=.)/g, "$&:"));
}

function formatName(rdata: Buffer): string | undefined {
  try {
    const { name, next } = decodeName(rdata, 0);
    return next === rdata.length ? name : undefined;
  } catch {
    return undefined;
  }
}

function formatStrings(rdata: Buffer): string | undefined {
  const strings: string[] = [];
  for (let at = 0; at < rdata.length; ) {
    const next = at + 1 + (rdata[at] ?? 0);
    if (next > rdata.length) return undefined;
    strings.push(`"${[...rdata.subarray(at + 1, next)].map(spelled).join("")}"`);
    at = next;
  }
  return strings.length > 0 ? strings.join(" ") : undefined;
}

function spelled(byte: number): string {
  if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, "0")}`;
  const character = String.fromCharCode(byte);
  return character === '"' || character === "\\" ? `\\${character}` : character;
}
