import type { DnsClient } from "../dns/client.js";
import type { RRsetEdit } from "../dns/editRRsets.js";
import type { RRset } from "../dns/rrset.js";
import type { NameClaims, Ownership } from "./claims.js";
import { claimsAt, claimsKeys, includingClaimed, isAt, namesOf, type OwnedRecord } from "./ownedRecords.js";

/** What stays where something is released, and why: each as `type name value`. */
export interface Left {
  /** Another creation of this resource owns it. */
  superseded: string[];
  /** Other resources own it too. */
  shared: string[];
  /** Nobody claims it in the zone, and the program declares it anew. */
  declared: string[];
  /** Somebody has changed it meanwhile. */
  changed: string[];
}

/**
 * Removes what is owned of one zone and nothing beside it, with the claims on it. Gone already is success; what somebody has changed
 * meanwhile stays, and what anybody else claims.
 */
export async function releaseRecords(client: DnsClient, zone: string, known: readonly OwnedRecord[], ownership: Ownership): Promise<Left> {
  const names = namesOf(known);
  const owned = await includingClaimed(client, known, known, ownership);
  const keys = owned.filter((record, index) => owned.findIndex((other) => isAt(other, record)) === index);
  let left = nothing();
  const edit = (found: (RRset | undefined)[]) => {
    left = nothing();
    const claims = claimsAt(names, found.slice(keys.length), ownership);
    const going = owned.filter((record) => {
      const set = found[keys.findIndex((key) => isAt(key, record))];
      const here = claims.get(record.name);
      if (here === undefined || !set?.data.includes(record.data)) return false;
      const reason = reasonToLeave(record, here, ownership);
      if (reason !== undefined) left[reason].push(shown(record));
      return reason === undefined;
    });
    const goingAt = (name: string, type?: string) => going.filter((each) => each.name === name && (type ?? each.type) === each.type);
    const edits = keys.map(({ name, type }, index) => {
      const set = found[index];
      const ours = owned.filter((record) => isAt({ zone, name, type }, record)).map(({ data }) => data);
      left.changed.push(...changesAt(`${type} ${name}`, ours, set));
      return editOf(
        set,
        goingAt(name, type).map(({ data }) => data),
      );
    });
    return [...edits, ...[...claims].map(([name, here]) => here.after([], goingAt(name)))];
  };
  await client.editRRsets(zone, [...keys, ...claimsKeys(names)], edit);
  return left;
}

export const nothing = (): Left => ({ superseded: [], shared: [], declared: [], changed: [] });
const shown = ({ type, name, data }: OwnedRecord): string => `${type} ${name} ${data}`;

function reasonToLeave(record: OwnedRecord, here: NameClaims, { isReplacing }: Ownership): Exclude<keyof Left, "changed"> | undefined {
  if (here.foreignOwnersOf(record).length > 0) return "shared";
  if (here.otherCreationsOf(record).length > 0) return "superseded";
  return isReplacing && !here.isClaimed(record) ? "declared" : undefined;
}

/** Others have put something else in place of what was ours. */
function changesAt(what: string, ours: readonly string[], set: RRset | undefined): string[] {
  const gone = ours.filter((data) => !set?.data.includes(data));
  const others = set?.data.filter((data) => !ours.includes(data)) ?? [];
  return gone.length > 0 && others.length > 0 ? [`${what} has ${others.join(", ")} instead of ${gone.join(", ")}`] : [];
}

function editOf(set: RRset | undefined, going: readonly string[]): RRsetEdit {
  if (set === undefined || going.length === 0) return "keep";
  const data = set.data.filter((value) => !going.includes(value));
  return data.length === 0 ? null : { ttl: set.ttl, data };
}
