import { classes, types } from "./constants.js";
import { DnsError, type DnsErrorCode } from "./errors.js";
import type { Message } from "./message.js";
import { isAtOrBelow } from "./names.js";
import { askAuthority } from "./query.js";
import { formatRdata } from "./rdata.js";
import type { RRset, RRsetKey } from "./rrset.js";
import { type Call, isReallyAbsent } from "./sendUpdate.js";
import { findZone } from "./zone.js";

/** What a name server has at a name, for one type. `zone`: where it answers from, when it says so. */
export type Found = { zone?: string | undefined } & FoundKind;

type FoundKind =
  | { kind: "absent" }
  /** `ttls` are several where a server disregards RFC 2181. */
  | { kind: "rrset"; set: RRset; ttls: number[] }
  /** The name stands for another one (RFC 1034 3.6.2), so there is nothing else at it. Redirected: with every name below a DNAME. */
  | { kind: "alias"; target: string; isRedirected: boolean };

export const dataOf = (found: Found): string[] | null => (found.kind === "rrset" ? found.set.data : null);

export function showFound(found: Found): string {
  switch (found.kind) {
    case "absent":
      return "nothing";
    case "alias":
      return `an alias of ${found.target}`;
    case "rrset":
      return `${found.set.data.join(", ")} (TTL ${found.ttls.join(" and ")})`;
  }
}

/** What the server answers for one RRset; it may have made that up from a wildcard (RFC 4592), which no query tells. */
export async function lookUp({ ask, over, at }: Omit<Call, "zone">, { name, type }: RRsetKey): Promise<Found> {
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

type Alias = Extract<Found, { kind: "alias" }>;
type FoundSet = Extract<Found, { kind: "rrset" }>;

/** What a query finds where records are changed: an alias that only a wildcard makes up is none. Throws DNS_CNAME for one that is. */
export async function lookUpUnaliased(call: Call, key: RRsetKey, act: string): Promise<FoundSet | undefined> {
  const found = await lookUp(call, key);
  if (found.kind === "alias" && !(await isMadeUp(call, key.name, found))) throw aliasOf(`${act}:`, key.name, found.target);
  refuseOccluded(call.zone, key, found, act);
  return found.kind === "rrset" ? found : undefined;
}

/** Whether a wildcard answers where no alias is (RFC 4592), which only an update without changes tells. */
export async function isMadeUp(call: Call, name: string, { isRedirected }: Alias): Promise<boolean> {
  // Below a DNAME every name is an alias, and none of them stands in the zone (RFC 6672 2.3).
  return !isRedirected && isReallyAbsent(call, { name, type: "CNAME" });
}

/** These say that nobody may ask that zone in this way, so what the query said has the last word. */
const untold: readonly DnsErrorCode[] = ["DNS_REFUSED", "DNS_NOTAUTH", "DNS_NOTIMP", "DNS_BADKEY"];

/**
 * What the name is an alias of, if it is one. A reverse zone that gives parts of itself away (RFC 2317) is often somebody else's,
 * with no updates for our key: its aliases are taken for what they seem.
 */
export async function findAlias(call: Omit<Call, "zone">, key: RRsetKey): Promise<string | undefined> {
  const found = await lookUp(call, key);
  if (found.kind !== "alias") return undefined;
  const zone = await findZone(call, key.name);
  const made = await isMadeUp({ ...call, zone }, key.name, found).catch((error: unknown) => {
    if (error instanceof DnsError && untold.includes(error.code)) return false;
    throw error;
  });
  return made ? undefined : found.target;
}

/** The name is an alias, so nothing else can stand there (RFC 1034 3.6.2). */
export function aliasOf(at: string, name: string, target: string, nothingDone = true): DnsError {
  return new DnsError("DNS_CNAME", `${at} ${name} is an alias (CNAME) of ${target} Use that name, or remove the alias first.`, {
    facts: { name, target },
    nothingDone,
  });
}

/** The zone below this one that the server answers a name from: what an update writes above such a cut, nobody ever sees. */
export function zoneBelow(zone: string, found: Found): string | undefined {
  const { zone: its } = found;
  return its !== undefined && its !== zone && isAtOrBelow(its, zone) ? its : undefined;
}

export const seenBelow = (name: string, zone: string, below: string): string =>
  `${name} lies in zone ${below} there, and a record of it in zone ${zone} would never be seen. Give zone ${below}`;

/** Refuses to write a record above a zone cut, which servers do with NOERROR. */
function refuseOccluded(zone: string, { name }: RRsetKey, found: Found, act: string): void {
  const below = zoneBelow(zone, found);
  if (below === undefined) return;
  throw new DnsError("DNS_NOTZONE", `${act}: ${seenBelow(name, zone, below)}`, { facts: { name, zone: below } });
}
