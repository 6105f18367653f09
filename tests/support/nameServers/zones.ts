import { isIPv6 } from "node:net";

/** A record as the zone holds it, with absolute names. */
export interface ZoneRecord {
  name: string;
  ttl: number;
  type: string;
  data: string;
}

export interface Zone {
  /** Absolute, lower case. */
  name: string;
  records: ZoneRecord[];
}

/** The zones with SOA, NS and those of the records (`name ttl type data`) that lie in them. */
export function makeZones(names: readonly string[], records: readonly string[]): Zone[] {
  const parsed = records.map(parseRecord);
  return names.map((name) => ({
    name,
    records: [
      { name, ttl: 300, type: "SOA", data: "ns.test. admin.test. 1 3600 600 86400 60" },
      { name, ttl: 300, type: "NS", data: "ns.test." },
      ...parsed.filter((record) => zoneOf(record.name, names) === name),
    ],
  }));
}

/** As RFC 1035 5.1 writes a zone. */
export const zoneFile = ({ records }: Zone): string =>
  records.map(({ name, ttl, type, data }) => `${name} ${ttl} IN ${type} ${data}\n`).join("");

/** `10.10.10.0/24` as `10.10.10.in-addr.arpa.`; the prefix ends at a label: 8 bits of IPv4, 4 bits of IPv6. */
export function reverseZoneName(network: string): string {
  const [address = "", length = ""] = network.split("/");
  if (isIPv6(address))
    return `${nibbles(address)
      .slice(0, Number(length) / 4)
      .reverse()
      .join(".")}.ip6.arpa.`;
  return `${address
    .split(".")
    .slice(0, Number(length) / 8)
    .reverse()
    .join(".")}.in-addr.arpa.`;
}

function nibbles(address: string): string[] {
  const [left = [], right = []] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].flatMap((group) => [...group.padStart(4, "0")]);
}

function parseRecord(text: string): ZoneRecord {
  const [, name, ttl, type, data] = /^(\S+\.) (\d+) ([A-Z]+) (.+)$/.exec(text) ?? [];
  if (!name || !type || !data) throw new Error(`Not a record as "name. ttl TYPE data": ${text}`);
  return { name, ttl: Number(ttl), type, data };
}

/** The zone with the longest name that the record is in. */
function zoneOf(name: string, zones: readonly string[]): string {
  const [zone] = zones.filter((candidate) => `.${name}`.endsWith(`.${candidate}`)).sort((a, b) => b.length - a.length);
  if (zone === undefined) throw new Error(`${name} lies in none of ${zones.join(", ")}`);
  return zone;
}
