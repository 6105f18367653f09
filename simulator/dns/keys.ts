import { randomBytes } from "node:crypto";
import { canonicalName, DnsFormatError, hmacSigner, type Signer, secretBytes } from "pulumi-dataminer-failover/dns";
import { findTsig, rcodes, type SignOptions, signMessage, verifyMessage } from "pulumi-dataminer-failover/dns/messages";

/** A TSIG key: who knows its secret may change zones. */
export interface DnsKey {
  /** Of the key, as both sides know it. */
  name: string;
  /** Default: `hmac-sha256`. */
  algorithm?: string;
  /** Base64. */
  secret: string;
}

/** A key as a server holds it. */
export interface ServerKey extends DnsKey {
  /** The only zones that it may change; default: every zone. */
  zones?: readonly string[];
}

/** With a secret that nobody has had before; as long as the digest of hmac-sha256 (RFC 8945 6). */
export function makeKey(name: string): Required<DnsKey> {
  return { name, algorithm: "hmac-sha256", secret: randomBytes(32).toString("base64") };
}

/** A key statement of named.conf, as tsig-keygen writes it and `nsupdate -k` and `dig -k` read it. */
export function keyStatement({ name, algorithm = "hmac-sha256", secret }: DnsKey): string {
  return `key "${name.replace(/\.$/, "")}" {\n\talgorithm ${algorithm.replace(/\.$/, "")};\n\tsecret "${secret}";\n};\n`;
}

export function signerOf({ name, algorithm, secret }: DnsKey): Signer {
  return hmacSigner({ name: canonicalName(name), ...(algorithm ? { algorithm } : {}), secret: secretBytes(secret, `key ${name}`) });
}

/** What is known of who sent a message. */
export interface Sender {
  /** The message without its signature. */
  bytes: Buffer;
  /** Of a signature that is right. */
  key: Signer | null;
  /** The TSIG error: 0 unless the signature is wrong. */
  error: number;
  /** Signs an answer as this sender expects it, with this secret instead where one is given. */
  sign(answer: Buffer, instead?: Signer): Promise<Buffer>;
}

/** Checks the signature of a request: key, then MAC, then time (RFC 8945 5.2). Throws DnsFormatError for what a server calls FORMERR. */
export async function authenticate(bytes: Buffer, keys: readonly Signer[], seconds: number): Promise<Sender> {
  const tsig = findTsig(bytes);
  if (!tsig) return { bytes, key: null, error: 0, sign: async (answer) => answer };
  const { keyName, algorithm, mac, time } = tsig;
  const sender = (signer: Signer, error: number, more: Partial<SignOptions> & { bytes: Buffer }): Sender => {
    const { bytes: message, ...options } = more;
    const sign = async (answer: Buffer, instead?: Signer) =>
      (await signMessage(answer, instead ?? signer, { time: seconds, requestMac: Buffer.from(mac), error, ...options })).bytes;
    return { bytes: message, key: error === 0 ? signer : null, error, sign };
  };
  const known = keys.find((key) => key.keyName === keyName && key.algorithm === algorithm);
  const signer = known ?? { keyName, algorithm, sign: () => Buffer.alloc(0), verify: () => false };
  const verification = await verifyMessage(bytes, signer, { time: seconds });
  if (verification.kind === "verified") return sender(signer, 0, { bytes: verification.bytes });
  if (verification.kind === "bad" && verification.reason === "format") {
    throw new DnsFormatError("DNS_FORMAT", "Reading a DNS message: its signature has a length that no signature has.");
  }
  const unsigned = { bytes: verification.bytes };
  if (!known) return sender(signer, rcodes.BADKEY, unsigned);
  if (verification.kind === "unsigned" || verification.reason === "mac") return sender(signer, rcodes.BADSIG, unsigned);
  if (verification.reason === "truncatedMac") return sender(signer, rcodes.BADTRUNC, unsigned);
  // The client's time comes back, so that it takes the answer, and ours stands beside it (RFC 8945 5.2.3).
  return sender(signer, rcodes.BADTIME, { ...unsigned, time, otherData: uint48(seconds) });
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(Math.floor(value), 0, 6);
  return bytes;
}
