import { DnsError, type DnsErrorCode } from "./errors.js";
import { findZone } from "./findZone.js";
import { lookUp } from "./lookUp.js";
import { refuseOccluded } from "./occlusion.js";
import { isReallyAbsent, type Place } from "./probe.js";
import type { Found, RRsetKey } from "./rrset.js";

type Alias = Extract<Found, { kind: "alias" }>;
type FoundSet = Extract<Found, { kind: "rrset" }>;

/** What a query finds where records are changed: an alias that only a wildcard makes up is none. Throws DNS_CNAME for one that is. */
export async function lookUpUnaliased(place: Place, key: RRsetKey, act: string): Promise<FoundSet | undefined> {
  const found = await lookUp(place.ask, key, place.over, place.at);
  if (found.kind === "alias" && !(await isMadeUp(place, key.name, found))) throw aliasOf(`${act}:`, key.name, found.target);
  refuseOccluded(place.zone, key, found, act);
  return found.kind === "rrset" ? found : undefined;
}

/** Whether a wildcard answers where no alias is (RFC 4592), which only an update without changes tells. */
export async function isMadeUp(place: Place, name: string, { isRedirected }: Alias): Promise<boolean> {
  // Below a DNAME every name is an alias, and none of them stands in the zone (RFC 6672 2.3).
  return !isRedirected && isReallyAbsent(place, { name, type: "CNAME" });
}

/** These say that nobody may ask that zone in this way, so what the query said has the last word. */
const untold: readonly DnsErrorCode[] = ["DNS_REFUSED", "DNS_NOTAUTH", "DNS_NOTIMP", "DNS_BADKEY"];

/**
 * What the name is an alias of, if it is one. A reverse zone that gives parts of itself away (RFC 2317) is often somebody else's,
 * with no updates for our key: its aliases are taken for what they seem.
 */
export async function findAlias(place: Omit<Place, "zone">, key: RRsetKey): Promise<string | undefined> {
  const found = await lookUp(place.ask, key, place.over, place.at);
  if (found.kind !== "alias") return undefined;
  const zone = await findZone(place.ask, key.name, place.over);
  const made = await isMadeUp({ ...place, zone }, key.name, found).catch((error: unknown) => {
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
