import { CustomResource, type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import type { FailoverPairDeclared, FailoverPairInputs, FailoverPairOutputs } from "../provider/failoverPair/index.js";
import type { Args } from "./args.js";
import { type ConnectionArgs, connectionOf } from "./connection.js";
import type { DmaAgent } from "./dmaAgent.js";
import { DynamicResource } from "./dynamicResource.js";
import type { Given, ResourceProperties } from "./properties.js";
import type { SharedHostnameRecord } from "./sharedHostnameRecord.js";
import type { VirtualIp, VirtualIpAddressArgs } from "./virtualIp.js";

/** What a program gives for a `FailoverPair`. */
export interface FailoverPairArgs extends Omit<Args<FailoverPairDeclared>, "main" | "backup" | "virtualIps" | "hostname"> {
  /** The Agent that is first in the Failover configuration: usually the existing one. Position, not role: it never moves. */
  main: DmaAgent | ConnectionArgs;
  /** The freshly prepared Agent with the same DataMiner ID. Its data is replaced by main's. */
  backup: DmaAgent | ConnectionArgs;
  /** Addresses that the online member holds, one a network, the corporate one always. Either this or `hostname`. */
  virtualIps?: Input<(VirtualIp | Input<VirtualIpAddressArgs>)[] | undefined>;
  /** The shared hostname that resolves to both Agents. Either this or `virtualIps`; it cannot be changed afterwards. */
  hostname?: SharedHostnameRecord | Input<string | undefined>;
}

/**
 * A Failover pair: two Agents with one DataMiner ID, one online at a time. Creating it sets the Failover configuration up,
 * which copies main to backup; deleting it ends the configuration, which by default resets the offline Agent to factory
 * settings. Who is online is an output: no input names it, a switch is never drift, and an update never moves traffic.
 * Its id is `<main address>+<backup address>`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `given` names all of the interface, so the engine fills all of it.
export class FailoverPair extends DynamicResource<FailoverPairOutputs> {
  constructor(name: string, args: FailoverPairArgs, options?: CustomResourceOptions) {
    const { main, backup, virtualIps, hostname, ...rest } = args;
    const way = {
      ...(virtualIps === undefined ? {} : { virtualIps: Array.isArray(virtualIps) ? virtualIps.map(addressOf) : virtualIps }),
      ...(hostname === undefined
        ? {}
        : { hostname: CustomResource.isInstance(hostname) ? (hostname as SharedHostnameRecord).fullHostname : hostname }),
    };
    super(
      "FailoverPair",
      "failoverPair",
      name,
      { ...rest, ...way, ...replacing(options), main: connectionOf(main), backup: connectionOf(backup) },
      given,
      options,
    );
  }
}

export interface FailoverPair extends ResourceProperties<FailoverPairInputs, FailoverPairOutputs> {}

/** Only the program knows this option; check refuses it. */
const replacing = (options: CustomResourceOptions | undefined) =>
  options?.deleteBeforeReplace === true ? { __deleteBeforeReplace: true } : {};

const addressOf = (virtualIp: VirtualIp | Input<VirtualIpAddressArgs>): Input<VirtualIpAddressArgs> =>
  CustomResource.isInstance(virtualIp) ? (virtualIp as VirtualIp).virtualAddress : (virtualIp as Input<VirtualIpAddressArgs>);

const given: Given<FailoverPairInputs, FailoverPairOutputs> = {
  main: undefined,
  backup: undefined,
  virtualIps: undefined,
  hostname: undefined,
  mode: undefined,
  heartbeats: undefined,
  syncInterface: undefined,
  restartWhenGoingOffline: undefined,
  endMode: undefined,
  adopt: undefined,
  allowUnreachableOffline: undefined,
  allowDataLoss: undefined,
  allowResetOfMain: undefined,
  timeouts: undefined,
  dataMinerId: undefined,
  state: undefined,
  type: undefined,
  members: undefined,
  online: undefined,
  onlineAgent: undefined,
  failedOver: undefined,
  led: undefined,
  reachable: undefined,
  stuck: undefined,
  problems: undefined,
  warnings: undefined,
  reachableAt: undefined,
};
