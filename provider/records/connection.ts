import { isIP } from "node:net";
import { z } from "zod";
import { canonicalAddress } from "../core/addresses.js";
import type { Context } from "../core/context.js";
import { DnsClient, type DnsClientOptions } from "../dns/client.js";
import { type DnsServer, labelOf } from "../dns/endpoint.js";
import { findCanonicalName } from "../dns/names.js";
import { DomainName, ReverseZoneName } from "./declaredName.js";
import { Key, keyWarnings, signerOf } from "./key.js";

const Server = z
  .string()
  .refine((text) => findServer(text) !== undefined, 'expected a name server such as "10.0.0.53", "ns1.example.com:5353" or "[fd00::53]:53"')
  .overwrite((text) => {
    const server = findServer(text);
    return server === undefined ? text : labelOf(server);
  });

/** Seconds that resolvers may keep a record (RFC 2181 8). */
export const Ttl = z.int().min(0).max(2_147_483_647);

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
  reverseZone: ReverseZoneName.optional(),
  /** The key that signs every message (TSIG, RFC 8945). Without `key` and `keyFile` messages are not signed: only for servers that go by address. */
  key: Key.optional(),
  /**
   * File with the key as tsig-keygen writes it and `nsupdate -k` reads it, or a pair of K files. Only the path goes into state. Either this
   * or `key`.
   */
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

/** A client for one verb of one resource. The key is read anew: a rotated one is seen at once. */
export async function withDns<Result>(
  connection: DnsConnection,
  { signal, timeoutMilliseconds }: Pick<Context, "signal" | "timeoutMilliseconds">,
  act: (client: DnsClient) => Promise<Result>,
  options: Pick<DnsClientOptions, "tries" | "tryMilliseconds"> = {},
): Promise<Result> {
  const signer = signerOf(connection);
  const client = new DnsClient({ servers: serversOf(connection), timeoutMilliseconds, signal, ...(signer ? { signer } : {}), ...options });
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

/** "10.0.0.53 and 10.0.0.54", for lines and errors. */
export const serverNames = (connection: DnsConnection): string => serversOf(connection).map(labelOf).join(" and ");

/** Warns of messages that anybody could have sent, or could send soon: not signed, or with a key that is weak or no secret. */
export function warnOfKey(connection: DnsConnection, context: Context): void {
  if (connection.key === undefined && connection.keyFile === undefined)
    context.warn(`updates to ${serverNames(connection)} are not signed.`);
  for (const line of keyWarnings(connection)) context.warn(line);
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
