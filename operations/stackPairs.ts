import type { FailoverPairDeclared } from "../provider/failoverPair/index.js";
import { failoverPair } from "../provider/index.js";
import type { PairTarget } from "./pairTarget.js";
import { connectionFrom } from "./stack/connections.js";
import { openStack } from "./stack/openStack.js";

/** One stack of a Pulumi project. */
export interface StackSource {
  /** The folder of Pulumi.yaml. */
  workDir: string;
  stack: string;
  /** Path of the Pulumi CLI. Default: the one on PATH. */
  pulumiCommand?: string | undefined;
  /** Variables for the CLI beside this process's own. */
  environment?: Record<string, string> | undefined;
}

/** A FailoverPair of a stack: how its members are reached, and what it was declared as. Secrets are in the clear, for memory only. */
export interface StackPair extends PairTarget {
  urn: string;
  declared: FailoverPairDeclared;
}

/** The type token by which pairs are found, whatever the program calls them. */
export const pairType = failoverPair.token;

/** The Failover pairs of a stack, from its state alone: no Agent is asked and the program does not run. Throws `STACK_UNREADABLE`. */
export async function readStackPairs(source: StackSource): Promise<StackPair[]> {
  const { folder, resources } = await openStack(source);
  const surroundings = { folder, environment: source.environment ?? {} };
  return resources
    .filter(({ type }) => type === pairType)
    .map(({ name, urn, inputs: { __provider: _, ...inputs } }) => {
      const members = { main: connectionFrom(inputs.main, surroundings), backup: connectionFrom(inputs.backup, surroundings) };
      return { name, urn, ...members, declared: { ...inputs, ...members } as unknown as FailoverPairDeclared };
    });
}
