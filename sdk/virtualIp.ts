import { all, type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import type { FailoverPairDeclared } from "../provider/failoverPair/index.js";
import type { VirtualIpDeclared, VirtualIpInputs, VirtualIpOutputs } from "../provider/virtualIp/index.js";
import type { Args } from "./args.js";
import { type ConnectionArgs, connectionOf } from "./connection.js";
import type { DmaAgent } from "./dmaAgent.js";
import { asSecretKey } from "./dnsKey.js";
import { DynamicResource } from "./dynamicResource.js";
import type { Given, ResourceProperties } from "./properties.js";

/** What a program gives for a `VirtualIp`. */
export interface VirtualIpArgs extends Omit<Args<VirtualIpDeclared>, "agents" | "dns"> {
  /** Both Agents of the pair, main first. */
  agents: (DmaAgent | ConnectionArgs)[];
  /**
   * The fixed records that keep the names of the Agents apart, as the product's FAQ on double registration recommends. Default: records
   * are not managed.
   */
  dns?: Args<NonNullable<VirtualIpDeclared["dns"]>>;
}

/** One virtual IP address, written out. */
export type VirtualIpAddressArgs = Args<NonNullable<FailoverPairDeclared["virtualIps"]>[number]>;

/**
 * A virtual IP address that follows the online Agent, under a name of its own: it is in the right subnet and free,
 * neither Agent registers it in DNS, and the records of its name and of both Agents are fixed. Deleting it removes the records that it
 * made and puts the registration back. Its id is `<network>@<main address>+<backup address>`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `given` names all of the interface, so the engine fills all of it.
export class VirtualIp extends DynamicResource<VirtualIpOutputs> {
  /** The address, as `FailoverPair` takes it. */
  readonly virtualAddress: VirtualIpAddressArgs;

  constructor(name: string, args: VirtualIpArgs, options?: CustomResourceOptions) {
    const dns = args.dns === undefined ? {} : { dns: asSecretKey(args.dns) };
    super("VirtualIp", "virtualIp", name, { ...args, ...dns, agents: args.agents.map(connectionOf) }, given, options);
    const { network, prefixLength } = args;
    const address: Input<string> = all([args.address, this.urn]).apply(([given]) => given);
    this.virtualAddress = { network, address, prefixLength };
  }
}

export interface VirtualIp extends ResourceProperties<VirtualIpInputs, VirtualIpOutputs> {}

const given: Given<VirtualIpInputs, VirtualIpOutputs> = {
  agents: undefined,
  address: undefined,
  prefixLength: undefined,
  network: undefined,
  dns: undefined,
  timeouts: undefined,
  heldBy: undefined,
  deviations: undefined,
  ownedRecords: undefined,
  warnings: undefined,
};
