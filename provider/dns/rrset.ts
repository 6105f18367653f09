import { types } from "./constants.js";
import { encodeRdata, formatRdata, type RecordType } from "./rdata.js";

/** What tells one RRset of a zone from another. */
export interface RRsetKey {
  name: string;
  type: RecordType;
}

/** All records of one name and type: they share one TTL (RFC 2181 5.2). */
export interface RRset extends RRsetKey {
  /** Seconds. */
  ttl: number;
  /** One text for each record, canonical (addresses as RFC 5952 writes them), sorted. */
  data: string[];
}

/** What a name server has at a name, for one type. `zone`: where it answers from, when it says so. */
export type Found = { zone?: string | undefined } & FoundKind;

type FoundKind =
  | { kind: "absent" }
  /** `ttls` are several where a server disregards RFC 2181. */
  | { kind: "rrset"; set: RRset; ttls: number[] }
  /** The name stands for another one (RFC 1034 3.6.2), so there is nothing else at it. Redirected: with every name below a DNAME. */
  | { kind: "alias"; target: string; isRedirected: boolean };

/** The records in their canonical spelling, each once, sorted. Throws DnsFormatError for what the type cannot hold. */
export function canonicalData(type: RecordType, data: readonly string[]): string[] {
  return [...new Set(data.map((text) => formatRdata(types[type], encodeRdata(type, text))))].sort();
}

/** Both canonical; null is an RRset that is absent. */
export function sameData(some: readonly string[] | null, others: readonly string[] | null): boolean {
  if (some === null || others === null) return some === others;
  return some.length === others.length && some.every((text, index) => text === others[index]);
}

/** The data that was found; null for none. */
export const dataOf = (found: Found): string[] | null => (found.kind === "rrset" ? found.set.data : null);

export function showData(data: readonly string[] | null): string {
  return data === null ? "nothing" : data.join(", ");
}

export function showFound(found: Found): string {
  switch (found.kind) {
    case "absent":
      return "nothing";
    case "alias":
      return `an alias of ${found.target}`;
    case "rrset":
      return `${found.set.data.join(", ")} (TTL ${found.ttls.join(" and ")})`;
  }
}
