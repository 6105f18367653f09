import { isDeepStrictEqual } from "node:util";
import type { Context } from "../core/context.js";
import type { CommonInputs, Recorded } from "../core/definition.js";
import type { DnsClient } from "../dns/client.js";
import { DnsError } from "../dns/errors.js";
import { type DnsConnection, serverNames, withDns } from "./connection.js";
import { byZone, claimsAt, claimsKeys, namesOf, type OwnedRecord, readOwnership, type StoredOwnership } from "./ownedRecords.js";
import { type Left, nothing, releaseRecords } from "./releaseRecords.js";

/** What a resource has made before, and where that may be: a change of `dns` that failed half-way leaves records at two places. */
export interface FormerRecords {
  places: readonly DnsConnection[];
  owned: readonly OwnedRecord[];
  /** Whom that may be stored as. */
  owners: readonly string[];
  /** Where it was applied last. */
  before: DnsConnection | undefined;
}

type Inputs = CommonInputs & { dns?: DnsConnection | undefined };

/** `dns`: what is declared now; its key is tried first at a server that had another one. */
export function formerRecords(recorded: Recorded<Inputs, { ownedRecords: OwnedRecord[] }> | undefined, dns?: DnsConnection): FormerRecords {
  const known = [recorded?.dns, recorded?.attempted?.dns, recorded?.applied.dns].filter((place) => place !== undefined && place !== null);
  const isKnown = dns !== undefined && known.some((place) => serverNames(place) === serverNames(dns));
  const places = isKnown ? [dns, ...known] : known;
  return {
    places: places.filter((place, index) => !places.slice(0, index).some((other) => isSameAccess(other, place))),
    owned: recorded?.ownedRecords ?? [],
    owners: recorded?.owners ?? [],
    before: recorded?.applied.dns ?? undefined,
  };
}

/** What the zone says of the records of a resource, where it is to say anything. */
export async function readStoredOwnership(
  client: DnsClient,
  { ownership }: DnsConnection,
  recorded: Recorded<Inputs, { ownedRecords: OwnedRecord[] }> | undefined,
): Promise<StoredOwnership> {
  return ownership === "state" ? { storedOwner: undefined, unclaimed: [] } : readOwnership(client, formerRecords(recorded));
}

const isSameAccess = (one: DnsConnection, other: DnsConnection): boolean =>
  serverNames(one) === serverNames(other) && one.keyFile === other.keyFile && isDeepStrictEqual(one.key, other.key);

/** Removes what is owned, the last made first, at every server that has its zone; what stays is told. */
export async function releaseFormer(
  { places, owned, owners }: FormerRecords,
  context: Context,
  { isReplaced = context.isReplaced }: { isReplaced?: boolean } = {},
): Promise<void> {
  const left = nothing();
  const ownership = { kept: "zone" as const, owner: context.owner, before: owners, isReplacing: isReplaced };
  for (const [zone, inZone] of [...byZone(owned)].reverse()) {
    const release = async (client: DnsClient) => {
      const here = await releaseRecords(client, zone, inZone, ownership);
      for (const reason of Object.keys(left) as (keyof Left)[]) left[reason].push(...here[reason]);
    };
    await context.write(() => atEachServer(places, (place) => withDns(place, context, release)));
  }
  for (const line of linesOf(left)) context.progress(line);
}

/** Where a rename leaves the records as they are: what is claimed under the former name is claimed under the present one. */
export async function reclaimFormer({ places, owned, owners }: FormerRecords, context: Context): Promise<void> {
  const { owner } = context;
  if (owner === undefined || owners.every((former) => former === owner)) return;
  const ownership = { kept: "zone" as const, owner, before: owners, isReplacing: false };
  for (const [zone, inZone] of byZone(owned)) {
    const names = namesOf(inZone);
    const reclaim = async (client: DnsClient) => {
      await client.editRRsets(zone, claimsKeys(names), (found) =>
        [...claimsAt(names, found, ownership).values()].map((here) => here.after(here.claimed, [])),
      );
    };
    await context.write(() => atEachServer(places, (place) => withDns(place, context, reclaim)));
  }
}

function linesOf({ superseded, shared, declared, changed }: Left): string[] {
  const line = (records: string[], why: string) => (records.length === 0 ? [] : [`left in DNS, because ${why}: ${records.join("; ")}`]);
  return [
    ...line(superseded, "a later creation of this resource owns it"),
    ...line(shared, "other resources own it too"),
    ...line(declared, "the program still declares it"),
    ...changed.map((what) => `${what}; it is left.`),
  ];
}

async function atEachServer(places: readonly DnsConnection[], act: (place: DnsConnection) => Promise<void>): Promise<void> {
  const servers = [...new Set(places.map(serverNames))];
  const failures: DnsError[] = [];
  for (const server of servers) {
    const same = places.filter((place) => serverNames(place) === server);
    await withEachKey(same, act).catch((error: unknown) => {
      if (!(error instanceof DnsError)) throw error;
      failures.push(error);
    });
  }
  const isNowhere = failures.length === servers.length;
  const failure = failures.find(({ code }) => code !== "DNS_WRONG_SERVER") ?? (isNowhere ? failures[0] : undefined);
  if (failure) throw failure;
}

/** One server: each key may have a view of its own; one that is not taken, or no longer, counts where none is, and the first has the word. */
async function withEachKey(places: readonly DnsConnection[], act: (place: DnsConnection) => Promise<void>): Promise<void> {
  const refusals: DnsError[] = [];
  for (const place of places) {
    await act(place).catch((error: unknown) => {
      if (!(error instanceof DnsError && error.nothingDone)) throw error;
      refusals.push(error);
    });
  }
  if (refusals.length === places.length) throw refusals[0];
}
