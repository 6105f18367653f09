import { afterEach, beforeEach, expect } from "vitest";
import { type Run, Stack } from "./stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "./world.js";

/** What each story of a file has for itself. */
export interface PairStory {
  readonly world: PairWorld;
  readonly stack: Stack;
  /** Declares both Agents and the pair, with these differences. */
  declare: (pair?: object) => Promise<void>;
}

/** For a test file: before each story two prepared Agents, and a stack that declares them a pair. Networks in 127.`octet`. */
export function pairStories(octet: number): PairStory {
  let world: PairWorld;
  let stack: Stack;
  let network = 0;
  const declare = (pair?: object) =>
    stack.declare({
      agents: { main: world.connection(1), backup: world.connection(2) },
      pair: { main: "main", backup: "backup", ...world.pair(pair) },
    });
  beforeEach(async () => {
    world = await startPairWorld(`${octet}.${++network}`);
    stack = await Stack.create({ environment: { [tokenEnv]: token } });
    await declare();
  });
  afterEach(async () => {
    await world.close();
    await stack.remove();
  });
  return {
    get world() {
      return world;
    },
    get stack() {
      return stack;
    },
    declare,
  };
}

/** What it printed is in the message when it did not. */
export const succeeded = ({ code, output }: Run) => expect(`${code}\n${output}`).toMatch(/^0\n/);
