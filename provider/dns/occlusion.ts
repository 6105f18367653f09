import { DnsError } from "./errors.js";
import { isAtOrBelow } from "./names.js";
import type { Found, RRsetKey } from "./rrset.js";

/** The zone below this one that the server answers a name from: what an update writes above such a cut, nobody ever sees. */
export function zoneBelow(zone: string, found: Found): string | undefined {
  const { zone: its } = found;
  return its !== undefined && its !== zone && isAtOrBelow(its, zone) ? its : undefined;
}

export const seenBelow = (name: string, zone: string, below: string): string =>
  `${name} lies in zone ${below} there, and a record of it in zone ${zone} would never be seen. Give zone ${below}`;

/** Refuses to write a record above a zone cut, which servers do with NOERROR. */
export function refuseOccluded(zone: string, { name }: RRsetKey, found: Found, act: string): void {
  const below = zoneBelow(zone, found);
  if (below === undefined) return;
  throw new DnsError("DNS_NOTZONE", `${act}: ${seenBelow(name, zone, below)}`, { facts: { name, zone: below } });
}
