import type { RecordType } from "../dns/rdata.js";

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
