import { isSameOwner, isSuperseded } from "../core/owner.js";
import type { RRsetEdit } from "../dns/editRRsets.js";
import type { RecordType } from "../dns/rdata.js";
import type { RRset } from "../dns/rrset.js";

/** One record of a name: its type and its value in canonical spelling. */
export interface NamedRecord {
  type: RecordType;
  data: string;
}

/** What one owner says of the records of a name: that it made them, or that it needs them too. */
export interface Claim {
  /** As provider/core/owner.ts writes it. */
  owner: string;
  records: readonly NamedRecord[];
}

const label = "_dataminer-failover";
const heritage = "heritage=dataminer-failover";

/** A character-string has one byte for its length (RFC 1035 3.3). */
const longestString = 255;

/**
 * Where the owners of a name's records stand: below the name, so that whoever may write a whole subtree may write this too, and so
 * that no TXT record stands at a name that users ask for. external-dns keeps its registry in TXT records like these.
 */
export const claimsName = (name: string): string => `${label}.${name}`;

/** The claim in a TXT record, as the client reads it; undefined where the text is no claim. */
export function parseClaim(text: string): Claim | undefined {
  // Strings of ours have neither a quote nor a backslash; what is longer than one goes on in the next.
  if (!/^"[^"\\]*"(?: "[^"\\]*")*$/.test(text)) return undefined;
  const [first, owner, ...fields] = text.slice(1, -1).replaceAll('" "', "").split(",");
  if (first !== heritage || !owner?.startsWith("owner=")) return undefined;
  const records = fields.flatMap((field) => {
    const [, type, data] = /^([A-Z]+)=(.+)$/.exec(field) ?? [];
    return type === undefined || data === undefined ? [] : [{ type: type as RecordType, data: unescaped(data) }];
  });
  return { owner: unescaped(owner.slice("owner=".length)), records };
}

/** The TXT record of a claim, as the client writes it. */
export function formatClaim({ owner, records }: Claim): string {
  const fields = records.map(({ type, data }) => `${type}=${escaped(data)}`).sort();
  const text = [heritage, `owner=${escaped(owner)}`, ...fields].join(",");
  return (text.match(new RegExp(`.{1,${longestString}}`, "g")) ?? []).map((string) => `"${string}"`).join(" ");
}

/** What would end a field, or be escaped in a zone file, is spelled by its bytes in UTF-8 as in a URL. */
const escaped = (text: string): string =>
  text.replace(/[^!#$&-+\--[\]-~]/gu, (character) => [...Buffer.from(character)].map(percent).join(""));

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

const unescaped = (text: string): string =>
  text.replace(/(?:%[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString());

/** Where a resource says what it owns: in the zone, beside each name, and in state; or in state alone. */
export type OwnershipKept = "zone" | "state";

/** Who writes, and what it recognises as its own. */
export interface Ownership {
  kept: OwnershipKept;
  /** Written as owner. Undefined: nobody is known, so nothing is written. */
  owner: string | undefined;
  /** Whom this resource may be stored as since before: what these own is its own. */
  before: readonly string[];
  /** The resource is created in place of itself, or removed while it is: what it declares and nobody claims is the new one's. */
  isReplacing: boolean;
}

interface Entry {
  text: string;
  claim: Claim | undefined;
}

/** The claims at one name, as one owner sees them. */
export class NameClaims {
  private readonly entries: readonly Entry[];
  /** Of this very creation. */
  private readonly current: readonly Claim[];
  /** Of another creation of the same resource. */
  private readonly otherCreations: readonly Claim[];
  private readonly foreign: readonly Claim[];

  constructor(
    private readonly set: RRset | undefined,
    private readonly ownership: Ownership,
  ) {
    this.entries = (set?.data ?? []).map((text) => ({ text, claim: parseClaim(text) }));
    const claims = this.entries.flatMap(({ claim }) => claim ?? []);
    this.current = claims.filter((claim) => this.isCurrent(claim));
    this.otherCreations = claims.filter((claim) => !this.isCurrent(claim) && this.isOurs(claim));
    this.foreign = claims.filter((claim) => !this.isOurs(claim));
  }

  get claimed(): readonly NamedRecord[] {
    return this.current.flatMap(({ records }) => records);
  }

  /** Whether this resource claims the record, whichever creation of it. */
  isClaimed(record: NamedRecord): boolean {
    return [...this.current, ...this.otherCreations].some((claim) => has(claim, record));
  }

  foreignOwnersOf(record: NamedRecord): string[] {
    return ownersIn(this.foreign, record);
  }

  otherCreationsOf(record: NamedRecord): string[] {
    return ownersIn(this.otherCreations, record);
  }

  /** A later creation of this resource that has taken over one of the records. */
  findSuperseder(records: readonly NamedRecord[]): string | undefined {
    const taken = records.filter((record) => !this.current.some((claim) => has(claim, record)));
    const isLater = ({ owner }: Claim) => this.ownership.before.some((ours) => isSuperseded(ours, owner));
    return this.otherCreations.find((claim) => isLater(claim) && taken.some((record) => has(claim, record)))?.owner;
  }

  /**
   * The TXT records once this creation owns `owned` and `gone` no longer stand there. What another creation of this resource made and
   * this one does not declare stays that one's, to be removed with it. What is not ours stays as it is.
   */
  after(owned: readonly NamedRecord[], gone: readonly NamedRecord[]): RRsetEdit {
    const { owner, kept } = this.ownership;
    const settled = [...owned, ...gone];
    const others = this.entries.flatMap(({ text, claim }) => {
      if (claim === undefined || this.foreign.includes(claim)) return text;
      const records = claim.records.filter((record) => !settled.some((one) => isSame(one, record)));
      return this.current.includes(claim) || records.length === 0 ? [] : formatClaim({ ...claim, records });
    });
    const own = owner === undefined || kept === "state" || owned.length === 0 ? [] : [formatClaim({ owner, records: owned })];
    const data = [...others, ...own];
    if (data.length === this.entries.length && data.every((text) => this.set?.data.includes(text))) return "keep";
    return data.length === 0 ? null : { ttl: this.set?.ttl ?? defaultTtlSeconds, data };
  }

  private isCurrent({ owner }: Claim): boolean {
    return owner === this.ownership.owner || this.ownership.before.includes(owner);
  }

  private isOurs({ owner }: Claim): boolean {
    return [this.ownership.owner, ...this.ownership.before].some((ours) => ours !== undefined && isSameOwner(ours, owner));
  }
}

/** TTL of records that are made without a declared one, in seconds. */
export const defaultTtlSeconds = 300;

const isSame = (one: NamedRecord, other: NamedRecord): boolean => one.type === other.type && one.data === other.data;
const has = ({ records }: Claim, record: NamedRecord): boolean => records.some((one) => isSame(one, record));

const ownersIn = (claims: readonly Claim[], record: NamedRecord): string[] =>
  claims.filter((claim) => has(claim, record)).map(({ owner }) => owner);
