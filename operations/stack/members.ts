import { resolve } from "node:path";
import type { Connection } from "../../provider/agent/connection.js";
import { reasonOf } from "../../provider/core/errors.js";
import { keepSecret } from "../../provider/core/redaction.js";
import type { Members } from "../../provider/core/resource.js";
import { isJsonObject, type JsonObject, withoutAbsent } from "../../provider/core/values.js";
import type { Position } from "../../provider/failover/configuration.js";
import { inParallel } from "../inParallel.js";
import { connectionsOf } from "../pairTarget.js";
import { type PairStatus, readStatus } from "../readStatus.js";
import { resourceOfToken } from "../registry.js";
import type { OpenedStack, StateResource } from "./openStack.js";

/** Where the provider's process finds what a connection in state only names. */
export interface Surroundings {
  /** Where relative paths start. */
  folder: string;
  /** Variables that the CLI gets beside this process's own. */
  environment: Readonly<Record<string, string>>;
}

/** The two Agents behind a resource of a stack. Throws a RefusedError `TARGET_INVALID` for a connection that cannot be used. */
export function membersIn(
  { name, inputs }: Pick<StateResource, "name" | "inputs">,
  members: Members,
  surroundings: Surroundings,
): Record<Position, Connection> {
  const { main, backup } = members.of(inputs);
  return connectionsOf({ name, main: connectionFrom(main, surroundings), backup: connectionFrom(backup, surroundings) });
}

/** A connection from a stack's state, as this process can use it: it has another folder and other variables than the provider's. */
export function connectionFrom(value: unknown, { folder, environment }: Surroundings): JsonObject {
  const given = withoutAbsent(isJsonObject(value) ? value : {}) as JsonObject;
  const { tokenEnv, ...rest } = given;
  const paths = ["caFile", "tokenFile"].flatMap((key) => (typeof rest[key] === "string" ? [[key, resolve(folder, rest[key])]] : []));
  const token = typeof tokenEnv === "string" && environment[tokenEnv] ? environment[tokenEnv] : rest.token;
  return {
    ...rest,
    ...Object.fromEntries(paths),
    ...(typeof token === "string" ? { token: keepSecret(token) } : tokenEnv === undefined ? {} : { tokenEnv }),
  };
}

/**
 * How the Agents are on which resources of a stack depend, by URN; a text says why that cannot be asked.
 * Resources with the same Agents cost one call each Agent.
 */
export async function lookAround(
  { resources, folder }: OpenedStack,
  environment: Readonly<Record<string, string>>,
  concurrency: number,
  signal?: AbortSignal,
): Promise<Map<string, PairStatus | string>> {
  const asked = resources.flatMap((state) => {
    const { members } = resourceOfToken(state.type) ?? {};
    return members ? [{ state, members }] : [];
  });
  const look = async ({ state, members }: (typeof asked)[number]): Promise<[string, PairStatus | string]> => {
    try {
      const target = { name: state.name, ...membersIn(state, members, { folder, environment }) };
      // Only a pair can contradict itself; beside it, whether an Agent answers is seen at once.
      const status = await readStatus(target, { signal, mayBeRecent: true, ...(members.arePair ? {} : { secondLookMilliseconds: 0 }) });
      return [state.urn, status];
    } catch (error) {
      signal?.throwIfAborted();
      return [state.urn, reasonOf(error)];
    }
  };
  return new Map(await inParallel(asked, concurrency, look, signal));
}
