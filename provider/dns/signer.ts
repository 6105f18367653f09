import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { keepSecret } from "../core/redaction.js";
import { DnsError } from "./errors.js";
import { canonicalName, findCanonicalName } from "./names.js";

/** Who signs messages and checks the signatures of answers. Built in: hmacSigner; a GSS-TSIG context fits as well (RFC 3645). */
export interface Signer {
  /** Canonical. */
  readonly keyName: string;
  /** The algorithm's canonical name, `hmac-sha256.`. */
  readonly algorithm: string;
  /** The MAC of the data. */
  sign(data: Buffer): Buffer | Promise<Buffer>;
  /** Whether it is the MAC of the data, told in constant time. */
  verify(data: Buffer, mac: Buffer): boolean | Promise<boolean>;
}

/** RFC 8945 6. MD5 and SHA-1 are for servers that nobody can change yet: see isWeakAlgorithm. */
const hashes = new Map([
  ["hmac-md5.sig-alg.reg.int.", { hash: "md5", macBytes: 16 }],
  ["hmac-sha1.", { hash: "sha1", macBytes: 20 }],
  ["hmac-sha224.", { hash: "sha224", macBytes: 28 }],
  ["hmac-sha256.", { hash: "sha256", macBytes: 32 }],
  ["hmac-sha384.", { hash: "sha384", macBytes: 48 }],
  ["hmac-sha512.", { hash: "sha512", macBytes: 64 }],
]);

/** RFC 8945 6: MD5 must not be used any more, and SHA-1 is not recommended. Whoever does is warned. Canonical or as somebody writes it. */
export const isWeakAlgorithm = (algorithm: string): boolean => /^hmac-(md5|sha1)(\.|$)/i.test(algorithm);

/** Bytes of a whole MAC; undefined for an algorithm that is not built in. */
export function macBytesOf(algorithm: string): number | undefined {
  return hashes.get(algorithm)?.macBytes;
}

/** A TSIG key with its secret. */
export interface HmacKey {
  /** As the server knows the key: both sides sign its name too. */
  name: string;
  /** `hmac-sha224`, `hmac-sha256`, `hmac-sha384` or `hmac-sha512`, with or without a trailing dot; the weak `hmac-md5` and `hmac-sha1` too. Default: `hmac-sha256`. */
  algorithm?: string;
  /** The bytes that the base64 text of a key file stands for: see secretBytes. */
  secret: Buffer;
}

/** A signer with a secret that it shares with the server. Throws DnsError DNS_KEY_FILE for another algorithm or an empty secret. */
export function hmacSigner({ name, algorithm, secret }: HmacKey): Signer {
  const keyName = canonicalName(name);
  const algorithmName = algorithm === undefined ? "hmac-sha256." : canonicalAlgorithm(algorithm, `key ${keyName}`);
  const { hash, macBytes } = hashes.get(algorithmName) ?? { hash: "", macBytes: 0 };
  if (secret.length === 0) throw noSecret(`key ${keyName}`);
  keepSecret(secret.toString("base64"));
  const key = createSecretKey(secret);
  const sign = (data: Buffer) => createHmac(hash, key).update(data).digest();
  return {
    keyName,
    algorithm: algorithmName,
    sign,
    verify: (data, mac) => mac.length === macBytes && timingSafeEqual(sign(data), mac),
  };
}

/** The algorithm's canonical name. `where` says for an error whose it is. */
export function canonicalAlgorithm(text: string, where: string): string {
  const written = findCanonicalName(text);
  // On the wire MD5 alone has its name of old (RFC 8945 6).
  const algorithm = written === "hmac-md5." ? "hmac-md5.sig-alg.reg.int." : written;
  if (algorithm !== undefined && hashes.has(algorithm)) return algorithm;
  const supported = "Make a key with hmac-sha256, or with hmac-sha224, hmac-sha384 or hmac-sha512.";
  throw new DnsError("DNS_KEY_FILE", `Reading ${where}: its algorithm is none that this package signs with. ${supported}`);
}

/** The bytes of a secret in base64 (RFC 4648 4), strictly. `where` says for an error whose it is; the secret is never shown. */
export function secretBytes(base64: string, where: string): Buffer {
  if (base64 === "") throw noSecret(where);
  keepSecret(base64);
  const secret = Buffer.from(base64, "base64");
  // Buffer passes over what is no base64, and would make another secret of it.
  if (secret.toString("base64") === base64) return secret;
  throw new DnsError("DNS_KEY_FILE", `Reading ${where}: its secret is no base64 text. Copy it whole, with the = at its end and no spaces.`);
}

function noSecret(where: string): DnsError {
  return new DnsError("DNS_KEY_FILE", `Reading ${where}: its secret is empty. Give the base64 text that the server has for this key.`);
}
