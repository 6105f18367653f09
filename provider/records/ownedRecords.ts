import type { Difference } from "../core/difference.js";
import { parseOwner } from "../core/owner.js";
import type { DnsClient } from "../dns/client.js";
import type { RecordType } from "../dns/rdata.js";
import type { RRset, RRsetKey } from "../dns/rrset.js";
import { claimsName, NameClaims, type Ownership } from "./claims.js";

/** A record that a resource made, or shares with others that did: with its last owner it goes. */
export interface OwnedRecord {
  zone: string;
  name: string;
  type: RecordType;
  data: string;
  /** Server and key that it was made with, while a change to other ones is unfinished. */
  at?: string;
}

/** One RRset, and the zone that holds it. */
export type ZoneRRset = Pick<OwnedRecord, "zone" | "name" | "type">;

export const isAt = (one: ZoneRRset, other: ZoneRRset): boolean =>
  one.zone === other.zone && one.name === other.name && one.type === other.type;

export const isOwned = (owned: readonly OwnedRecord[], at: ZoneRRset, data: string): boolean =>
  owned.some((record) => isAt(record, at) && record.data === data);

export const union = (some: readonly OwnedRecord[], more: readonly OwnedRecord[]): OwnedRecord[] => [
  ...some,
  ...more.filter((record) => !isOwned(some, record, record.data)),
];

export function byZone<Item extends { zone: string }>(items: readonly Item[]): Map<string, Item[]> {
  const zones = new Map<string, Item[]>();
  for (const item of items) zones.set(item.zone, [...(zones.get(item.zone) ?? []), item]);
  return zones;
}

export const namesOf = (places: readonly Pick<ZoneRRset, "name">[]): string[] => [...new Set(places.map(({ name }) => name))];

/** The RRsets with the claims at these names. */
export const claimsKeys = (names: readonly string[]): RRsetKey[] => names.map((name) => ({ name: claimsName(name), type: "TXT" }));

export function claimsAt(names: readonly string[], found: readonly (RRset | undefined)[], ownership: Ownership): Map<string, NameClaims> {
  return new Map(names.map((name, index) => [name, new NameClaims(found[index], ownership)]));
}

/** The claims at each name, all of one zone or each of its own. */
export async function readClaims(
  client: DnsClient,
  places: readonly Pick<ZoneRRset, "zone" | "name">[],
  ownership: Ownership,
): Promise<Map<string, NameClaims>> {
  const names = namesOf(places);
  const zoneOf = (name: string) => places.find((place) => place.name === name)?.zone;
  const found = await Promise.all(names.map((name) => client.readRRset(claimsName(name), "TXT", { zone: zoneOf(name) })));
  return claimsAt(names, found, ownership);
}

/** `owned`, and what this creation claims beside it: a message whose answer nobody saw was carried out. */
export async function includingClaimed(
  client: DnsClient,
  places: readonly Pick<ZoneRRset, "zone" | "name">[],
  owned: readonly OwnedRecord[],
  ownership: Ownership,
): Promise<OwnedRecord[]> {
  if (ownership.before.length === 0) return [...owned];
  const claims = await readClaims(client, places, ownership);
  const zoneOf = (name: string) => places.find((place) => place.name === name)?.zone ?? "";
  const claimed = [...claims].flatMap(([name, { claimed: records }]) => records.map((record) => ({ zone: zoneOf(name), name, ...record })));
  return union(owned, claimed);
}

/** What the zone says of records that a resource has made. */
export interface StoredOwnership {
  /** Whom a later creation of the same resource is stored as, where it has taken over what this one has made. */
  storedOwner: string | undefined;
  /** They stand as they were made, and nothing says any more whose they are. */
  unclaimed: OwnedRecord[];
}

export const unclaimedDifference = ({ name, type, data }: OwnedRecord): Difference => ({
  ...{ property: "dns", at: `${type} ${name} ${data}` },
  ...{ declared: "the TXT record that says whose it is", live: null },
});

export const unclaimedLine = ({ name, type, data }: OwnedRecord): string =>
  `${type} ${name} ${data} has lost the TXT record that says whose it is`;

export async function readOwnership(
  client: DnsClient,
  { owned, owners }: { owned: readonly OwnedRecord[]; owners: readonly string[] },
): Promise<StoredOwnership> {
  const claims = await readClaims(client, owned, { kept: "zone", owner: undefined, before: owners, isReplacing: false });
  const superseders = [...claims].flatMap(([name, here]) => here.findSuperseder(owned.filter((record) => record.name === name)) ?? []);
  // What was made before there were generations has no claim, until an update writes it.
  const isOld = owners.every((owner) => parseOwner(owner).generation === undefined);
  const bare = isOld ? [] : owned.filter((record) => !claims.get(record.name)?.isClaimed(record));
  return { storedOwner: superseders[0], unclaimed: await standing(client, bare) };
}

/** Those that stand as they were made. */
export async function standing(client: DnsClient, records: readonly OwnedRecord[]): Promise<OwnedRecord[]> {
  const found = await Promise.all(records.map(({ zone, name, type }) => client.readRRset(name, type, { zone })));
  return records.filter(({ data }, index) => found[index]?.data.includes(data));
}
