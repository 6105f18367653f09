import { isAtOrBelow } from "pulumi-dataminer-failover/dns";
import { classes, decodeName, rcodes, types, type WireQuestion, type WireRecord } from "pulumi-dataminer-failover/dns/messages";
import type { Node, StoredRRset } from "./contents.js";
import { minimumOf, type Zone } from "./zone.js";

/** The part of an answer that a question decides. */
export interface Answer {
  rcode: number;
  authoritative: boolean;
  answers: WireRecord[];
  authorities: WireRecord[];
  additionals: WireRecord[];
}

/** The zone that is closest to a name. */
export function zoneOf(zones: readonly Zone[], name: string): Zone | undefined {
  return zones.filter((zone) => isAtOrBelow(name, zone.name)).sort((a, b) => b.name.length - a.name.length)[0];
}

const zoneTransfers: readonly number[] = [types.AXFR, types.IXFR];

/** What an authoritative server without recursion answers (RFC 1034 4.3.2). */
export function answerQuestion(zones: readonly Zone[], question: WireQuestion): Answer {
  const answer: Answer = { rcode: rcodes.NOERROR, authoritative: true, answers: [], authorities: [], additionals: [] };
  const isOurs = question.class === classes.IN || question.class === classes.ANY;
  const visited = new Set<string>();
  let name: string | undefined = isOurs && !zoneTransfers.includes(question.type) ? question.name : undefined;
  let zone = name === undefined ? undefined : zoneOf(zones, name);
  if (!zone) return { ...answer, rcode: rcodes.REFUSED, authoritative: false };
  while (name !== undefined && zone) {
    // Aliases that go round in a circle lead nowhere.
    if (visited.has(name)) return { ...answer, rcode: rcodes.SERVFAIL };
    visited.add(name);
    name = follow(zone, name, question.type, answer);
    // An alias that leads out of here is the resolver's to follow.
    zone = name === undefined ? undefined : zoneOf(zones, name);
  }
  return answer;
}

/** Adds what a zone says about a name; where the name is an alias, gives the name that it stands for. */
function follow(zone: Zone, name: string, type: number, answer: Answer): string | undefined {
  const { contents } = zone;
  const delegation = contents.findDelegation(name, zone.name);
  if (delegation) {
    refer(zone, delegation, answer);
    return undefined;
  }
  const node = contents.exists(name) ? (contents.node(name) ?? new Map<number, StoredRRset>()) : contents.findWildcard(name);
  const found = node && findIn(node, type);
  if (found && found.length > 0) {
    for (const [each, rrset] of found) answer.answers.push(...recordsOf(name, each, rrset));
    return undefined;
  }
  const alias = node?.get(types.CNAME);
  if (alias?.rdata[0]) {
    answer.answers.push(...recordsOf(name, types.CNAME, alias));
    return decodeName(alias.rdata[0], 0).name;
  }
  if (!node) answer.rcode = rcodes.NXDOMAIN;
  answer.authorities.push(negativeSoa(zone));
  return undefined;
}

function refer(zone: Zone, { name, rrset }: { name: string; rrset: StoredRRset }, answer: Answer): void {
  answer.authoritative = answer.answers.length > 0;
  answer.authorities.push(...recordsOf(name, types.NS, rrset));
  for (const rdata of rrset.rdata) {
    const target = decodeName(rdata, 0).name;
    for (const type of [types.A, types.AAAA]) {
      const glue = zone.contents.find(target, type);
      if (glue) answer.additionals.push(...recordsOf(target, type, glue));
    }
  }
}

const findIn = (node: Node, type: number): [number, StoredRRset][] => [...node].filter(([each]) => type === types.ANY || each === type);

const recordsOf = (name: string, type: number, { ttl, rdata }: StoredRRset): WireRecord[] =>
  rdata.map((each) => ({ name, type, class: classes.IN, ttl, rdata: each }));

/** Its TTL says how long nothing may be remembered (RFC 2308 3). */
function negativeSoa(zone: Zone): WireRecord {
  const soa = zone.soaRecord();
  return { ...soa, ttl: Math.min(soa.ttl, minimumOf(soa.rdata)) };
}
