import type { CustomResourceOptions } from "@pulumi/pulumi";
import { mergeOptions } from "@pulumi/pulumi";
import type { DmaAgentDeclared, DmaAgentInputs, DmaAgentOutputs } from "../provider/dmaAgent/index.js";
import type { Args } from "./args.js";
import { asSecretToken, type ConnectionArgs, connectionThrough } from "./connection.js";
import { DynamicResource } from "./dynamicResource.js";
import type { Given, ResourceProperties } from "./properties.js";

/** What a program gives for a `DmaAgent`. */
export type DmaAgentArgs = Args<DmaAgentDeclared>;

/**
 * A DataMiner Agent that this program works with. Creating it reads the Agent, holds it to what is expected of it and applies
 * the declared settings; deleting it puts those back and leaves the Agent alone. Its id is the Agent's corporate IP address.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `given` names all of the interface, so the engine fills all of it.
export class DmaAgent extends DynamicResource<DmaAgentOutputs> {
  /**
   * How this Agent is reached, as `FailoverPair` and `VirtualIp` take it: what the program gave. A transformation that sets `port`, `tokenEnv`
   * or the like on this resource does not reach them; set the same on their `main`, `backup` and `agents`, or give it here.
   */
  readonly connection: ConnectionArgs;

  constructor(name: string, args: DmaAgentArgs, options?: CustomResourceOptions) {
    super("DmaAgent", "dmaAgent", name, asSecretToken(args), given, mergeOptions(options, { additionalSecretOutputs: ["token"] }));
    this.connection = connectionThrough(args, this.urn);
  }
}

export interface DmaAgent extends ResourceProperties<DmaAgentInputs, DmaAgentOutputs> {}

const given: Given<DmaAgentInputs, DmaAgentOutputs> = {
  host: undefined,
  address: undefined,
  protocol: undefined,
  port: undefined,
  basePath: undefined,
  caFile: undefined,
  tlsServerName: undefined,
  tokenEnv: undefined,
  tokenFile: undefined,
  token: undefined,
  settings: undefined,
  timeouts: undefined,
  dataMinerId: undefined,
  agentName: undefined,
  version: undefined,
  cluster: undefined,
  interfaces: undefined,
  capabilities: undefined,
  pcap: undefined,
  reachable: undefined,
  warnings: undefined,
};
