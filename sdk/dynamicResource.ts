import * as pulumi from "@pulumi/pulumi";
import type { resources } from "../provider/index.js";
import { ownerOf } from "./owner.js";

/**
 * A resource whose provider is this very package: state holds one constant line that requires it. No code is serialised, so
 * the text is the same in every program and layout, and state never runs an old version of the provider.
 */
export abstract class DynamicResource<Outputs extends object> extends pulumi.CustomResource {
  protected constructor(
    type: string,
    handler: keyof typeof resources,
    name: string,
    args: object,
    outputs: Record<keyof Outputs, undefined>,
    options: pulumi.CustomResourceOptions | undefined,
  ) {
    const props = {
      ...outputs,
      ...args,
      __owner: ownerOf(name, options?.parent),
      __provider: `exports.handler=()=>require("pulumi-dataminer-failover/provider").${handler}`,
    };
    // They repeat inputs under another name, where the engine would not know a secret again.
    const copies = { additionalSecretOutputs: ["__declared", "__attempted"] };
    super(`pulumi-nodejs:dynamic/dataminer:${type}`, name, props, pulumi.mergeOptions(options, copies));
  }
}
