import { isAtOrBelow } from "pulumi-dataminer-failover/dns";
import { classes, rcodes, types, type WireRecord } from "pulumi-dataminer-failover/dns/messages";
import { sameRecords } from "./contents.js";
import type { Zone } from "./zone.js";

/** Whether the zone is as the prerequisites say: NOERROR, or why not (RFC 2136 3.2). */
export function checkPrerequisites(zone: Zone, prerequisites: readonly WireRecord[]): number {
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
