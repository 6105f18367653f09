import { all, type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import type {
  SharedHostnameRecordDeclared,
  SharedHostnameRecordInputs,
  SharedHostnameRecordOutputs,
} from "../provider/sharedHostnameRecord/index.js";
import type { Args } from "./args.js";
import { asSecretKey } from "./dnsKey.js";
import { DynamicResource } from "./dynamicResource.js";
import type { Given, ResourceProperties } from "./properties.js";

/** What a program gives for a `SharedHostnameRecord`. */
export interface SharedHostnameRecordArgs extends Omit<Args<SharedHostnameRecordDeclared>, "dns"> {
  /** The name server to write to, and the key. */
  dns: Args<SharedHostnameRecordDeclared["dns"]>;
}

/**
 * The shared hostname of a pair in DNS: one name that resolves to the primary addresses of both Agents, and the PTR records that
 * lead back to it. Creating it writes them with RFC 2136 updates; deleting it removes those that it made and no others.
 * Its id is the hostname with its zone.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `given` names all of the interface, so the engine fills all of it.
export class SharedHostnameRecord extends DynamicResource<SharedHostnameRecordOutputs> {
  /** The whole hostname, as `FailoverPair` takes it. */
  readonly fullHostname: Input<string>;

  constructor(name: string, args: SharedHostnameRecordArgs, options?: CustomResourceOptions) {
    super("SharedHostnameRecord", "sharedHostnameRecord", name, { ...args, dns: asSecretKey(args.dns) }, given, options);
    this.fullHostname = all([args.hostname, args.dns.zone, this.urn]).apply(([hostname, zone]) => {
      const name = hostname.replace(/\.$/, "");
      return name.includes(".") || zone === undefined ? name : `${name}.${zone}`;
    });
  }
}

export interface SharedHostnameRecord extends ResourceProperties<SharedHostnameRecordInputs, SharedHostnameRecordOutputs> {}

const given: Given<SharedHostnameRecordInputs, SharedHostnameRecordOutputs> = {
  hostname: undefined,
  addresses: undefined,
  dns: undefined,
  ttl: undefined,
  reverse: undefined,
  overwrite: undefined,
  timeouts: undefined,
  zone: undefined,
  ownedRecords: undefined,
  warnings: undefined,
};
