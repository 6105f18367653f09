import { z } from "zod";
import { canonicalAddress } from "../core/addresses.js";
import { IpAddress, Timeouts } from "../core/fields.js";
import { ownerFields } from "../core/owner.js";
import { isAtOrBelow } from "../dns/names.js";
import { type DnsFields, dnsFields, dnsRules, Ttl } from "../records/connection.js";
import { findAbsoluteName, HostName, nameTooLong } from "../records/declaredName.js";

const Dns: z.ZodObject<DnsFields, z.core.$strict> = z.strictObject(dnsFields).superRefine((dns, context) => {
  dnsRules(dns, (path, message) => context.addIssue({ code: "custom", path: [path], message }));
});

const inOrder = (addresses: string[]): string[] => addresses.map((address) => canonicalAddress(address) ?? address).sort();

const sharedHostnameRecordFields = {
  /** The name that users and Agents reach the pair by. One without a dot is completed with `dns.zone`. */
  hostname: HostName,
  /** The primary IP addresses of both Agents: an A record for each IPv4 one, an AAAA record for each IPv6 one. */
  addresses: z.array(IpAddress).length(2, "expected the primary addresses of both Agents, so exactly two").overwrite(inOrder),
  /** The name server to write to, and the key. */
  dns: Dns,
  /** Seconds that resolvers may keep the records, 0 to 2147483647. Default: not managed, 300 for records that are made. */
  ttl: Ttl.optional(),
  /** Whether each address also has a PTR record to the name, which Agents need. Others beside it stay. Default: true. */
  reverse: z.boolean().default(true),
  /** Takes the name over when something else stands there at create; it is removed with the rest at delete. Default: false. */
  overwrite: z.boolean().default(false),
  /** How long create, update and delete may take, as in `"90s"`. Default: 60s each. */
  timeouts: Timeouts.optional(),
  ...ownerFields,
};
type SharedHostnameRecordShape = typeof sharedHostnameRecordFields;
export interface SharedHostnameRecordFields extends SharedHostnameRecordShape {}

export const SharedHostnameRecordInputs: z.ZodObject<SharedHostnameRecordFields, z.core.$strict> = z
  .strictObject(sharedHostnameRecordFields)
  .superRefine(({ hostname, addresses, dns }, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    // What is wrong by itself has been told.
    if (context.issues.length > 0) return;
    if (new Set(addresses).size < addresses.length) report("addresses", `expected two addresses, found ${addresses[0]} twice.`);
    const { zone } = dns;
    if (findAbsoluteName(hostname, zone) === undefined) report("hostname", nameTooLong);
    if (!hostname.includes(".") && zone === undefined) report("hostname", "expected a whole name, or dns.zone to complete it.");
    if (zone !== undefined && hostname.includes(".") && !isAtOrBelow(`${hostname}.`, `${zone}.`)) {
      report("hostname", `expected a name in dns.zone, found ${hostname} outside of ${zone}.`);
    }
  });
export type SharedHostnameRecordInputs = z.infer<typeof SharedHostnameRecordInputs>;
export type SharedHostnameRecordDeclared = z.input<typeof SharedHostnameRecordInputs>;
