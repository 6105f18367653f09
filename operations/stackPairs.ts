import type { JsonObject } from "../provider/core/values.js";
import type { PairTarget } from "./pairTarget.js";
import { resourceOfToken } from "./registry.js";
import { membersIn } from "./stack/members.js";
import { openStack, type StackSource } from "./stack/openStack.js";

export type { StackSource } from "./stack/openStack.js";

/** A pair of a stack: how its members are reached, and what it was declared as. Secrets are in the clear, for memory only. */
export interface StackPair extends PairTarget {
  /** URN of the resource. */
  urn: string;
  /** Its inputs as the state has them. */
  declared: JsonObject;
}

/**
 * The Failover pairs of a stack, from its state alone: no Agent is asked and the program does not run. Throws `STACK_UNREADABLE`, and
 * `TARGET_INVALID` for a connection that cannot be used.
 */
export async function readStackPairs(source: StackSource): Promise<StackPair[]> {
  const { folder, resources } = await openStack(source);
  const surroundings = { folder, environment: source.environment ?? {} };
  return resources.flatMap(({ type, name, urn, inputs: { __provider: _, ...inputs } }) => {
    const { members } = resourceOfToken(type) ?? {};
    if (!members?.arePair) return [];
    const connections = membersIn({ name, inputs }, members, surroundings);
    return [{ name, urn, ...connections, declared: { ...inputs, ...connections } }];
  });
}
