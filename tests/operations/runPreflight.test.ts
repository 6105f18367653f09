import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runPreflight } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import type { FailoverPairDeclared } from "../../provider/failoverPair/index.js";
import { type PairWorld, startPairWorld, token, tokenEnv, type WorldOptions } from "../support/world.js";

let made = 0;

async function given(options: WorldOptions = {}) {
  const world = await startPairWorld(`80.${200 + (made++ % 50)}`, options);
  onTestFinished(world.close);
  const declared = (more?: object) =>
    ({ main: world.connection(1), backup: world.connection(2), ...world.pair(more) }) as unknown as FailoverPairDeclared;
  return { ...world, declared, writes: () => writesOf(world) };
}

/** A probe asks the network; everything else that is no GET would change something. */
const writesOf = ({ simulator }: PairWorld) =>
  simulator.requests.all().filter(({ method, route }) => method !== "GET" && route !== "probe");

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("preflight", () => {
  test("finds nothing in the way of two prepared Agents, and touches nothing", async () => {
    const { declared, simulator, writes } = await given({ main: { profile: "10.6" }, backup: { profile: "10.6" } });
    expect(await runPreflight(declared())).toMatchObject({ violations: [], unreachable: [] });
    expect(writes()).toEqual([]);
    expect(simulator.pairs).toEqual([]);
  });

  test("says everything that is in the way at once, each with its cure", async () => {
    const { declared, address } = await given({ backup: { dataMinerId: 222, pristine: false, version: "10.5.7.0-15800" } });
    const virtualIps = [{ network: "corporate", address: "127.99.0.5", prefixLength: 24 }];
    const { violations } = await runPreflight(declared({ virtualIps }));
    const reasons = violations.map(({ reason }) => reason).join("\n");
    expect(reasons).toContain(`Backup ${address(2)} has DataMiner ID 222`);
    expect(reasons).toContain("10.5.7.0-15800");
    expect(reasons).toContain("127.99.0.5");
    expect(violations.map(({ property }) => property)).toEqual(expect.arrayContaining(["backup", "virtualIps"]));
  });

  test("asks the network from both members whether the virtual address is free", async () => {
    const { declared, simulator, address } = await given();
    simulator.setForeignHost(address(5), true);
    const { violations } = await runPreflight(declared());
    expect(violations.map(({ reason }) => reason).join()).toContain(`Virtual IP ${address(5)} (corporate) is in use`);
  });

  test("holds a shared hostname to what it resolves to", async () => {
    const { declared, address } = await given({ names: { "dma.skyline.local": [`127.80.200.1`] } });
    const { violations } = await runPreflight(declared({ virtualIps: undefined, hostname: "dma.skyline.local" }));
    expect(violations.map(({ property }) => property)).toContain("hostname");
    expect(violations.map(({ reason }) => reason).join()).toContain(address(2));
  });

  test("judges a declaration that is wrong in itself without asking anybody", async () => {
    const { declared, simulator } = await given();
    const { violations } = await runPreflight(declared({ mode: "sometimes", heartbeats: "four" }));
    expect(violations.map(({ property }) => property)).toEqual(["mode", "heartbeats"]);
    expect(simulator.requests.count()).toBe(0);
  });

  test("names who could not be asked, and judges the rest", async () => {
    const { declared, simulator, address } = await given({ backup: { dataMinerId: 222 } });
    simulator.agent(address(1)).stop();
    const { violations, unreachable } = await runPreflight(declared(), { patienceMilliseconds: 500 });
    expect(unreachable).toEqual([expect.stringMatching(new RegExp(`^main ${address(1)}: .* the connection is refused`))]);
    expect(violations).toEqual([]);
  });

  test("warns of what is worth knowing and no reason to stop", async () => {
    const { declared } = await given({ backup: { pcap: "none" } });
    const { violations, warnings } = await runPreflight(declared());
    expect(violations).toEqual([]);
    expect(warnings.join()).toContain("No Pcap libraries have been found on this DataMiner Agent");
  });

  test("ends at once when it is aborted", async () => {
    const { declared } = await given();
    await expect(runPreflight(declared(), { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
