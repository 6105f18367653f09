import { randomBytes } from "node:crypto";
import { canonicalName, hmacSigner, type Signer, secretBytes } from "pulumi-dataminer-failover/dns";

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
