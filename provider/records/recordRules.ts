import type { Difference } from "../core/difference.js";
import type { DnsClient } from "../dns/client.js";
import { amended, DnsError } from "../dns/errors.js";
import { isAtOrBelow } from "../dns/names.js";
import type { RecordType } from "../dns/rdata.js";
import type { RRset } from "../dns/rrset.js";
import { byZone, isAt, type OwnedRecord } from "./ownedRecords.js";

/** What must hold of one RRset. */
export interface RecordRule {
  /** What it is in the program, for lines and differences: `dns.hostname`. */
  subject: string;
  name: string;
  type: RecordType;
  /** The declared zone; the server is asked without one, and for a name outside of it. */
  zone: string | undefined;
  /** Values that must stand there, in their canonical spelling. */
  present: readonly string[];
  /** `none`: nothing else may stand there. `stay`: it is left alone. */
  others: "none" | "stay";
  /** Values that must go, whoever put them there; what another resource owns is refused. */
  absent: readonly string[];
  /** Whether the program takes over what others have put where `others` is `none`: from then on the whole RRset is ours. */
  overwrite: boolean;
  /** Whether that was ours alone when it was last applied: what others have put there since goes. */
  claimed: boolean;
}

/** A rule, and the zone in which its name is. */
export interface PlacedRule extends RecordRule {
  zone: string;
  /** Values of ours that are declared no longer: they go, unless others own them too. */
  former: readonly string[];
}

/** Finds the zone of each rule; a PTR name that is an alias stands for its target (RFC 2317). */
export async function placeRules(client: DnsClient, rules: readonly RecordRule[]): Promise<PlacedRule[]> {
  const placed = await Promise.all(
    rules.map((rule) => (rule.type === "PTR" ? curedBy(rule, () => place(client, rule)) : place(client, rule))),
  );
  requireUse(rules, placed);
  return placed;
}

async function place(client: DnsClient, rule: RecordRule): Promise<PlacedRule> {
  const target = rule.type === "PTR" ? await client.findAlias(rule.name, rule.type) : undefined;
  const name = target ?? rule.name;
  const declared = rule.zone !== undefined && isAtOrBelow(name, rule.zone) ? rule.zone : undefined;
  return { ...rule, name, zone: declared ?? (await client.findZone(name)), former: [] };
}

/** A declared reverse zone that holds none of the addresses is a mistake, not a wish to be left out. */
function requireUse(rules: readonly RecordRule[], placed: readonly PlacedRule[]): void {
  const isReverse = ({ type }: RecordRule) => type === "PTR";
  const declared = rules.find((rule) => isReverse(rule) && rule.zone !== undefined);
  if (declared?.zone === undefined || placed.some((rule) => isReverse(rule) && rule.zone === declared.zone)) return;
  const names = placed.filter(isReverse);
  throw new DnsError(
    "DNS_NOTZONE",
    `Finding the PTR records of ${declared.present.join(", ")}: dns.reverseZone is ${declared.zone} but the names of the addresses ` +
      `(${names.map(({ name }) => name).join(", ")}) lie outside of it, in ${[...new Set(names.map(({ zone }) => zone))].join(" and ")} ` +
      `Leave reverseZone out, or name that one.`,
    { facts: { zone: declared.zone } },
  );
}

/** What a server says of a zone that is not the user's, that it has not, or that this key may not write. */
const barred: ReadonlySet<string> = new Set([
  "DNS_NO_ZONE",
  "DNS_WRONG_SERVER",
  "DNS_NOTAUTH",
  "DNS_NOTZONE",
  "DNS_REFUSED",
  "DNS_BADKEY",
  "DNS_FORMERR",
  "DNS_NOTIMP",
  "DNS_SERVFAIL",
]);

/** Where the way to the PTR records is barred, says how to do without it. */
async function curedBy<Result>({ subject }: Pick<RecordRule, "subject">, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    // Where there is no zone to write, the client has said so; what is wrong with the server or the key is no matter of the zone.
    if (!(error instanceof DnsError) || !barred.has(error.code) || (error.code === "DNS_NO_ZONE" && error.facts.zone === undefined))
      throw error;
    const cure = ` It is about PTR records: name the zone that the server has as dns.reverseZone, or set ${subject}: false to do without them.`;
    throw amended(error, { more: cure });
  }
}

/** Whether every zone that will be written takes updates with this key, before the first is. */
export async function probeZones(client: DnsClient, rules: readonly PlacedRule[]): Promise<void> {
  for (const [zone, [first, ...more]] of byZone(rules)) {
    const probe = () => client.probeZone(zone);
    if (first?.type === "PTR" && more.every(({ type }) => type === "PTR")) await curedBy(first, probe);
    else await probe();
  }
}

/**
 * What stands at each rule's name. Where it is not what the rule asks for, a wildcard may have answered in its place (RFC 4592):
 * an update without changes tells.
 */
export function readRules(client: DnsClient, rules: readonly PlacedRule[]): Promise<(RRset | undefined)[]> {
  return Promise.all(
    rules.map(async (rule) => {
      const { zone, name, type } = rule;
      const found = await client.readRRset(name, type, { zone });
      if (found === undefined || unwanted(rule, found).length === 0) return found;
      return (await client.probeRRset(zone, name, type, found.data)) ? found : undefined;
    }),
  );
}

/** What the rules find that is not as declared. `ttlSeconds` is compared where it is declared. */
export async function findDeviations(
  client: DnsClient,
  rules: readonly PlacedRule[],
  ttlSeconds: number | undefined,
): Promise<Difference[]> {
  const found = await readRules(client, rules);
  return rules.flatMap((rule, index) => deviationsOf(rule, found[index], ttlSeconds));
}

function deviationsOf(rule: PlacedRule, found: RRset | undefined, ttlSeconds: number | undefined): Difference[] {
  const { subject: property, name, type, present } = rule;
  const at = `${type} ${name}`;
  return [
    ...present.filter((value) => !found?.data.includes(value)).map((value) => ({ property, at, declared: value, live: null })),
    ...unwanted(rule, found).map((value) => ({ property, at, declared: null, live: value })),
    ...(hasOtherTtl(rule, found, ttlSeconds) ? [{ property, at: `TTL of ${at}`, declared: ttlSeconds, live: found?.ttl }] : []),
  ];
}

/** Values that the rule wants gone. */
function unwanted({ present, others, absent, former }: PlacedRule, found: RRset | undefined): string[] {
  const values = found?.data ?? [];
  return values.filter((value) => (others === "none" ? !present.includes(value) : [...absent, ...former].includes(value)));
}

/** The TTL of an RRset is ours only where the whole RRset is. */
export function hasOtherTtl({ others }: RecordRule, found: RRset | undefined, ttlSeconds: number | undefined): boolean {
  return others === "none" && ttlSeconds !== undefined && found !== undefined && found.ttl !== ttlSeconds;
}

/** The rules, and what is owned and no rule asks for any more: it goes in the same messages. */
export function includingFormer(rules: readonly PlacedRule[], owned: readonly OwnedRecord[]): PlacedRule[] {
  const uncovered = owned.filter((record) => !rules.some((rule) => isAt(rule, record)));
  const places = uncovered.filter((record, index) => uncovered.findIndex((other) => isAt(other, record)) === index);
  const leaving = places.map(({ zone, name, type }) => ({
    ...{ subject: "declared before", zone, name, type, former: [] },
    ...{ present: [], others: "stay" as const, absent: [], overwrite: false, claimed: false },
  }));
  return [...rules, ...leaving].map((rule) => {
    const former = owned.filter((record) => isAt(rule, record) && !rule.present.includes(record.data)).map(({ data }) => data);
    return { ...rule, former };
  });
}
