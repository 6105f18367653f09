import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DriftReport } from "../../operations/driftReport.js";
import { manualClock, type Simulator, startSimulator } from "../../simulator/index.js";
import { configOn, token, tokenEnv } from "../support/world.js";

/** What users run. */
const command = resolve(__dirname, "../../cli/bin/dma-failover.js");

const pairs = 100;
/** Default concurrency of `drift`: so many pairs are asked at a time. */
const concurrency = 20;
/** An Agent answers after a second of a clock that goes on only when as many calls are under way as there are to be. */
const latencySeconds = 1;
const clock = manualClock();
const mostMegabytes = 200;

const networks = Array.from({ length: pairs }, (_, index) => `${85 + (index % 5)}.${index}`);
let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  simulator = await startSimulator({
    token,
    clock,
    agents: networks.flatMap((network, index) =>
      ["1", "2"].map((last) => ({
        address: `127.${network}.${last}`,
        dataMinerId: 1000 + index,
        name: `DMA-${index}-${last}`,
        system: "DMS",
        registersInDns: false,
      })),
    ),
    hosts: networks.flatMap((network) => [`127.${network}.254`, `127.${network}.253`]),
    pairs: networks.map((network) => ({ config: configOn(network) })),
    dns: { zone: "skyline.local" },
  });
  for (const agent of simulator.agents) agent.fail({ kind: "slow", seconds: latencySeconds }, { times: Number.POSITIVE_INFINITY });
  folder = await mkdtemp(join(tmpdir(), "drift-"));
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

function inventory(): object {
  const { server } = simulator.dns!;
  const connection = (network: string, last: number) => {
    const host = `127.${network}.${last}`;
    return { host, protocol: "http", port: simulator.agent(host).port, tokenEnv };
  };
  const agents = (network: string) => [connection(network, 1), connection(network, 2)];
  return {
    schemaVersion: 1,
    pairs: networks.map((network, index) => {
      const { virtualIps, mode, heartbeats } = configOn(network);
      const [main, backup] = agents(network);
      return { name: `pair ${index}`, main, backup, virtualIps, mode, heartbeats: heartbeats.map(({ interface: _, ...one }) => one) };
    }),
    virtualIps: networks.map((network, index) => ({
      ...{ name: `address ${index}`, agents: agents(network), address: `127.${network}.5`, prefixLength: 24, network: "corporate" },
    })),
    sharedHostnameRecords: networks.slice(0, 10).map((network, index) => ({
      name: `record ${index}`,
      hostname: `dma${index}.skyline.local`,
      addresses: [`127.${network}.1`, `127.${network}.2`],
      dns: { server: `${server.host}:${server.port}`, zone: "skyline.local" },
    })),
  };
}

/** Runs the command, and watches how much memory it has at most and how many calls are under way when they are answered. */
async function run(args: string[]): Promise<{ exitCode: number | null; errors: string; megabytes: number; callsAtOnce: number[] }> {
  expect(existsSync(command), "the command is not built: npm run build").toBe(true);
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, [tokenEnv]: token },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let [errors, megabytes] = ["", 0];
  const callsAtOnce: number[] = [];
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
    const underWay = simulator.requests.count({ status: null });
    if (underWay < 2 * concurrency) return;
    callsAtOnce.push(underWay);
    clock.advance(latencySeconds);
  }, 5);
  const exitCode = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  clearInterval(watch);
  return { exitCode, errors, megabytes, callsAtOnce };
}

/** Most memory that a process ever had resident, as Linux keeps it. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has ended
  }
}

test("100 pairs of slow Agents, whose addresses and records are declared too, cost one call an Agent, side by side, in little memory", async () => {
  const file = join(folder, "pairs.json");
  await writeFile(file, JSON.stringify(inventory()));
  const ran = await run(["drift", "--inventory", file, "--json-file", join(folder, "report.json")]);
  expect(ran).toMatchObject({ errors: "", exitCode: 2 });

  const { counts } = DriftReport.parse(JSON.parse(await readFile(join(folder, "report.json"), "utf8")));
  expect(counts).toEqual({ clean: 200, roleChange: 0, drift: 10, unhealthy: 0, unreachable: 0 });

  const calls = simulator.agents.map(({ address }) => simulator.requests.count({ addressed: address, route: "readAgent" }));
  expect(calls).toEqual(simulator.agents.map(() => 1));
  expect(simulator.requests.count()).toBe(2 * pairs);

  // Both members are asked at once.
  expect(ran.callsAtOnce).toEqual(Array(pairs / concurrency).fill(2 * concurrency));
  expect(ran.megabytes).toBeGreaterThan(0);
  expect(ran.megabytes).toBeLessThan(mostMegabytes);
});
