import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { SwitchRecord } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { runCommand, startCommand } from "../support/commandLine.js";
import { until } from "../support/patience.js";
import { configOn, startPairWorld, token, tokenEnv } from "../support/world.js";

const port = 8181;
let made = 0;

async function given({ timeScale = 600, config = {} }: { timeScale?: number; config?: Parameters<typeof configOn>[1] } = {}) {
  const network = `80.${150 + (made++ % 40)}`;
  const world = await startPairWorld(network, { port, timeScale, pairs: [{ config: configOn(network, config), owner: "p/s/pair" }] });
  onTestFinished(world.close);
  const { address, simulator } = world;
  const pair = ["--main", address(1), "--backup", address(2), "--protocol", "http", "--port", String(port), "--token-env", tokenEnv];
  return {
    ...world,
    args: (...more: string[]) => ["switch", ...pair, "--reason", "patching DMA-MAIN", ...more],
    asked: () => simulator.requests.count({ route: "switchPair" }),
  };
}

function someFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "switch-record-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "record.json");
}

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("switch", () => {
  test("on a healthy pair ends with roles swapped, tells the way on stderr and the checks on stdout", async () => {
    const { args, simulator } = await given();
    const { out, err, exitCode } = await runCommand(args());
    expect(exitCode).toBe(0);
    expect(simulator.pair().online).toBe("backup");
    expect(out).toContain("DataMiner ID 111   backup is online");
    expect(out.match(/^ {2}passed {2}/gm)).toHaveLength(8);
    expect(err).toMatch(/^checking: asking both members \(0s\)\nswitching: /);
    expect(err).toContain("reading back: switched");
  });

  test("leaves nothing to be found by a drift run", async () => {
    const { args, connection, pair } = await given();
    const file = someFile();
    const declared = { name: "north", main: connection(1), backup: connection(2), ...pair() };
    writeFileSync(file, JSON.stringify({ schemaVersion: 1, pairs: [declared] }));
    expect(await runCommand(args())).toMatchObject({ exitCode: 0 });
    const { out, exitCode } = await runCommand(["drift", "--inventory", file, "--json"]);
    expect({ exitCode, found: JSON.parse(out).results }).toMatchObject({ exitCode: 0, found: [{ class: "clean", online: "backup" }] });
  });

  test("prints the audit record as JSON, and keeps it in a file", async () => {
    const { args } = await given();
    const file = someFile();
    const { out } = await runCommand(args("--json", "--record", file, "--to", "backup"));
    const record = JSON.parse(out) as SwitchRecord;
    expect(record).toMatchObject({ outcome: "switched", from: "main", to: "backup", reason: "patching DMA-MAIN" });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(record);
    expect(out + readFileSync(file, "utf8")).not.toContain(token);
  });

  test("that is refused exits with 2, names the page, and is recorded too", async () => {
    const { args, simulator, address, asked } = await given({ config: { mode: "manual" } });
    simulator.agent(address(2)).setDatabase("Failing");
    const file = someFile();
    const { out, err, exitCode } = await runCommand(args("--record", file));
    expect(exitCode).toBe(2);
    expect(out).toContain("refused; nothing was done");
    expect(out).toContain(`failed  no red row         backup ${address(2)}: Database is Failing`);
    expect(err).toMatch(/Nothing was touched\. Runbook: SWITCH_RED_ROW\.\n$/);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ outcome: "refused", error: { code: "SWITCH_RED_ROW" } });
    expect(asked()).toBe(0);
  });

  test("too soon after the last one is refused, unless it is forced", async () => {
    const { args, simulator } = await given();
    await runCommand(args());
    const again = await runCommand(args());
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining("Runbook: SWITCH_TOO_SOON.") });
    expect(await runCommand(args("--force"))).toMatchObject({ exitCode: 0 });
    expect(simulator.pair().online).toBe("main");
  });

  test("with the same request id twice makes one switch", async () => {
    const { args, simulator, asked } = await given();
    const id = randomUUID();
    await runCommand(args("--request-id", id));
    const { out, exitCode } = await runCommand(args("--request-id", id));
    expect(exitCode).toBe(0);
    expect(out).toContain("backup is online, by this request sent before");
    expect([asked(), simulator.pair().online]).toEqual([1, "backup"]);
  });

  test("as a dry run touches nothing, and exits as the switch would begin", async () => {
    const { args, simulator, address } = await given({ config: { mode: "manual" } });
    expect(await runCommand(args("--dry-run"))).toMatchObject({ exitCode: 0, out: expect.stringContaining("backup could go online") });
    simulator.agent(address(2)).setDatabase("Failing");
    expect(await runCommand(args("-n"))).toMatchObject({ exitCode: 2, out: expect.stringContaining("it would be refused") });
    expect(simulator.requests.all().every(({ method }) => method === "GET")).toBe(true);
  });

  test("that fails at the Agents exits with 3", async () => {
    const { args, simulator, address } = await given({ config: { mode: "manual" } });
    simulator.setForeignHost(address(5), true);
    const { err, exitCode } = await runCommand(args());
    expect(exitCode).toBe(3);
    expect(err).toMatch(/failed in phase acquiringVirtualIp.* Runbook: OPERATION_FAILED\./);
  });

  test("without a reason, or with a file that cannot be written, does not begin", async () => {
    const { args, simulator } = await given();
    const [command = "", ...rest] = args();
    const withoutReason = [command, ...rest.slice(0, rest.indexOf("--reason"))];
    expect(await runCommand(withoutReason)).toMatchObject({ exitCode: 1, err: expect.stringContaining("--reason <text>") });
    const unwritable = await runCommand(args("--record", "/nowhere/record.json"));
    expect(unwritable).toMatchObject({ exitCode: 1, err: expect.stringContaining("Runbook: RECORD_UNWRITABLE.") });
    expect(simulator.requests.count()).toBe(0);
  });
});

describe("Ctrl+C during a switch", () => {
  test("ends the waiting with 130 and says what goes on at the Agents, and with which id to come back", async () => {
    const { args, simulator } = await given();
    simulator.holdPhase("flushing");
    const id = randomUUID();
    const { child, ran, ended } = startCommand(args("--request-id", id));
    await simulator.until(
      () =>
        simulator.pair().online === "main" && simulator.agents.some(({ failoverStatus }) => failoverStatus === "Preparing to go online"),
    );
    await until(() => ran.err.includes("switching: flushing"));
    child.kill("SIGINT");
    const { exitCode, err, out } = await ended;
    expect(exitCode).toBe(130);
    expect(err).toContain("nobody waits for it any more; it is in phase flushing and goes on at the Agents.");
    expect(err).toContain(`request id ${id}`);
    expect(err).toContain("Runbook: SWITCH_GOES_ON.");
    expect(out).toContain("it goes on at the Agents");
    simulator.releasePhase("flushing");
    await simulator.settled();
    expect(simulator.pair().online).toBe("backup");
    expect(await runCommand(args("--request-id", id))).toMatchObject({ exitCode: 0, out: expect.stringContaining("sent before") });
  });
});
