import { z } from "zod";
import { agentAddress, Connection } from "../agent/connection.js";
import { canonicalAddress } from "../core/addresses.js";
import { IpAddress, Timeouts, virtualAddressFields } from "../core/fields.js";
import { isHostName } from "../core/hostNames.js";
import { ownerFields } from "../core/owner.js";
import { withoutAbsent } from "../core/values.js";
import { canonicalHeartbeats, canonicalHostname, canonicalVirtualIps, positions } from "../failover/configuration.js";
import { judgeHeartbeats } from "../failover/heartbeats.js";

type VirtualIpShape = typeof virtualAddressFields;
export interface VirtualIpFields extends VirtualIpShape {}
const VirtualIpInput: z.ZodObject<VirtualIpFields, z.core.$strict> = z.strictObject(virtualAddressFields);

const Target = z.union(
  [
    z.strictObject({ agent: z.enum(positions).meta({ description: "The other Agent, by its position." }) }),
    z.strictObject({ address: IpAddress.meta({ description: "The address to ping." }) }),
  ],
  {
    error: 'expected { agent: "main" | "backup" } or { address: "<IP address>" }',
  },
);

const heartbeatFields = {
  /** `"normal"`: the offline member goes online when all of them fail. `"inverted"`: a member whose own all fail goes offline. */
  kind: z.enum(["normal", "inverted"]),
  /** The member that checks. */
  from: z.enum(positions),
  /** The other Agent (DataMiner communication on port 8004) or any address (ICMP ping). */
  target: Target,
  /** 1-based index of the interface to use; for an Agent as target only. Default: DataMiner's choice. */
  interface: z.int().min(1).optional(),
  /** Failed checks in a row that are still allowed. Default: 3 (the product documents none of its own). */
  maxFailures: z.int().min(0).default(3),
};
type HeartbeatShape = typeof heartbeatFields;
export interface HeartbeatFields extends HeartbeatShape {}
/** One check that a member makes over and over (Advanced Failover options). */
export const HeartbeatInput: z.ZodObject<HeartbeatFields, z.core.$strict> = z.strictObject(heartbeatFields);

const hostname = z
  .string()
  .refine(isHostName, "expected a host name")
  .refine((text) => canonicalAddress(text) === undefined, "expected a host name, not an IP address")
  .overwrite(canonicalHostname);

const failoverPairFields = {
  /** The Agent that is first in the Failover configuration: usually the existing one. Position, not role: it never moves. */
  main: Connection,
  /** The freshly prepared Agent with the same DataMiner ID. Its data is replaced by main's. */
  backup: Connection,
  /** Addresses that the online member holds, one a network, the corporate one always. Either this or `hostname`. */
  virtualIps: z
    .array(VirtualIpInput)
    .min(1, "expected at least the virtual IP address of the corporate network")
    .overwrite(canonicalVirtualIps as <Value>(value: Value) => Value)
    .optional(),
  /** The shared hostname that resolves to both Agents. Either this or `virtualIps`; it cannot be changed afterwards. */
  hostname: hostname.optional(),
  /** `"automatic"`: the offline member goes online when all normal heartbeats fail. `"manual"`: a person decides. */
  mode: z.enum(["manual", "automatic"]),
  /** The checks between and around the Agents. `standardHeartbeats` builds the recommended four. */
  heartbeats: z.array(HeartbeatInput).overwrite((list) => withoutAbsent(canonicalHeartbeats(list)) as typeof list),
  /** 1-based index of the interface that synchronization uses. Default: not managed, DataMiner takes the corporate one. */
  syncInterface: z.int().min(1).optional(),
  /** Auto-restart Agent when going offline: speeds up a switch. Default: not managed. */
  restartWhenGoingOffline: z.boolean().optional(),
  /** How `pulumi destroy` ends the pair. Default: `"delete"`. `"disable"` exists on Agents before 10.2 only (Ending a Failover configuration). */
  endMode: z.enum(["delete", "disable"]).optional(),
  /** `"matching"` takes over a pair that somebody else made, if it equals this declaration. Default: `"never"`. */
  adopt: z.enum(["never", "matching"]).default("never"),
  /** Allows ending while the online member says that its buddy is gone. Default: false. */
  allowUnreachableOffline: z.boolean().default(false),
  /** Allows ending although Cassandra data is not on both nodes. Default: false. */
  allowDataLoss: z.boolean().default(false),
  /** Allows ending while the backup is online, which resets main. Default: false. */
  allowResetOfMain: z.boolean().default(false),
  /** How long each act may take, as in `"90s"`, `"30m"`, `"4h"`. Default: create 4h, update 30m, delete 1h. */
  timeouts: Timeouts.optional(),
  ...ownerFields,
  /** The resource option, which the sdk hands on. */
  __deleteBeforeReplace: z
    .undefined({
      error:
        "deleteBeforeReplace would end the pair before it is made anew, and ending resets a server that then has neither ID nor licence. Take the option away; a replacement keeps the pair that stands.",
    })
    .optional(),
};
type FailoverPairShape = typeof failoverPairFields;
export interface FailoverPairFields extends FailoverPairShape {}

export const FailoverPairInputs: z.ZodObject<FailoverPairFields, z.core.$strict> = z
  .strictObject(failoverPairFields)
  .superRefine((inputs, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (inputs.virtualIps && inputs.hostname) report("hostname", "expected either virtualIps or hostname, found both.");
    if (!inputs.virtualIps && !inputs.hostname) report("virtualIps", "expected either virtualIps or hostname, found neither.");
    if (inputs.adopt === "matching" && inputs.endMode === undefined) {
      report("endMode", 'expected it in writing when adopt is "matching": say how the adopted pair shall end.');
    }
    const [main, backup] = [agentAddress(inputs.main), agentAddress(inputs.backup)];
    if (main === backup) report("backup", `expected another Agent than main, found ${backup} for both.`);
    const members = { main: { address: main, ownAddresses: [main] }, backup: { address: backup, ownAddresses: [backup] } };
    const virtualIps = (inputs.virtualIps ?? []).map(({ address }) => address);
    const { violations } = judgeHeartbeats({ heartbeats: inputs.heartbeats, mode: inputs.mode, version: undefined, virtualIps, members });
    for (const { property, reason } of violations) report(property, reason);
  });
/** The inputs with every default filled in. */
export type FailoverPairInputs = z.infer<typeof FailoverPairInputs>;
/** The inputs as a program or an inventory declares them. */
export type FailoverPairDeclared = z.input<typeof FailoverPairInputs>;
export type HeartbeatDeclared = z.input<typeof HeartbeatInput>;
