import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { PairStatus } from "../../operations/index.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { runCommand, startCommand } from "../support/commandLine.js";
import { until } from "../support/patience.js";
import { absentRows, pcapSituations, type Situated, type StatusSituation, situate, statusSituations } from "../support/statusRows.js";
import { token, tokenEnv } from "../support/world.js";

const port = 8180;
let made = 0;

/** A pair on a network of its own, and the flags that name it. */
async function given(situation?: Pick<StatusSituation, "config" | "agents" | "produce">): Promise<Situated & { flags: string[] }> {
  const situated = await situate(`80.${made++ % 250}`, situation, port);
  onTestFinished(situated.close);
  const { address } = situated;
  const flags = ["--main", address(1), "--backup", address(2), "--protocol", "http", "--port", String(port), "--token-env", tokenEnv];
  return { ...situated, flags: [...flags, "--patience", "2s"] };
}

const pairsOf = (out: string): PairStatus[] => (JSON.parse(out) as { pairs: PairStatus[] }).pairs;

/** The part of the text that is about one member: it begins with its LED, its position and its address. */
function windowOf(out: string, position: string): string {
  const [, ...windows] = out.split(/^ {2}(?=● )/m);
  return windows.find((text) => text.split("\n")[0]?.includes(`  ${position} `)) ?? "";
}

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("status", () => {
  test.each(statusSituations)("shows $position's $row as $literal, in text and in JSON", async (situation) => {
    const { flags, fill } = await given(situation);
    const [row, literal] = [fill(situation.row), fill(situation.literal)];
    const text = await runCommand(["status", ...flags]);
    const line = windowOf(text.out, situation.position)
      .split("\n")
      .find((candidate) => candidate.trim().startsWith(`${row} `));
    expect(line?.trim().slice(row.length).trim().split("  ")[0]).toBe(literal);
    if (situation.failureReason) expect(line).toContain(fill(situation.failureReason).replace(/\.$/, ""));
    const json = await runCommand(["status", ...flags, "--json"]);
    const [pair] = pairsOf(json.out);
    expect(pair?.members[situation.position].rows).toContainEqual(
      expect.objectContaining({ row, value: literal, bad: situation.bad ?? false }),
    );
    if (situation.bad) expect([text.exitCode, json.exitCode]).toEqual([3, 3]);
  });

  test.each(absentRows)("shows no row $row $when", async ({ position, row, agents }) => {
    const { flags } = await given({ agents });
    const { out } = await runCommand(["status", ...flags]);
    expect(windowOf(out, position)).toContain("Failover Status");
    expect(windowOf(out, position)).not.toMatch(new RegExp(`^ *${row} {2}`, "m"));
  });

  test.each(pcapSituations)("with Pcap $pcap shows the notice $notice", async ({ pcap, notice }) => {
    const { flags } = await given({ agents: { pcap } });
    const { out, exitCode } = await runCommand(["status", ...flags]);
    expect(/^ *Pcap +(.*?) {2,}\S.*Npcap.*$/m.exec(out)?.[1] ?? null).toBe(notice);
    expect(exitCode).toBe(0);
    expect(pairsOf((await runCommand(["status", ...flags, "--json"])).out)[0]?.members.main.pcap).toBe(notice);
  });
});

describe("a healthy pair", () => {
  test("is green twice, with main online, and the exit code is 0", async () => {
    const { flags, address } = await given();
    const { out, err, exitCode } = await runCommand(["status", ...flags]);
    expect({ err, exitCode }).toEqual({ err: "", exitCode: 0 });
    expect(out).toContain("DataMiner ID 111   main is online");
    expect(out).toContain(`● green  main ${address(1)} DMA-MAIN`);
    expect(out).toContain(`● green  backup ${address(2)} DMA-BACKUP`);
    expect(out).not.toContain("\u001b");
  });

  test("has colours on a terminal", async () => {
    const { flags } = await given();
    expect((await runCommand(["status", ...flags], { isInteractive: true })).out).toContain("\u001b[32m●");
  });

  test("is asked once an Agent", async () => {
    const { flags, simulator } = await given();
    await runCommand(["status", ...flags]);
    expect(simulator.requests.count()).toBe(2);
  });
});

describe("what is wrong", () => {
  test("with an unreachable member is said with its cure and its runbook, and the exit code is 3", async () => {
    const { flags, address } = await given({ config: () => ({ mode: "manual" }), produce: ({ b }) => b.stop() });
    const { out, exitCode } = await runCommand(["status", ...flags]);
    expect(exitCode).toBe(3);
    expect(out).toContain(`! backup ${address(2)}: Agent Status is Unreachable.`);
    expect(out).toMatch(/the connection is refused\. Check .* Runbook: AGENT_UNREACHABLE\./);
  });

  test("in a split brain is said so", async () => {
    const { flags } = await given({
      produce: ({ simulator, clock }) => {
        simulator.pair().breakPath();
        clock.advance(300);
      },
    });
    const { out, exitCode } = await runCommand(["status", ...flags]);
    expect(exitCode).toBe(3);
    expect(out).toContain("split brain: both are online");
    expect(out).toContain("! Both members are online (split brain).");
    const json = await runCommand(["status", ...flags, "--json"]);
    expect(pairsOf(json.out)[0]).toMatchObject({ splitBrain: true, online: "both" });
  });

  test("with a pair that is disabled is no problem of its own, and not well either", async () => {
    const { flags } = await given({ produce: ({ simulator }) => simulator.pair().setState("inactive") });
    const { out, exitCode } = await runCommand(["status", ...flags]);
    expect(exitCode).toBe(3);
    expect(out).toContain("   inactive   ");
  });

  test("hostile names in what an Agent says stay text", async () => {
    const { flags } = await given({ agents: { name: "DMA\u001b[2J\u202eEVIL\n● green  main" } });
    const { out } = await runCommand(["status", ...flags]);
    for (const character of ["\u001b", "\u202e"]) expect(out).not.toContain(character);
    expect(out).toContain("DMA [2JEVIL ● green main");
  });
});

describe("--watch", () => {
  test("shows each look on a cleared screen, until Ctrl+C, which is its usual end", async () => {
    const { flags, simulator } = await given();
    let stop: () => void = () => {};
    const interrupt = new Promise<void>((done) => (stop = done));
    const { out, exitCode } = await runCommand(["status", ...flags, "--watch", "--interval", "1s"], {
      isInteractive: true,
      interrupt,
      onOutput: (ran) => ran.out.split("\u001b[2J").length === 3 && stop(),
    });
    expect(exitCode).toBe(0);
    expect(out.split("\u001b[2J\u001b[H")).toHaveLength(3);
    expect(simulator.requests.count()).toBe(4);
  });

  test("with --json writes one document a line", async () => {
    const { flags } = await given();
    let stop: () => void = () => {};
    const interrupt = new Promise<void>((done) => (stop = done));
    const { out } = await runCommand(["status", ...flags, "--watch", "--interval", "1s", "--json"], {
      interrupt,
      onOutput: (ran) => ran.out.split("\n").length === 3 && stop(),
    });
    expect(out.trim().split("\n").map(pairsOf)).toHaveLength(2);
  });

  test("counts from its first look where the Agents do not tell since when their status stands", async () => {
    const { flags } = await given({ agents: { tellsTimes: false } });
    let stop: () => void = () => {};
    const interrupt = new Promise<void>((done) => (stop = done));
    const { out } = await runCommand(["status", ...flags, "--watch", "--interval", "1s", "--json"], {
      interrupt,
      onOutput: (ran) => ran.out.split("\n").length === 3 && stop(),
    });
    const [first, second] = out.trim().split("\n").flatMap(pairsOf);
    expect(second?.readAt).not.toBe(first?.readAt);
    expect(second?.members.backup.statusSince).toBe(first?.readAt);
  });
});

describe("as a process", () => {
  test("prints no colours into a pipe, and its exit code is the pair's health", async () => {
    const { flags, a } = await given();
    a.setDatabase("Failing");
    const { out, err, exitCode } = await startCommand(["status", ...flags], { FORCE_COLOR: "", CI: "true" }).ended;
    expect({ err, exitCode }).toEqual({ err: "", exitCode: 3 });
    expect(out).toContain("Database");
    expect(out).not.toContain("\u001b");
  });

  test("ends with 130 at Ctrl+C while an Agent hangs, at once and without a word", async () => {
    const { flags, b, simulator } = await given();
    b.cutOff();
    const { child, ended } = startCommand(["status", ...flags, "--patience", "60s"]);
    await until(() => simulator.requests.count() > 0);
    child.kill("SIGINT");
    expect(await ended).toEqual({ exitCode: 130, out: "", err: "" });
  });
});
