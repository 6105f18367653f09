import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { judge } from "../../cli/web/attention.js";
import { detectDrift } from "../../operations/detectDrift.js";
import { readStatus } from "../../operations/index.js";
import { parseInventory } from "../../operations/inventory.js";
import { runPreflight } from "../../operations/runPreflight.js";
import { forgetSnapshots } from "../../provider/agent/snapshots.js";
import { closeConnections } from "../../provider/agent/transport.js";
import type { FailoverPairDeclared } from "../../provider/failoverPair/index.js";
import { type Situated, situate } from "../support/statusRows.js";
import { configOn, token, tokenEnv } from "../support/world.js";

let made = 0;
const octet = 87;

/** The backup was away when the pair was ended, and is started again, in sight of the kept one or not. */
async function given({ apart = false } = {}) {
  const network = `${octet}.${made++ % 250}`;
  const situated = await situate(network);
  onTestFinished(situated.close);
  forgetSnapshots();
  const { simulator, clock, b } = situated;
  const pair = simulator.pair();
  b.stop();
  clock.advance(60);
  const ended = pair.end();
  clock.advance(300);
  await ended;
  if (apart) pair.breakPath();
  b.start();
  clock.advance(300);
  const { virtualIps, mode, heartbeats } = configOn(network);
  const { main, backup } = situated.target;
  const declared = { main, backup, virtualIps, mode, heartbeats: heartbeats.map(({ interface: _, ...one }) => one) };
  return { ...situated, declared: declared as unknown as FailoverPairDeclared };
}

const back = ({ address }: Situated, isOnline: boolean) => ({
  ...{ kind: "givenUp", member: { position: "backup", address: address(2) }, kept: { position: "main", address: address(1) } },
  ...{ dataMinerId: 111, isOnline },
});

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("an Agent that was given up, and comes back", () => {
  test("is a problem of the status, and what is to be done stands with it", async () => {
    const situated = await given();
    const status = await readStatus(situated.target, { secondLookMilliseconds: 1 });
    expect(status.givenUp).toBe("backup");
    expect(status.problems).toContainEqual(back(situated, false));
    const pair = { id: 1, name: "pair", status, readAt: 0, isBeingRead: false, problem: null, reads: 1, failures: 0 };
    expect(judge(pair)).toEqual({
      level: "critical",
      label: "Given-up Agent is back",
      text: "Two Agents have DataMiner ID 111: take Backup off the network, or it polls the same devices a second time.",
    });
  });

  test("goes online where it does not see the kept one: then both poll", async () => {
    const situated = await given({ apart: true });
    expect(situated.b.failoverStatus).toBe("Online");
    const status = await readStatus(situated.target, { secondLookMilliseconds: 1 });
    expect(status.problems).toContainEqual(back(situated, true));
  });

  test("is unhealthy in a drift run: exit code 3", async () => {
    const { declared } = await given();
    const text = JSON.stringify({ schemaVersion: 1, pairs: [{ name: "north", ...declared }] });
    const report = await detectDrift({ inventory: await parseInventory(text, "pairs.yaml") });
    expect(report.exitCode).toBe(3);
    expect(report.results[0]?.classes[0]).toBe("unhealthy");
  });

  test("is in the way of a new set-up", async () => {
    const situated = await given();
    const { violations } = await runPreflight(situated.declared);
    expect(violations).toContainEqual({ property: "backup", reason: expect.stringContaining("so looks an Agent that was given up") });
  });
});
