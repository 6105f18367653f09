import { resolve } from "node:path";
import type { ConnectionDeclared } from "../../provider/agent/connection.js";
import { keepSecret } from "../../provider/core/redaction.js";
import { isJsonObject, withoutAbsent } from "../../provider/core/values.js";

/** Where the provider's process finds what a connection in state only names. */
export interface Surroundings {
  /** Where relative paths start. */
  folder: string;
  /** Variables that the CLI gets beside this process's own. */
  environment: Readonly<Record<string, string>>;
}

/** A connection from a stack's state, as this process can use it: it has another folder and other variables than the provider's. */
export function connectionFrom(value: unknown, { folder, environment }: Surroundings): ConnectionDeclared {
  const { tokenEnv, ...rest } = (withoutAbsent(isJsonObject(value) ? value : {}) ?? {}) as Partial<ConnectionDeclared>;
  const token = tokenEnv === undefined ? undefined : environment[tokenEnv];
  return {
    ...rest,
    ...(rest.caFile === undefined ? {} : { caFile: resolve(folder, rest.caFile) }),
    ...(rest.tokenFile === undefined ? {} : { tokenFile: resolve(folder, rest.tokenFile) }),
    ...(rest.token === undefined ? {} : { token: keepSecret(rest.token) }),
    ...(tokenEnv === undefined ? {} : token ? { token: keepSecret(token) } : { tokenEnv }),
  } as ConnectionDeclared;
}
