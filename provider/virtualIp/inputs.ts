import { z } from "zod";
import { agentAddress, Connection } from "../agent/connection.js";
import { addressFamily, isPrefixLength } from "../core/addresses.js";
import { IpAddress, Timeouts, virtualAddressFields } from "../core/fields.js";
import { ownerFields } from "../core/owner.js";
import { dnsFields, dnsRules, Ttl } from "../records/connection.js";
import { findAbsoluteName, HostName, nameTooLong } from "../records/declaredName.js";

const memberFields = {
  /** The Agent's own name. One without a dot is completed with `zone`. */
  hostname: HostName,
  /** The Agent's own address on the network of the virtual one. */
  address: IpAddress,
};
type MemberShape = typeof memberFields;
export interface MemberFields extends MemberShape {}
const Member: z.ZodObject<MemberFields, z.core.$strict> = z.strictObject(memberFields);

const fixedRecordFields = {
  /** Name of the virtual address, which has this address and no other. One without a dot is completed with `zone`. */
  hostname: HostName,
  /** Both Agents: at each name its own address stands, the virtual one does not, and everything else is left alone. */
  members: z.array(Member).length(2, "expected both Agents, so exactly two members"),
  /** Seconds that resolvers may keep the records of `hostname`, 0 to 2147483647. Default: not managed, 300 for records that are made. */
  ttl: Ttl.optional(),
  /** Whether the addresses have PTR records too: the virtual one to `hostname` alone, each own one to its name. Default: true. */
  reverse: z.boolean().default(true),
  /** Takes `hostname` and the PTR record of the address over when something else stands there. Default: false. */
  overwrite: z.boolean().default(false),
  /** Of a read alone: what stands otherwise. The engine hands it back where `ignoreChanges` names `dns`, and then the records are left. */
  __deviations: z.array(z.unknown()).optional(),
};
type VirtualIpDnsShape = typeof dnsFields & typeof fixedRecordFields;
export interface VirtualIpDnsFields extends VirtualIpDnsShape {}

const VirtualIpDns: z.ZodObject<VirtualIpDnsFields, z.core.$strict> = z
  .strictObject({ ...dnsFields, ...fixedRecordFields })
  .superRefine((dns, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: "custom", path: path.split("."), message });
    dnsRules(dns, report);
    // What is no name by itself has been told.
    if (context.issues.some(({ path }) => path?.at(-1) === "hostname" || path?.at(-1) === "zone")) return;
    const { hostname, members, zone } = dns;
    const names = [hostname, ...members.map((member) => member.hostname)];
    const relative = names.find((name) => !name.includes("."));
    if (relative !== undefined && zone === undefined) return report("zone", `expected the zone that completes the name ${relative}.`);
    const absolute = names.map((name) => findAbsoluteName(name, zone));
    const tooLong = absolute.indexOf(undefined);
    if (tooLong >= 0) report(tooLong === 0 ? "hostname" : `members.${tooLong - 1}.hostname`, nameTooLong);
    const twice = absolute.find((name, index) => name !== undefined && absolute.indexOf(name) < index);
    if (twice !== undefined) report("members", `expected three names, found ${twice} twice.`);
    if (members[0]?.address === members[1]?.address) report("members", `expected two addresses, found ${members[0]?.address} twice.`);
  });
export type VirtualIpDns = z.infer<typeof VirtualIpDns>;

const virtualIpFields = {
  /** Both Agents of the pair, main first. */
  agents: z.array(Connection).length(2, "expected both Agents of the pair, main first"),
  /** The fixed records that keep the names of the Agents apart (Failover FAQ, "registering the same virtual IP address"). Default: records are not managed. */
  dns: VirtualIpDns.optional(),
  /** How long create, update and delete may take, as in `"90s"`. Default: 2m each. */
  timeouts: Timeouts.optional(),
  ...ownerFields,
};
type VirtualIpShape = typeof virtualAddressFields & typeof virtualIpFields;
export interface VirtualIpFields extends VirtualIpShape {}

export const VirtualIpInputs: z.ZodObject<VirtualIpFields, z.core.$strict> = z
  .strictObject({ ...virtualAddressFields, ...virtualIpFields })
  .superRefine(({ agents, address, prefixLength, dns }, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: "custom", path: path.split("."), message });
    // What is wrong by itself has been told.
    if (context.issues.length > 0) return;
    if (!isPrefixLength(prefixLength, address)) report("prefixLength", `expected at most 32 bits for ${address}, found ${prefixLength}.`);
    const own = agents.map(agentAddress);
    if (own[0] === own[1]) report("agents", `expected two Agents, found ${own[0]} twice.`);
    if ([...own, ...(dns?.members.map((member) => member.address) ?? [])].includes(address)) {
      report("address", `expected an address that no Agent has for itself, found ${address}.`);
    }
    for (const [index, member] of dns?.members.entries() ?? []) {
      if (addressFamily(member.address) === addressFamily(address)) continue;
      report(
        `dns.members.${index}.address`,
        `expected an IPv${addressFamily(address)} address, as the virtual one is, found ${member.address}.`,
      );
    }
  });
export type VirtualIpInputs = z.infer<typeof VirtualIpInputs>;
export type VirtualIpDeclared = z.input<typeof VirtualIpInputs>;
