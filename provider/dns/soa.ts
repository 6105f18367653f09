import { types } from "./constants.js";
import type { WireRecord } from "./message.js";
import { decodeName } from "./names.js";

/** The part of a zone's SOA (RFC 1035 3.3.13) that says whose zone it is. */
export interface Soa {
  zone: string;
  /** MNAME: the name of the primary server, as its owner wrote it. */
  primary: string;
  /** RNAME, a mailbox as a name. */
  contact: string;
  serial: number;
}

/** The zone's SOA among records, if it is there. */
export function findSoa(records: readonly WireRecord[], zone: string): Soa | undefined {
  const record = records.find(({ type, name }) => type === types.SOA && name === zone);
  if (record === undefined) return undefined;
  // Its names were checked and expanded when the message was read.
  const { name: primary, next } = decodeName(record.rdata, 0);
  const { name: contact, next: at } = decodeName(record.rdata, next);
  return { zone, primary, contact, serial: record.rdata.readUInt32BE(at) };
}

/** BIND and others serve the reverse zones of private networks as empty ones of their own until somebody makes them (RFC 6303 3). */
export const isBuiltIn = ({ zone, primary, contact, serial }: Soa): boolean =>
  serial === 0 && (contact === "." || contact === "nobody.invalid.") && (primary === zone || primary === "localhost.");
