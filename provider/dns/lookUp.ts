import { classes, types } from "./constants.js";
import type { Endpoint } from "./endpoint.js";
import type { Message } from "./message.js";
import { isAtOrBelow } from "./names.js";
import { askAuthority } from "./query.js";
import { formatRdata } from "./rdata.js";
import type { Found, RRsetKey } from "./rrset.js";
import type { Ask } from "./servers.js";

/** What the server answers for one RRset; it may have made that up from a wildcard (RFC 4592), which no query tells. */
export async function lookUp(ask: Ask, { name, type }: RRsetKey, over: "tcp" | "udp", at?: Endpoint): Promise<Found> {
  const number = types[type];
  const message = await askAuthority(ask, { act: `Reading ${type} ${name}`, name, type: number, over, at });
  const here = message.answers.filter((record) => record.name === name && record.class === classes.IN);
  const records = here.filter((record) => record.type === number);
  const zone = zoneBeside(message, name);
  const [first] = records;
  if (first) {
    const data = [...new Set(records.map(({ rdata }) => formatRdata(number, rdata)))].sort();
    const ttls = [...new Set(records.map(({ ttl }) => ttl))];
    return { kind: "rrset", set: { name, type, ttl: Math.min(...ttls), data }, ttls, zone };
  }
  const alias = here.find((record) => record.type === types.CNAME);
  if (!alias) return { kind: "absent", zone };
  const isRedirected = message.answers.some(
    (record) => record.type === types.DNAME && record.name !== name && isAtOrBelow(name, record.name),
  );
  return { kind: "alias", target: formatRdata(types.CNAME, alias.rdata), isRedirected };
}

/** The apex of the zone that an authority answers from: beside an empty answer stands its SOA (RFC 2308 3), beside records its NS. */
function zoneBeside({ authorities }: Message, name: string): string | undefined {
  return authorities.find((record) => (record.type === types.SOA || record.type === types.NS) && isAtOrBelow(name, record.name))?.name;
}
