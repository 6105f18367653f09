import { isAtOrBelow } from "pulumi-dataminer-failover/dns";
import { classes, type Message, rcodes, types, type WireRecord } from "pulumi-dataminer-failover/dns/messages";
import { type Contents, sameRecords } from "./contents.js";
import { isLater, serialOf, type Zone } from "./zone.js";

/** Carries out an UPDATE, all of it or nothing, and gives its rcode (RFC 2136 3). */
export function update(zones: readonly Zone[], { questions, answers, authorities }: Message, isPermitted: (zone: Zone) => boolean): number {
  const [asked] = questions;
  if (!asked || questions.length > 1 || asked.type !== types.SOA) return rcodes.FORMERR;
  const zone = asked.class === classes.IN ? zones.find(({ name }) => name === asked.name) : undefined;
  if (!zone) return rcodes.NOTAUTH;
  const unmet = checkPrerequisites(zone, answers);
  if (unmet !== rcodes.NOERROR) return unmet;
  if (!isPermitted(zone)) return rcodes.REFUSED;
  const flaw = prescan(zone, authorities);
  if (flaw !== rcodes.NOERROR) return flaw;
  zone.change((contents) => {
    for (const record of authorities) apply(contents, zone.name, record);
  });
  return rcodes.NOERROR;
}

/** Types that no record has: a question's, and those of OPT and TSIG (RFC 6895 3.1). */
const isMeta = (type: number): boolean => type === types.OPT || (type >= 128 && type <= 255);

/** RFC 2136 3.4.1. */
function prescan(zone: Zone, changes: readonly WireRecord[]): number {
  for (const { name, type, class: kind, ttl, rdata } of changes) {
    if (!isAtOrBelow(name, zone.name)) return rcodes.NOTZONE;
    if (kind === classes.IN) {
      if (isMeta(type)) return rcodes.FORMERR;
    } else if (kind === classes.ANY) {
      if (ttl !== 0 || rdata.length > 0 || (isMeta(type) && type !== types.ANY)) return rcodes.FORMERR;
    } else if (kind === classes.NONE) {
      if (ttl !== 0 || isMeta(type)) return rcodes.FORMERR;
    } else return rcodes.FORMERR;
  }
  return rcodes.NOERROR;
}

/** RFC 2136 3.4.2. */
function apply(contents: Contents, apex: string, record: WireRecord): void {
  if (record.class === classes.IN) add(contents, record);
  else if (record.class === classes.NONE) deleteRecord(contents, apex, record);
  else if (record.type === types.ANY) {
    for (const type of [...(contents.node(record.name)?.keys() ?? [])]) deleteRRset(contents, apex, record.name, type);
  } else deleteRRset(contents, apex, record.name, record.type);
}

/** An alias and other data never meet: what would bring them together is left out in silence. */
function add(contents: Contents, { name, type, ttl, rdata }: WireRecord): void {
  const present = [...(contents.node(name)?.keys() ?? [])];
  if (type === types.CNAME ? present.some((each) => each !== types.CNAME) : present.includes(types.CNAME)) return;
  const held = contents.find(name, type)?.rdata ?? [];
  if (type === types.SOA && !(held[0] && isLater(serialOf(rdata), serialOf(held[0])))) return;
  const isSingle = type === types.SOA || type === types.CNAME;
  const others = isSingle ? [] : held.filter((each) => !each.equals(rdata));
  // All records of a set share a TTL, so the newest one holds for all (RFC 2181 5.2).
  contents.put(name, type, { ttl, rdata: [...others, rdata] });
}

/** A zone never loses its SOA and its NS. */
function deleteRRset(contents: Contents, apex: string, name: string, type: number): void {
  if (name === apex && (type === types.SOA || type === types.NS)) return;
  contents.put(name, type, undefined);
}

function deleteRecord(contents: Contents, apex: string, { name, type, rdata }: WireRecord): void {
  const rrset = contents.find(name, type);
  if (!rrset || type === types.SOA) return;
  const rest = rrset.rdata.filter((each) => !each.equals(rdata));
  if (type === types.NS && name === apex && rest.length === 0) return;
  contents.put(name, type, { ttl: rrset.ttl, rdata: rest });
}

/** Whether the zone is as the prerequisites say: NOERROR, or why not (RFC 2136 3.2). */
function checkPrerequisites(zone: Zone, prerequisites: readonly WireRecord[]): number {
  const expected = new Map<string, { name: string; type: number; rdata: Buffer[] }>();
  for (const record of prerequisites) {
    const { name, type, rdata } = record;
    if (record.ttl !== 0) return rcodes.FORMERR;
    if (!isAtOrBelow(name, zone.name)) return rcodes.NOTZONE;
    if (record.class === classes.IN) {
      const rrset = expected.get(`${name}|${type}`) ?? { name, type, rdata: [] };
      expected.set(`${name}|${type}`, { ...rrset, rdata: [...rrset.rdata, rdata] });
      continue;
    }
    const rcode = checkPresence(zone, record);
    if (rcode !== rcodes.NOERROR) return rcode;
  }
  const matches = [...expected.values()].every(({ name, type, rdata }) => sameRecords(zone.contents.find(name, type)?.rdata ?? [], rdata));
  return matches ? rcodes.NOERROR : rcodes.NXRRSET;
}

/** What must be there or must not, whatever its data. An empty non-terminal is not in use (RFC 2136 2.4.4). */
function checkPresence({ contents }: Zone, { name, type, class: wanted, rdata }: WireRecord): number {
  if (rdata.length > 0) return rcodes.FORMERR;
  const isThere = type === types.ANY ? contents.node(name) !== undefined : contents.find(name, type) !== undefined;
  if (wanted === classes.ANY) {
    if (isThere) return rcodes.NOERROR;
    return type === types.ANY ? rcodes.NXDOMAIN : rcodes.NXRRSET;
  }
  if (wanted === classes.NONE) {
    if (!isThere) return rcodes.NOERROR;
    return type === types.ANY ? rcodes.YXDOMAIN : rcodes.YXRRSET;
  }
  return rcodes.FORMERR;
}
