import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { z } from "zod";
import { canonicalAddress } from "../core/addresses.js";
import { reasonOf } from "../core/errors.js";
import { IpAddress } from "../core/fields.js";
import { isHostName } from "../core/hostNames.js";
import { keepSecret } from "../core/redaction.js";
import { unsetVariable, variableOf } from "../core/variable.js";
import { defaultBasePath } from "./contract.js";
import { ConnectionError } from "./errors.js";

/** The fields that say how one Agent is reached. Each resource that talks to an Agent takes them in this form. */
export const connectionFields = {
  /** How this Agent is reached: its own name or address, never the virtual IP address or the shared hostname. */
  host: z
    .string()
    .refine((text) => isIP(text) !== 0 || isHostName(text), "expected a host name or an IP address, without protocol or port")
    .overwrite((text) => canonicalAddress(text) ?? text.toLowerCase().replace(/\.$/, "")),
  /** The Agent's corporate IP address: its identity. Default: `host`; required when `host` is a name. */
  address: IpAddress.optional(),
  /** Default: `"https"`. `"http"` sends the token unencrypted: for loopback and closed networks only. */
  protocol: z.enum(["https", "http"]).default("https"),
  /** Default: 443 for https, 80 for http. */
  port: z.int().min(1).max(65535).optional(),
  /** Where the Failover API lives on the Agent, or on a gateway before it. Default: `"/api/custom/dma-failover/v1"`. */
  basePath: z
    .string()
    .regex(/^\/[!-"$->@-~]*$/, "expected a path that begins with /, its special characters percent-encoded")
    .overwrite((path) => path.replace(/\/+$/, ""))
    .default(defaultBasePath),
  /** PEM file of the authority that signed the Agent's certificate, read where Pulumi runs. Default: the system's authorities. */
  caFile: z.string().min(1).optional(),
  /** The name to expect in the Agent's certificate. Default: `host`. */
  tlsServerName: z.string().min(1).optional(),
  /** Name of the environment variable that holds the bearer token. Only the name goes into state. */
  tokenEnv: variableOf("token").optional(),
  /** Path of the file that holds the bearer token. Only the path goes into state. */
  tokenFile: z.string().min(1).optional(),
  /** The bearer token itself, kept as a secret: encrypted in state. Prefer `tokenEnv` or `tokenFile`. */
  token: z.string().min(1).optional(),
};
type ConnectionShape = typeof connectionFields;
/** Named, so that the descriptions above reach the editor of who uses the package. */
export interface ConnectionFields extends ConnectionShape {}
export const connectionKeys = Object.keys(connectionFields) as (keyof ConnectionFields)[];

type Fields = z.infer<z.ZodObject<ConnectionFields>>;

/** What a connection needs as a whole. Unset on its own it says nothing, so each rule names the field to mend. */
export function connectionRules(fields: Partial<Fields>, report: (path: string, message: string) => void): void {
  const sources = (["tokenEnv", "tokenFile", "token"] as const).filter((source) => fields[source] !== undefined);
  if (sources.length === 0) report("tokenEnv", "expected one of tokenEnv, tokenFile or token.");
  if (sources.length > 1) report(sources[1] ?? "token", `expected one token source, found ${sources.join(" and ")}.`);
  if (fields.address === undefined && fields.host !== undefined && isIP(fields.host) === 0 && isHostName(fields.host)) {
    report("address", `expected the Agent's corporate IP address, because host is the name ${fields.host}.`);
  }
}

/** A connection as a pair takes it: the fields of one Agent, `address` filled in. */
export const Connection: z.ZodObject<ConnectionFields, z.core.$strict> = z
  .strictObject(connectionFields)
  .overwrite((fields) => withAddress(fields))
  .superRefine((fields, context) => {
    connectionRules(fields, (path, message) => context.addIssue({ code: "custom", path: [path], message }));
  });
export type Connection = z.infer<typeof Connection>;
export type ConnectionDeclared = z.input<typeof Connection>;

export function withAddress<Part extends { host: string; address?: string | undefined }>(fields: Part): Part {
  return fields.address === undefined && isIP(fields.host) !== 0 ? { ...fields, address: fields.host } : fields;
}

/** The connection among a resource's inputs. */
export function connectionOf(inputs: Fields): Connection {
  return Object.fromEntries(connectionKeys.filter((key) => inputs[key] !== undefined).map((key) => [key, inputs[key]])) as Connection;
}

/** The address that names this Agent in every call. */
export function agentAddress(connection: Connection): string {
  return connection.address ?? connection.host;
}

/** Reads the token anew for each call: a rotated one is seen at once, and none is kept. */
export function tokenOf(connection: Connection): string {
  const { token, tokenEnv, tokenFile } = connection;
  if (tokenEnv !== undefined) {
    const value = process.env[tokenEnv]?.trim();
    if (!value) {
      const { seen, cure } = unsetVariable(tokenEnv, "tokenEnv");
      throw missingToken(connection, seen, cure);
    }
    return sendable(connection, value, `environment variable ${tokenEnv}`);
  }
  if (tokenFile !== undefined) {
    const value = readText(connection, "token", tokenFile).trim();
    if (!value) throw missingToken(connection, `${tokenFile} is empty`, "Write the token into it.");
    return sendable(connection, value, tokenFile);
  }
  if (token === undefined) throw missingToken(connection, "no token source is declared", "Set tokenEnv, tokenFile or token.");
  return sendable(connection, token.trim(), "token");
}

/** A header takes only some characters (RFC 6750 2.1), and undici never answers a call whose header it cannot send. */
function sendable(connection: Connection, token: string, source: string): string {
  keepSecret(token);
  if (/^[!-~]+$/.test(token)) return token;
  throw new ConnectionError(
    "TOKEN_INVALID",
    `Reaching Agent ${agentAddress(connection)}: ${source} holds no bearer token: spaces, line breaks and letters beyond ASCII are none. ` +
      "Give the token alone.",
  );
}

/** The certificate authority to trust; undefined means the system's. */
export function authorityOf(connection: Connection): string | undefined {
  const { caFile } = connection;
  if (caFile === undefined) return undefined;
  const pem = readText(connection, "certificate authority", caFile);
  try {
    new X509Certificate(pem);
  } catch (error) {
    // Without this, Node.js would take an empty file for none, and trust the system's authorities.
    throw new ConnectionError(
      "CA_INVALID",
      `Reaching Agent ${agentAddress(connection)}: ${caFile} holds no certificate. Give the PEM file of the authority.`,
      { cause: error },
    );
  }
  return pem;
}

function readText(connection: Connection, what: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConnectionError(
      "FILE_UNREADABLE",
      `Reaching Agent ${agentAddress(connection)}: the ${what} file cannot be read (${reasonOf(error)}). Give a path that exists where Pulumi runs.`,
      { cause: error },
    );
  }
}

function missingToken(connection: Connection, seen: string, cure: string): ConnectionError {
  return new ConnectionError("TOKEN_MISSING", `Reaching Agent ${agentAddress(connection)}: ${seen}. ${cure}`);
}
