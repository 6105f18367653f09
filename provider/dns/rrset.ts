import { types } from "./constants.js";
import { DnsFormatError } from "./errors.js";
import { zoneName } from "./names.js";
import { encodeRdata, formatRdata, type RecordType } from "./rdata.js";
import type { Change, Prerequisite, Update } from "./update.js";

/** What tells one RRset of a zone from another. */
export interface RRsetKey {
  /** The name; relative names are not completed. */
  name: string;
  /** The record type. */
  type: RecordType;
}

/** All records of one name and type: they share one TTL (RFC 2181 5.2). */
export interface RRset extends RRsetKey {
  /** Seconds. */
  ttl: number;
  /** One text for each record, canonical (addresses as RFC 5952 writes them), sorted. */
  data: string[];
}

/** The records in their canonical spelling, each once, sorted. Throws DnsFormatError for what the type cannot hold. */
export function canonicalData(type: RecordType, data: readonly string[]): string[] {
  return [...new Set(data.map((text) => formatRdata(types[type], encodeRdata(type, text))))].sort();
}

/** Both canonical; null is an RRset that is absent. */
export function sameData(some: readonly string[] | null, others: readonly string[] | null): boolean {
  if (some === null || others === null) return some === others;
  return some.length === others.length && some.every((text, index) => text === others[index]);
}

export function showData(data: readonly string[] | null): string {
  return data === null ? "nothing" : data.join(", ");
}

/** What an RRset shall hold. */
export interface RRsetContents {
  /** One TTL for all records, in seconds. */
  ttl: number;
  /** One text for each record, as in a zone file. */
  data: string[];
}

/** What one RRset must be, exactly, and what it shall become. */
export interface RRsetStep {
  /** The name; relative names are not completed. */
  name: string;
  /** The record type. */
  type: RecordType;
  /** Every record that must stand there, TTLs aside; null: the RRset must be absent. */
  expected: string[] | null;
  /** The TTL that was read. When it is the desired one, only records that differ are written. Default: all are, with the desired TTL. */
  expectedTtl?: number | undefined;
  /** What shall stand there, with its TTL in seconds; null: the RRset is removed. The same as expected: only checked. */
  desired: RRsetContents | null;
}

/** The steps in their canonical spelling. Throws DnsFormatError for steps that contradict each other or want an empty RRset. */
export function canonicalSteps(steps: readonly RRsetStep[]): RRsetStep[] {
  const canonical = steps.map((step) => {
    const { type, expected, desired } = step;
    const name = zoneName(step.name);
    if (expected?.length === 0 || desired?.data.length === 0) {
      throw new DnsFormatError(
        "DNS_FORMAT",
        `Updating ${type} ${name}: an RRset has a record at least. Write null for one that is absent.`,
      );
    }
    return {
      ...step,
      name,
      expected: expected && canonicalData(type, expected),
      desired: desired && { ttl: desired.ttl, data: canonicalData(type, desired.data) },
    };
  });
  for (const [index, { name, type }] of canonical.entries()) {
    if (canonical.findIndex((other) => isSame(other, { name, type })) < index) {
      throw new DnsFormatError("DNS_FORMAT", `Updating ${type} ${name}: it is there twice. Give each RRset one step.`);
    }
  }
  return canonical;
}

/** One update that does all of the steps, or nothing. */
export function updateOf(zone: string, steps: readonly RRsetStep[]): Update {
  return { zone, prerequisites: [...steps.map(expectation), ...aliasGuards(steps)], changes: steps.flatMap(changesOf) };
}

export const isChange = (step: RRsetStep): boolean => changesOf(step).length > 0;

/** Act and target, for errors. */
export function actOf(steps: readonly RRsetKey[]): string {
  const [first, second, ...more] = steps.map(({ name, type }) => `${type} ${name}`);
  return [first, second].filter(Boolean).join(", ") + (more.length > 0 ? ` and ${more.length} more` : "");
}

function expectation({ name, type, expected }: RRsetStep): Prerequisite {
  return expected === null ? { kind: "rrsetAbsent", name, type } : { kind: "rrsetIs", name, type, data: expected };
}

/**
 * A server says NOERROR to a record beside an alias, and drops it (RFC 2136 3.4.2.2). So wherever records are added there must be
 * no alias, and a name that becomes one must be free, unless these very steps see to that.
 */
function aliasGuards(steps: readonly RRsetStep[]): Prerequisite[] {
  const guards = new Map<string, Prerequisite>();
  for (const { name, type } of steps.filter((step) => changesOf(step).some(({ kind }) => kind === "add"))) {
    const here = steps.filter((step) => step.name === name && step.expected !== null);
    if (type === "CNAME" && here.length === 0) guards.set(name, { kind: "nameNotInUse", name });
    if (type !== "CNAME" && !here.some((step) => step.type === "CNAME")) guards.set(name, { kind: "rrsetAbsent", name, type: "CNAME" });
  }
  return [...guards.values()];
}

function changesOf({ name, type, expected, expectedTtl, desired }: RRsetStep): Change[] {
  if (desired === null) return (expected ?? []).map((data) => ({ kind: "deleteRecord", name, type, data }));
  const { ttl } = desired;
  const add = (data: string): Change => ({ kind: "add", name, type, ttl, data });
  if (expected === null) return desired.data.map(add);
  // Knot keeps the old TTL of a record that is added again, so the whole set goes first.
  if (ttl !== expectedTtl) return [{ kind: "deleteRRset", name, type }, ...desired.data.map(add)];
  const going = expected.filter((data) => !desired.data.includes(data));
  const coming = desired.data.filter((data) => !expected.includes(data));
  return [...going.map((data): Change => ({ kind: "deleteRecord", name, type, data })), ...coming.map(add)];
}

const isSame = (one: RRsetKey, other: RRsetKey): boolean => one.name === other.name && one.type === other.type;
