import { RefusedError } from "../core/errors.js";
import { isSameStack, parseOwner, resourceOf } from "../core/owner.js";
import type { RRsetEdit } from "../dns/editRRsets.js";
import type { RRset } from "../dns/rrset.js";
import { defaultTtlSeconds, type NameClaims, type Ownership } from "./claims.js";
import { isOwned, type OwnedRecord } from "./ownedRecords.js";
import { hasOtherTtl, type PlacedRule } from "./recordRules.js";

/** What the resource wants of all its records, and what it recognises as its own. */
export interface Wanted {
  /** Declared; undefined leaves the TTL of what is there. */
  ttlSeconds: number | undefined;
  owned: readonly OwnedRecord[];
  ownership: Ownership;
}

/** What becomes of one RRset, and whose its records are then. */
export interface Verdict {
  edit: RRsetEdit;
  /** Values that stand there then and are ours, alone or with others. */
  owned: string[];
  gone: string[];
}

/** One RRset as it was found. */
export interface Seen {
  found: RRset | undefined;
  claims: NameClaims;
  /** Values that an earlier try of the same change has put there. */
  written?: readonly string[] | undefined;
}

/** Judges one RRset by what stands there and who claims it. Throws RECORD_EXISTS for what is not ours to change. */
export function judge(rule: PlacedRule, { found, claims, written = [] }: Seen, wanted: Wanted): Verdict {
  const { ttlSeconds, ownership } = wanted;
  const standing = found?.data ?? [];
  const record = (data: string) => ({ type: rule.type, data });
  const holders = (data: string) => claims.foreignOwnersOf(record(data));
  const isUnclaimed = (data: string) => holders(data).length === 0;
  const isTheOldOnes = (data: string) => ownership.isReplacing && rule.present.includes(data);
  const isOurs = (data: string) =>
    claims.isClaimed(record(data)) ||
    (isUnclaimed(data) && (written.includes(data) || isOwned(wanted.owned, rule, data) || isTheOldOnes(data)));
  const isGoing = (data: string) =>
    !rule.present.includes(data) &&
    (rule.others === "none" || rule.absent.includes(data) || (rule.former.includes(data) && isUnclaimed(data)));

  const gone = standing.filter(isGoing);
  const missing = rule.present.filter((data) => !standing.includes(data));
  const otherTtl = hasOtherTtl(rule, found, ttlSeconds);
  const isMine = (data: string) => (isUnclaimed(data) ? rule.absent.includes(data) || isOurs(data) : !gone.includes(data) && isOurs(data));
  const foreign = (otherTtl ? standing : gone).filter((data) => !isMine(data));
  const refused = foreign.filter((data) => !rule.overwrite && !(rule.claimed && isUnclaimed(data)));
  if (found && refused.length > 0) throw exists(rule, found, refused, refused.flatMap(holders), ownership.owner);

  const isTakenOver = rule.overwrite && gone.length > 0;
  const isShared = (data: string) => ownership.kept === "zone" && !isUnclaimed(data);
  const owned = rule.present.filter((data) => isOurs(data) || !standing.includes(data) || isTakenOver || isShared(data));
  if (gone.length === 0 && missing.length === 0 && !otherTtl) return { edit: "keep", owned, gone };
  const data = [...standing.filter((value) => !gone.includes(value)), ...missing];
  const ttl = rule.others === "none" ? (ttlSeconds ?? found?.ttl) : (found?.ttl ?? ttlSeconds);
  return { edit: data.length === 0 ? null : { ttl: ttl ?? defaultTtlSeconds, data }, owned, gone };
}

function exists(
  { subject, name, type, present }: PlacedRule,
  { ttl }: RRset,
  foreign: readonly string[],
  holders: readonly string[],
  owner: string | undefined,
): RefusedError {
  const wanted = present.length === 0 ? "nothing" : `${present.join(", ")} alone`;
  const names = [...new Set(holders.map((holder) => parseOwner(holder).name))];
  const claimed = names.length === 0 ? "" : ` and is owned by ${names.join(" and ")}`;
  const renamed = holders.find((holder) => owner !== undefined && isSameStack(holder, owner));
  const cure = renamed
    ? `If that resource has another name now, give it aliases: [{ name: "${resourceOf(renamed).name}" }]; else let one of the two go.`
    : "Check whose it is and remove it, or set overwrite.";
  return new RefusedError(
    "RECORD_EXISTS",
    `Writing ${type} ${name} (${subject}): ${foreign.join(", ")} stands there already with TTL ${ttl}${claimed}, declared is ${wanted}. ${cure}`,
  );
}
