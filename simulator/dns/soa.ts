import { encodeName } from "pulumi-dataminer-failover/dns/messages";

/** RDATA of an SOA record (RFC 1035 3.3.13); times in seconds. */
export interface Soa {
  primary: string;
  mailbox: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

export function encodeSoa({ primary, mailbox, serial, refresh, retry, expire, minimum }: Soa): Buffer {
  const numbers = Buffer.alloc(20);
  for (const [index, value] of [serial, refresh, retry, expire, minimum].entries()) numbers.writeUInt32BE(value, index * 4);
  return Buffer.concat([encodeName(primary), encodeName(mailbox), numbers]);
}

/** The five numbers stand at the end, whatever the names before them. */
export const serialOf = (rdata: Buffer): number => rdata.readUInt32BE(rdata.length - 20);
export const minimumOf = (rdata: Buffer): number => rdata.readUInt32BE(rdata.length - 4);

export function withSerial(rdata: Buffer, serial: number): Buffer {
  const changed = Buffer.from(rdata);
  changed.writeUInt32BE(serial, changed.length - 20);
  return changed;
}

/** 0 is left out (RFC 2136 4.2). */
export const nextSerial = (serial: number): number => (serial + 1) % 2 ** 32 || 1;

/** Serial number arithmetic (RFC 1982 3.2). */
export const isLater = (a: number, b: number): boolean => a !== b && (a - b + 2 ** 32) % 2 ** 32 < 2 ** 31;
