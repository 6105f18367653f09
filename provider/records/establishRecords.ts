import type { DnsClient } from "../dns/client.js";
import type { Edit } from "../dns/editRRsets.js";
import { amended, DnsError } from "../dns/errors.js";
import type { RRset } from "../dns/rrset.js";
import { claimsName } from "./claims.js";
import { byZone, claimsAt, claimsKeys, isAt, namesOf, type OwnedRecord, readClaims, union } from "./ownedRecords.js";
import { type PlacedRule, readRules } from "./recordRules.js";
import { judge, type Wanted } from "./recordVerdict.js";

export interface Establishing extends Wanted {
  /** Told before each message what will be owned when it is applied: an answer that is lost must not orphan a record. */
  remember: (owned: OwnedRecord[]) => void;
  /** Around each message: from then on something exists. */
  write: <Answer>(act: () => Promise<Answer>) => Promise<Answer>;
}

/** Makes the rules hold, zone by zone in their order, one compare-and-set each, and says what is owned then. */
export async function establishRecords(
  client: DnsClient,
  rules: readonly PlacedRule[],
  establishing: Establishing,
): Promise<OwnedRecord[]> {
  let owned = [...establishing.owned];
  const written: string[] = [];
  for (const [zone, inZone] of byZone(rules)) {
    const names = namesOf(inZone);
    let after = owned;
    let writesClaims = false;
    const edit: Edit = (found, earlier) => {
      const next = decide(inZone, names, { found, earlier }, { ...establishing, owned });
      after = [...owned.filter((record) => !inZone.some((rule) => isAt(rule, record))), ...next.owned];
      writesClaims = next.claims.some((each) => each !== "keep");
      establishing.remember(union(owned, after));
      return [...next.records, ...next.claims];
    };
    try {
      await establishing.write(() => client.editRRsets(zone, [...inZone, ...claimsKeys(names)], edit));
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      if (error.nothingDone) establishing.remember(owned);
      throw inContext(error, zone, { writesClaims, written });
    }
    owned = after;
    written.push(zone);
  }
  establishing.remember(owned);
  return owned;
}

/** One edit for each rule and for the claims at each name. */
function decide(
  rules: readonly PlacedRule[],
  names: readonly string[],
  { found, earlier }: { found: readonly (RRset | undefined)[]; earlier: readonly (readonly string[])[] },
  wanted: Wanted,
) {
  const claims = claimsAt(names, found.slice(rules.length), wanted.ownership);
  const judged = rules.flatMap((rule, index) => {
    const here = claims.get(rule.name);
    return here ? [{ rule, verdict: judge(rule, { found: found[index], claims: here, written: earlier[index] }, wanted) }] : [];
  });
  const recordsAt = (name: string, which: "owned" | "gone") =>
    judged
      .filter(({ rule }) => rule.name === name)
      .flatMap(({ rule: { type }, verdict }) => verdict[which].map((data) => ({ type, data })));
  return {
    records: judged.map(({ verdict }) => verdict.edit),
    claims: [...claims].map(([name, here]) => here.after(recordsAt(name, "owned"), recordsAt(name, "gone"))),
    owned: judged.flatMap(({ rule: { zone, name, type }, verdict }) => verdict.owned.map((data) => ({ zone, name, type, data }))),
  };
}

/**
 * A policy that lets a key write some types only says no to the whole message (RFC 2136 3.3.3), Knot as NOTAUTH, BADKEY; PowerDNS
 * leaves out what it does not like, and carries out the rest.
 */
const isByPolicy = ({ code, facts }: DnsError): boolean =>
  ["DNS_REFUSED", "DNS_BADKEY", "DNS_NOTAUTH"].includes(code) || (code === "DNS_NOT_APPLIED" && facts.type === "TXT");

/** The error, with what the message was about beside the record that it names. */
function inContext(
  error: DnsError,
  zone: string,
  { writesClaims, written }: { writesClaims: boolean; written: readonly string[] },
): DnsError {
  const cure =
    ` The message also writes TXT records at ${claimsName("<name>")}, which say who owns a record: let the key write those in ${zone} too, ` +
    'or set dns.ownership to "state".';
  const stand = ` The records in ${written.join(" and ")} are written and known: the next \`pulumi up\` goes on from there.`;
  return amended(error, {
    more: (writesClaims && isByPolicy(error) ? cure : "") + (written.length > 0 ? stand : ""),
    nothingDone: error.nothingDone && written.length === 0,
  });
}

/** Refuses what establishing would refuse, and writes nothing. */
export async function refuseForeignRecords(client: DnsClient, rules: readonly PlacedRule[], wanted: Wanted): Promise<void> {
  const [found, claims] = await Promise.all([readRules(client, rules), readClaims(client, rules, wanted.ownership)]);
  for (const [index, rule] of rules.entries()) {
    const here = claims.get(rule.name);
    if (here) judge(rule, { found: found[index], claims: here }, wanted);
  }
}
