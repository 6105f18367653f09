import { afterAll, beforeAll, expect, test } from "vitest";
import { succeeded } from "../support/pairStory.js";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

let world: PairWorld;
let stack: Stack;

/** No DmaAgent: the pair alone knows its members. */
const declare = (more?: object) => stack.declare({ pair: { main: world.connection(1), backup: world.connection(2), ...world.pair(more) } });

beforeAll(async () => {
  world = await startPairWorld("60.1");
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
  await declare();
  succeeded(await stack.up());
});

afterAll(async () => {
  await world.close();
  await stack.remove();
});

test("a pair with written-out connections and one silent member is not clean, and `up` fails with the reason until it is back", async () => {
  const backup = world.simulator.agent(world.address(2));
  backup.stop();
  const silent = `Reading Agent ${world.address(2)}: the connection is refused.`;
  const { code, output } = await stack.drift();
  expect(`${code}\n${output}`).toMatch(/^7\n/);
  expect(output).toContain("FailoverPair pair: differs from what is declared: reachable.backup");
  expect(output).toContain(silent);
  const failed = await stack.up("--refresh");
  expect(failed.code).not.toBe(0);
  expect(failed.output).toContain(`Comparing the pair needs both members up. ${silent}`);
  expect(failed.output).toContain("Runbook: MEMBER_UNREACHABLE.");
  backup.start();
  await world.simulator.settled();
  succeeded(await stack.up("--refresh"));
  succeeded(await stack.drift());
});

test("a member that is to be given up is given up: what only a later destroy may do is recorded while it is silent", async () => {
  world.simulator.agent(world.address(2)).stop();
  await world.simulator.settled();
  await stack.succeed("refresh", "--yes", "--skip-preview");
  await declare({ allowUnreachableOffline: true });
  succeeded(await stack.up());
  succeeded(await stack.destroy());
  expect(world.simulator.agent(world.address(1)).snapshot().pair).toBeNull();
});
