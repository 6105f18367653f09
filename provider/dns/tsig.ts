import { rcodes } from "./constants.js";
import { DnsFormatError } from "./errors.js";
import { macBytesOf, type Signer } from "./signer.js";
import { appendTsig, signedData, splitTsig, type Tsig } from "./tsigRecord.js";

/** Bytes of the shortest MAC that is allowed at all (RFC 8945 5.2.2.1). */
const shortestMac = 10;
const noBytes = Buffer.alloc(0);

export interface SignOptions {
  /** Seconds since 1970; parts of a second are cut off. */
  time: number;
  /** Seconds by which clocks may differ. Default: 300 (RFC 8945 10). */
  fudge?: number | undefined;
  /** The MAC of the request, when this is its answer. */
  requestMac?: Buffer | undefined;
  /** The TSIG error that an answer tells. BADSIG and BADKEY are never signed (RFC 8945 5.3.2). Default: 0. */
  error?: number | undefined;
  /** With BADTIME the server's clock, 6 bytes (RFC 8945 5.2.3). */
  otherData?: Buffer | undefined;
  /** For the second and later messages of one answer (RFC 8945 5.3.1); `requestMac` is then the MAC of the message before. */
  timersOnly?: boolean | undefined;
}

/** The message with a TSIG record at its end, and its MAC, which the answer is checked with. Throws DnsFormatError when it gets too large. */
export async function signMessage(bytes: Buffer, signer: Signer, options: SignOptions): Promise<{ bytes: Buffer; mac: Buffer }> {
  const { fudge = 300, requestMac, error = 0, otherData = noBytes, timersOnly = false } = options;
  const time = Math.floor(options.time);
  const { keyName, algorithm } = signer;
  const tsig: Tsig = { keyName, algorithm, time, fudge, mac: noBytes, originalId: bytes.readUInt16BE(0), error, otherData };
  if (error !== rcodes.BADSIG && error !== rcodes.BADKEY) {
    tsig.mac = await signer.sign(signedData(bytes, tsig, requestMac, timersOnly));
  }
  return { bytes: appendTsig(bytes, tsig), mac: tsig.mac };
}

export type BadReason = "format" | "key" | "algorithm" | "mac" | "truncatedMac" | "time";

/** What a message's signature says about it. */
export type Verification =
  | {
      kind: "verified";
      /** The message without its TSIG record and with its original id: what was signed. */
      bytes: Buffer;
      mac: Buffer;
      /** The TSIG error in it: 0, or BADTIME or BADTRUNC from a server that can still sign. */
      error: number;
      /** The server's clock with BADTIME, in seconds since 1970. */
      otherTime?: number;
    }
  | { kind: "unsigned"; bytes: Buffer }
  | {
      kind: "bad";
      reason: BadReason;
      /** The message without its TSIG record when there is one to take off. Nothing in it can be trusted. */
      bytes: Buffer;
      /** The TSIG error that it claims, untrusted: BADSIG and BADKEY always come this way (RFC 8945 5.3.2). */
      error: number;
      /** When it was signed, by its own word, in seconds since 1970. */
      time?: number;
      otherTime?: number;
    };

export interface VerifyOptions {
  /** The MAC of the request, when an answer is verified. */
  requestMac?: Buffer | undefined;
  /** Our clock in seconds since 1970. */
  time: number;
  timersOnly?: boolean | undefined;
}

/** Checks a message in the order of RFC 8945 5.2: key, MAC, time. Never throws for what is in the message. */
export async function verifyMessage(bytes: Buffer, signer: Signer, options: VerifyOptions): Promise<Verification> {
  let found: ReturnType<typeof splitTsig>;
  try {
    found = splitTsig(bytes);
  } catch (error) {
    if (error instanceof DnsFormatError) return { kind: "bad", reason: "format", bytes, error: 0 };
    throw error;
  }
  if (found === undefined) return { kind: "unsigned", bytes };
  const { tsig, unsigned } = found;
  const { error, time, mac } = tsig;
  const other = tsig.otherData.length === 6 ? { otherTime: tsig.otherData.readUIntBE(0, 6) } : {};
  const bad = (reason: BadReason): Verification => ({ kind: "bad", reason, bytes: unsigned, error, time, ...other });
  if (tsig.keyName !== signer.keyName) return bad("key");
  if (tsig.algorithm !== signer.algorithm) return bad("algorithm");
  const length = macProblem(tsig);
  if (length !== undefined) return bad(length);
  if (!(await signer.verify(signedData(unsigned, tsig, options.requestMac, options.timersOnly ?? false), mac))) return bad("mac");
  // A server that tells BADTIME has another clock than ours; its answer is bound to our request by the request's MAC.
  const isClockTold = error === rcodes.BADTIME && options.requestMac !== undefined;
  if (!isClockTold && Math.abs(Math.floor(options.time) - time) > tsig.fudge) return bad("time");
  return { kind: "verified", bytes: unsigned, mac: Buffer.from(mac), error, ...other };
}

/** RFC 8945 5.2.2.1; whole MACs only, as every server that was measured sends them. Other algorithms judge their MACs themselves. */
function macProblem({ algorithm, mac }: Tsig): BadReason | undefined {
  const whole = macBytesOf(algorithm);
  if (whole === undefined || mac.length === whole) return undefined;
  if (mac.length === 0) return "mac";
  return mac.length > whole || mac.length < Math.max(shortestMac, whole / 2) ? "format" : "truncatedMac";
}

/** The TSIG record of a message, nothing verified: which key it names. Undefined without one. Throws DnsFormatError. */
export function findTsig(bytes: Buffer): Tsig | undefined {
  return splitTsig(bytes)?.tsig;
}
