import * as pulumi from "@pulumi/pulumi";
import type { ConnectionDeclared } from "../provider/agent/connection.js";
import type { Args } from "./args.js";

/** How one Agent is reached, written out. A `DmaAgent` stands for its own. */
export type ConnectionArgs = Args<ConnectionDeclared>;

const fields: Record<keyof ConnectionDeclared, true> = {
  host: true,
  address: true,
  protocol: true,
  port: true,
  basePath: true,
  caFile: true,
  tlsServerName: true,
  tokenEnv: true,
  tokenFile: true,
  token: true,
};

/** The fields of a connection among args; a literal token becomes a secret, whether it was given as one or not. */
export function connectionArgs(args: ConnectionArgs): ConnectionArgs {
  const given = Object.entries(args).filter(([key, value]) => key in fields && value !== undefined);
  return asSecretToken(Object.fromEntries(given) as unknown as ConnectionArgs);
}

/** A resource that stands for one Agent, as DmaAgent does. */
type Connected = pulumi.CustomResource & { readonly connection: ConnectionArgs };

/** The connection of a member, given as a resource or written out. */
export const connectionOf = (member: Connected | ConnectionArgs): ConnectionArgs =>
  pulumi.CustomResource.isInstance(member) ? member.connection : asSecretToken(member);

export function asSecretToken<Given extends { token?: pulumi.Input<string | undefined> }>(args: Given): Given {
  return args.token === undefined ? args : { ...args, token: pulumi.secret(args.token) };
}

/**
 * The connection of a resource, for another one to use. It is composed from what the program gave, so it is known in the first
 * preview already; `urn` makes whoever uses it depend on the resource.
 */
export function connectionThrough(args: ConnectionArgs, urn: pulumi.Output<string>): ConnectionArgs {
  const connection = connectionArgs(args);
  return { ...connection, host: pulumi.all([connection.host, urn]).apply(([host]) => host) };
}
