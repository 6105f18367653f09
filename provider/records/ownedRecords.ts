import { RefusedError } from "../core/errors.js";
import type { DnsClient, RRset } from "../dns/client.js";
import { DnsError } from "../dns/errors.js";
import type { RecordType } from "../dns/rdata.js";
import { hasOtherTtl, type PlacedRule, readRules, unwanted } from "./recordRules.js";

/** A record that a resource made: it alone may take it away again. */
export interface OwnedRecord {
  zone: string;
  name: string;
  type: RecordType;
  data: string;
}

/** TTL of records that are made without a declared one, in seconds. */
export const defaultTtlSeconds = 300;

interface Wanted {
  /** Declared; undefined leaves the TTL of what is there. */
  ttlSeconds: number | undefined;
  /** What the resource has made before. */
  owned: readonly OwnedRecord[];
}

export interface Establishing extends Wanted {
  /** Told before each message what will be owned when it is applied: an answer that is lost must not orphan a record. */
  remember: (owned: OwnedRecord[]) => void;
  /** Around each message: from then on something exists. */
  write: <Answer>(act: () => Promise<Answer>) => Promise<Answer>;
}

type Edit = { ttl: number; data: string[] } | null | "keep";

/** Makes the rules hold, zone by zone in their order, one compare-and-set each, and says what is owned then. */
export async function establishRecords(
  client: DnsClient,
  rules: readonly PlacedRule[],
  establishing: Establishing,
): Promise<OwnedRecord[]> {
  let owned = [...establishing.owned];
  for (const [zone, inZone] of byZone(rules)) {
    let after = owned;
    let tries = 0;
    const edit = (found: readonly (RRset | undefined)[]) => {
      tries++;
      after = ownedAfter(owned, inZone, found);
      const edits = inZone.map((rule, index) => editOf(rule, found[index], { ...establishing, owned }));
      establishing.remember(union(owned, after));
      return edits;
    };
    try {
      await establishing.write(() => client.editRRsets(zone, inZone, edit));
    } catch (error) {
      // The only message was refused: of this zone nothing was made.
      if (tries === 1 && error instanceof DnsError && error.nothingDone) establishing.remember(owned);
      throw error;
    }
    owned = after;
  }
  establishing.remember(owned);
  return owned;
}

/** Refuses what establishing would refuse, and writes nothing. */
export async function refuseForeignRecords(client: DnsClient, rules: readonly PlacedRule[], establishing: Wanted): Promise<void> {
  const found = await readRules(client, rules);
  for (const [index, rule] of rules.entries()) editOf(rule, found[index], establishing);
}

function editOf(rule: PlacedRule, found: RRset | undefined, { ttlSeconds, owned }: Wanted): Edit {
  const going = unwanted(rule, found);
  const missing = rule.present.filter((value) => !found?.data.includes(value));
  const otherTtl = hasOtherTtl(rule, found, ttlSeconds);
  if (going.length === 0 && missing.length === 0 && !otherTtl) return "keep";
  const foreign = (otherTtl ? (found?.data ?? []) : going).filter((data) => !rule.absent.includes(data) && !isOwned(owned, rule, data));
  if (foreign.length > 0 && !rule.overwrite && !rule.claimed) throw exists(rule, found, foreign);
  const data = [...(found?.data ?? []).filter((value) => !going.includes(value)), ...missing];
  if (data.length === 0) return null;
  const ttl = rule.others === "none" ? (ttlSeconds ?? found?.ttl) : (found?.ttl ?? ttlSeconds);
  return { ttl: ttl ?? defaultTtlSeconds, data };
}

function exists({ subject, name, type, present }: PlacedRule, found: RRset | undefined, foreign: readonly string[]): RefusedError {
  const wanted = present.length === 0 ? "nothing" : `${present.join(", ")} alone`;
  return new RefusedError(
    "RECORD_EXISTS",
    `Writing ${type} ${name} (${subject}): ${foreign.join(", ")} stands there already with TTL ${found?.ttl}, declared is ${wanted}. ` +
      "Check whose it is and remove it, or set overwrite.",
  );
}

/** What we put there is ours; what we found is not, unless the program says that the whole RRset is. */
function ownedAfter(owned: readonly OwnedRecord[], rules: readonly PlacedRule[], found: readonly (RRset | undefined)[]): OwnedRecord[] {
  const others = owned.filter((record) => !rules.some((rule) => isAt(rule, record)));
  const here = rules.flatMap((rule, index) =>
    rule.present
      .filter((data) => isOwned(owned, rule, data) || !found[index]?.data.includes(data) || isTakenOver(rule, found[index]))
      .map((data) => ({ zone: rule.zone, name: rule.name, type: rule.type, data })),
  );
  return [...others, ...here];
}

const isTakenOver = (rule: PlacedRule, found: RRset | undefined): boolean => rule.overwrite && unwanted(rule, found).length > 0;

/** The rules, and what is owned and no rule asks for any more: it goes in the same messages. */
export function includingFormer(rules: readonly PlacedRule[], owned: readonly OwnedRecord[]): PlacedRule[] {
  const uncovered = owned.filter((record) => !rules.some((rule) => isAt(rule, record)));
  const extended = rules.map((rule) => {
    const former = owned.filter((record) => isAt(rule, record) && !rule.present.includes(record.data)).map(({ data }) => data);
    return { ...rule, absent: [...rule.absent, ...former] };
  });
  const leaving = uncovered.map(({ zone, name, type, data }) => ({
    ...{ subject: "declared before", zone, name, type },
    ...{ present: [], others: "stay" as const, absent: [data], overwrite: false, claimed: false },
  }));
  return [...extended, ...leaving];
}

/** Removes what is owned of one zone and nothing beside it. Gone already is success; what somebody has changed meanwhile stays, and is told. */
export async function releaseRecords(
  client: DnsClient,
  zone: string,
  owned: readonly OwnedRecord[],
  tell: (line: string) => void,
): Promise<void> {
  const keys = owned.filter((record, index) => owned.findIndex((other) => isAt(other, record)) === index);
  let left: string[] = [];
  await client.editRRsets(zone, keys, (found) => {
    left = [];
    return keys.map(({ name, type }, index) => {
      const ours = owned.filter((record) => isAt({ name, type, zone }, record)).map(({ data }) => data);
      const set = found[index];
      const remaining = (set?.data ?? []).filter((value) => !ours.includes(value));
      const gone = ours.filter((value) => !set?.data.includes(value));
      if (gone.length > 0 && remaining.length > 0)
        left.push(`${type} ${name} has ${remaining.join(", ")} instead of ${gone.join(", ")}; it is left.`);
      if (set === undefined || remaining.length === set.data.length) return "keep";
      return remaining.length === 0 ? null : { ttl: set.ttl, data: remaining };
    });
  });
  for (const line of left) tell(line);
}

type Place = Pick<OwnedRecord, "zone" | "name" | "type">;

const isAt = (one: Place, other: Place): boolean => one.zone === other.zone && one.name === other.name && one.type === other.type;

const isOwned = (owned: readonly OwnedRecord[], at: Place, data: string): boolean =>
  owned.some((record) => isAt(record, at) && record.data === data);

const union = (some: readonly OwnedRecord[], more: readonly OwnedRecord[]): OwnedRecord[] => [
  ...some,
  ...more.filter((record) => !isOwned(some, record, record.data)),
];

export function byZone<Item extends { zone: string }>(items: readonly Item[]): Map<string, Item[]> {
  const zones = new Map<string, Item[]>();
  for (const item of items) zones.set(item.zone, [...(zones.get(item.zone) ?? []), item]);
  return zones;
}
