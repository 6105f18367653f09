/**
 * A client for dynamic DNS updates (RFC 2136) signed with TSIG (RFC 8945): changes under a condition, read back, with errors that say
 * what is wrong. docs/dns.md shows how.
 */

// To read on: client.ts has the methods; editRRsets.ts, compareAndSet.ts and readBack.ts make a change and prove it; lookUp.ts, zone.ts,
// query.ts and sendUpdate.ts put one question or update; servers.ts, exchange.ts, tcp.ts and udp.ts carry it and judge the answer, with
// tsig.ts; message.ts, wireRecord.ts, wireNames.ts and rdata.ts are the bytes.
export type { ErrorCode } from "../core/errorCodes.js";
export { FailoverError, RefusedError } from "../core/errors.js";
export { DnsClient, type DnsClientOptions } from "./client.js";
export type { Edit, RRsetEdit } from "./editRRsets.js";
export type { DnsServer } from "./endpoint.js";
export { DnsError, type DnsErrorCode, DnsFormatError, DnsNameError } from "./errors.js";
export { type KeyFile, parseKeyFile, type ReadIncluded } from "./keyFile.js";
export { canonicalName, findCanonicalName, isAtOrBelow, parentOf, zoneName } from "./names.js";
export { type RecordType, reverseNameOf } from "./rdata.js";
export type { RRset, RRsetContents, RRsetKey, RRsetStep } from "./rrset.js";
export { type HmacKey, hmacSigner, type Signer, secretBytes } from "./signer.js";
export type { Change, Prerequisite, Update } from "./update.js";
