import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { z } from "zod";
import { canonicalAddress } from "../core/addresses.js";
import type { Context } from "../core/context.js";
import { reasonOf } from "../core/errors.js";
import { DnsClient } from "./client.js";
import { type DnsServer, labelOf } from "./endpoint.js";
import { DnsError } from "./errors.js";
import { parseKeyFile } from "./keyFile.js";
import { canonicalName, findCanonicalName } from "./names.js";
import { canonicalAlgorithm, hmacSigner, type Signer, secretBytes } from "./signer.js";
import { zoneName } from "./zoneName.js";

/** A domain name in its one spelling: lower case, without its trailing dot. */
export const DomainName = z
  .string()
  .refine((text) => findCanonicalName(text) !== undefined && text !== ".", "expected a domain name")
  .refine((text) => canonicalAddress(text) === undefined, "expected a domain name, not an IP address")
  .overwrite((text) => findCanonicalName(text)?.replace(/\.$/, "") ?? text);

const Server = z
  .string()
  .refine((text) => findServer(text) !== undefined, 'expected a name server such as "10.0.0.53", "ns1.example.com:5353" or "[fd00::53]:53"')
  .overwrite((text) => {
    const server = findServer(text);
    return server === undefined ? text : labelOf(server);
  });

/** Seconds that resolvers may keep a record (RFC 2181 8). */
export const Ttl = z.int().min(0).max(2_147_483_647);

const keyFields = {
  /** Name of the key, as the server's configuration has it. */
  name: DomainName,
  /** `hmac-sha224`, `hmac-sha256`, `hmac-sha384` or `hmac-sha512` (RFC 8945 6). Default: `"hmac-sha256"`. */
  algorithm: z
    .string()
    .refine((text) => isAlgorithm(text), "expected hmac-sha224, hmac-sha256, hmac-sha384 or hmac-sha512")
    .overwrite((text) => text.toLowerCase().replace(/\.$/, ""))
    .optional(),
  /** Name of the environment variable that holds the secret in base64. Only the name goes into state. */
  secretEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of an environment variable, not the secret itself")
    .optional(),
  /** Path of the file that holds the secret in base64, and nothing else. Only the path goes into state. */
  secretFile: z.string().min(1).optional(),
  /** The secret itself in base64, kept as a secret: encrypted in state. Prefer `secretEnv`, `secretFile` or `keyFile`. */
  secret: z.string().min(1).optional(),
};
type KeyShape = typeof keyFields;
export interface KeyFields extends KeyShape {}
const Key: z.ZodObject<KeyFields, z.core.$strict> = z.strictObject(keyFields).superRefine((key, context) => {
  const sources = (["secretEnv", "secretFile", "secret"] as const).filter((source) => key[source] !== undefined);
  if (sources.length === 1) return;
  const message =
    sources.length === 0
      ? "expected one of secretEnv, secretFile or secret."
      : `expected one source of the secret, found ${sources.join(" and ")}.`;
  context.addIssue({ code: "custom", path: [sources[1] ?? "secretEnv"], message });
});

/** The fields that say which name server is written to and with which key. Each resource with DNS records takes them in this form. */
export const dnsFields = {
  /**
   * The primary name server, as address or name with an optional port; of several, the next one is asked when one does not answer
   * or fails (RFC 2136 4.6). Default port: 53.
   */
  server: z.union([Server, z.array(Server).min(1, "expected at least one name server")]),
  /** The zone of the names. Default: the server is asked. Needed for names without a dot, which are completed with it. */
  zone: DomainName.optional(),
  /** The zone of the PTR records. Default: the server is asked for each address. */
  reverseZone: DomainName.optional(),
  /** The key that signs every message (TSIG, RFC 8945). Without `key` and `keyFile` messages are not signed: only for servers that go by address. */
  key: Key.optional(),
  /** File with the key as tsig-keygen writes it and `nsupdate -k` reads it. Only the path goes into state. Either this or `key`. */
  keyFile: z.string().min(1).optional(),
  /**
   * Where it is kept who made a record: `"zone"`, in a TXT record at `_dataminer-failover.<name>` beside each name, so that others can share
   * the record and a run that was killed orphans none; or `"state"`, in the state of the stack alone, where the key may write no TXT. Default: `"zone"`.
   */
  ownership: z.enum(["zone", "state"]).optional(),
};
type DnsShape = typeof dnsFields;
export interface DnsFields extends DnsShape {}
export type DnsConnection = z.infer<z.ZodObject<DnsFields>>;

/** What the fields need as a whole. */
export function dnsRules({ key, keyFile }: Partial<DnsConnection>, report: (path: string, message: string) => void): void {
  if (key !== undefined && keyFile !== undefined) report("keyFile", "expected either key or keyFile, found both.");
}

/** The absolute name of a declared one: one without a dot is completed with the zone. */
export const absoluteName = (name: string, zone: string | undefined): string => canonicalName(completed(name, zone));

/** As absoluteName; undefined when it is no name, or too long with the zone. */
export const findAbsoluteName = (name: string, zone: string | undefined): string | undefined => findCanonicalName(completed(name, zone));

export const nameTooLong = "expected a shorter name: with its zone it has more than 255 bytes.";

const completed = (name: string, zone: string | undefined): string => (name.includes(".") || zone === undefined ? name : `${name}.${zone}`);

/** A client for one verb of one resource. The key is read anew: a rotated one is seen at once. */
export async function withDns<Result>(
  connection: DnsConnection,
  { signal, timeoutMilliseconds }: Context,
  act: (client: DnsClient) => Promise<Result>,
): Promise<Result> {
  const signer = signerOf(connection);
  const client = new DnsClient({ servers: serversOf(connection), timeoutMilliseconds, signal, ...(signer ? { signer } : {}) });
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

/** The declared zone, absolute. */
export const absoluteZone = (zone: string | undefined): string | undefined => (zone === undefined ? undefined : zoneName(zone));

/** "10.0.0.53 and 10.0.0.54", for lines and errors. */
export const serverNames = (connection: DnsConnection): string => serversOf(connection).map(labelOf).join(" and ");

/** Warns of messages that anybody could have sent. */
export function warnUnsigned(connection: DnsConnection, context: Context): void {
  if (connection.key === undefined && connection.keyFile === undefined)
    context.warn(`updates to ${serverNames(connection)} are not signed.`);
}

const serversOf = ({ server }: DnsConnection): DnsServer[] => [server].flat().flatMap((text) => findServer(text) ?? []);

/** An IP address, or a name with or without a port; an IPv6 address with a port stands in brackets. */
function findServer(text: string): DnsServer | undefined {
  if (isIP(text) !== 0) return { host: canonicalAddress(text) ?? text };
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined;
  const canonical = canonicalAddress(host) ?? findCanonicalName(host)?.replace(/\.$/, "");
  if (!canonical || /^[\d.]+$/.test(host) !== (isIP(canonical) === 4)) return undefined;
  if (port === undefined) return { host: canonical };
  return Number(port) >= 1 && Number(port) <= 65535 ? { host: canonical, port: Number(port) } : undefined;
}

function isAlgorithm(text: string): boolean {
  try {
    return canonicalAlgorithm(text, "key") !== "";
  } catch {
    return false;
  }
}

function signerOf({ key, keyFile }: DnsConnection): Signer | undefined {
  if (keyFile !== undefined) {
    const { name, algorithm, secret } = parseKeyFile(readText(`key file ${keyFile}`, keyFile), keyFile);
    return hmacSigner({ name, algorithm, secret: secretBytes(secret, `key file ${keyFile}`) });
  }
  if (key === undefined) return undefined;
  const { text, source } = secretOf(key);
  return hmacSigner({
    name: key.name,
    secret: secretBytes(text, source),
    ...(key.algorithm === undefined ? {} : { algorithm: key.algorithm }),
  });
}

function secretOf({ name, secretEnv, secretFile, secret }: z.infer<typeof Key>): { text: string; source: string } {
  if (secretEnv !== undefined) {
    const text = process.env[secretEnv]?.trim();
    if (!text)
      throw new DnsError(
        "DNS_KEY_FILE",
        `Reading key ${name}: environment variable ${secretEnv} is not set. Set ${secretEnv} where Pulumi runs.`,
      );
    return { text, source: `the secret of key ${name} in environment variable ${secretEnv}` };
  }
  if (secretFile !== undefined) {
    return { text: readText(`the secret of key ${name}`, secretFile).trim(), source: `the secret of key ${name} in ${secretFile}` };
  }
  return { text: secret?.trim() ?? "", source: `the secret of key ${name}` };
}

function readText(what: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new DnsError(
      "DNS_KEY_FILE",
      `Reading ${what}: ${file} cannot be read (${reasonOf(error)}). Give a path that exists where Pulumi runs.`,
      { cause: error },
    );
  }
}
