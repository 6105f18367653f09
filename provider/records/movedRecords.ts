import type { Context } from "../core/context.js";
import { reasonOf } from "../core/errors.js";
import { parseOwner } from "../core/owner.js";
import type { DnsClient } from "../dns/client.js";
import { DnsError } from "../dns/errors.js";
import type { Ownership } from "./claims.js";
import { type DnsConnection, serverNames, withDns } from "./connection.js";
import type { FormerRecords } from "./formerRecords.js";
import { byZone, type OwnedRecord, readClaims, standing } from "./ownedRecords.js";
import { releaseRecords } from "./releaseRecords.js";

/** Which server, seen with which key: a server may show each key a view of its own. */
export function accessOf(dns: DnsConnection): string {
  const key = dns.keyFile !== undefined ? `key file ${dns.keyFile}` : dns.key ? `key ${dns.key.name}` : "no key";
  return `${serverNames(dns)} with ${key}`;
}

/** What is owned where it is declared now, and what stands in other data of the same zones, at the server or in the view of before. */
export interface Parted {
  here: OwnedRecord[];
  /** Each with `at`. */
  there: OwnedRecord[];
}

/**
 * Another server or key may show other data under the same zone names, or the same. It is other data where what is owned stands
 * there and not here. What an unfinished change knows of that is in its state.
 */
export async function partMoved(
  client: DnsClient,
  { dns, zones }: { dns: DnsConnection; zones: ReadonlySet<string> },
  { before, owned, owners }: FormerRecords,
  ownership: Ownership,
  context: Context,
): Promise<Parted> {
  const now = accessOf(dns);
  if (owned.some(({ at }) => at !== undefined)) {
    const isThere = ({ at }: OwnedRecord) => at !== undefined && at !== now;
    return { here: owned.filter((record) => !isThere(record)).map(untagged), there: owned.filter(isThere) };
  }
  const inZones = owned.filter(({ zone }) => zones.has(zone));
  if (before === undefined || accessOf(before) === now || inZones.length === 0) return { here: [...owned], there: [] };
  const isClaimed = before.ownership !== "state" && owners.some((owner) => parseOwner(owner).generation !== undefined);
  const stands = (of: DnsClient) => (isClaimed ? hasClaims(of, inZones, ownership) : hasRecords(of, inZones));
  if (await stands(client)) return { here: [...owned], there: [] };
  const here = owned.filter((record) => !inZones.includes(record));
  try {
    if (!(await withDns(before, context, stands))) return { here: [...owned], there: [] };
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    context.warn(leftAt(accessOf(before), inZones, error));
    return { here, there: [] };
  }
  return { here, there: inZones.map((record) => ({ ...record, at: accessOf(before) })) };
}

async function hasClaims(client: DnsClient, records: readonly OwnedRecord[], ownership: Ownership): Promise<boolean> {
  const claims = await readClaims(client, records, ownership);
  return [...claims.values()].some(({ claimed }) => claimed.length > 0);
}

async function hasRecords(client: DnsClient, records: readonly OwnedRecord[]): Promise<boolean> {
  return (await standing(client, records)).length === records.length;
}

/** Removes what stands in other data; where that fails, says what stays and where. */
export async function releaseMoved(
  there: readonly OwnedRecord[],
  places: readonly DnsConnection[],
  ownership: Ownership,
  context: Context,
): Promise<void> {
  for (const access of new Set(there.map(({ at }) => at ?? ""))) {
    const records = there.filter(({ at }) => at === access).map(untagged);
    const place = places.find((each) => accessOf(each) === access);
    try {
      if (place === undefined) throw new DnsError("DNS_UNREACHABLE", "It is known no longer.");
      await withDns(place, context, async (client) => {
        for (const [zone, inZone] of [...byZone(records)].reverse()) await releaseRecords(client, zone, inZone, ownership);
      });
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      context.warn(leftAt(access, records, error));
    }
  }
}

const untagged = ({ zone, name, type, data }: OwnedRecord): OwnedRecord => ({ zone, name, type, data });

function leftAt(access: string, records: readonly OwnedRecord[], error: DnsError): string {
  const shown = records.map(({ type, name, data }) => `${type} ${name} ${data}`).join("; ");
  return `records may still stand at ${access}: ${shown}. They could not be removed there: ${reasonOf(error)} Remove them by hand.`;
}
