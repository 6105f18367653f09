import { type Command, Option } from "commander";
import { RefusedError } from "pulumi-dataminer-failover/core";
import { inParallel, type PairDeclared, type PreflightReport, runPreflight } from "pulumi-dataminer-failover/operations";
import { fail } from "./failure.js";
import type { Colours, Terminal } from "./output/terminal.js";
import { addTargetOptions, type FoundTarget, type TargetOptions, targetsOf, timeOption } from "./targets.js";

interface PreflightOptions extends TargetOptions {
  virtualIp?: string;
  hostname?: string;
  mode: "manual" | "automatic";
  heartbeatTarget?: string[];
  patience: number;
  json?: boolean;
}

const pairsAtOnce = 8;

/** `dma-failover preflight`: whether two Agents can become the declared pair. */
export function addPreflight(program: Command, terminal: Terminal): void {
  addTargetOptions(
    program
      .command("preflight")
      .description("Check whether two Agents can become the declared pair, or stay it; nothing is changed")
      .addOption(timeOption("--patience <time>", "how long an Agent may take to answer", "10s"))
      .option("--json", "print JSON")
      .optionsGroup("What a pair named by --main and --backup is to be:")
      .option("--virtual-ip <address/bits>", "virtual IP address on the corporate network, as in 10.10.10.5/24")
      .addOption(new Option("--hostname <name>", "shared hostname instead").conflicts("virtualIp"))
      .addOption(new Option("--mode <mode>", "who switches").choices(["automatic", "manual"]).default("automatic"))
      .option("--heartbeat-target <ip...>", "what main, then backup pings to know whether its own network works"),
  )
    .addHelpText(
      "after",
      `
Exit codes:
  0    nothing stands in the way
  2    something does; it is listed with what to do
  3    an Agent could not be asked, so not everything is judged
  1    an error: nothing could be judged
  130  stopped by Ctrl+C

Examples:
  dma-failover preflight --inventory pairs.yaml --pair north
  dma-failover preflight --main 10.10.10.1 --backup 10.10.10.2 --virtual-ip 10.10.10.5/24 \\
    --heartbeat-target 10.10.10.254 10.10.10.253`,
    )
    .action((options: PreflightOptions) => judge(options, terminal));
}

async function judge(options: PreflightOptions, terminal: Terminal): Promise<void> {
  const signal = terminal.interrupted();
  try {
    const targets = await targetsOf(options, signal);
    terminal.progress(`Asking the Agents of ${targets.length} ${targets.length === 1 ? "pair" : "pairs"}`);
    const pairs = await inParallel(targets, pairsAtOnce, async (target) => ({
      name: target.name,
      ...(await runPreflight(declaredOf(target, options), { signal, patienceMilliseconds: options.patience })),
    }));
    terminal.print(options.json ? JSON.stringify({ schemaVersion: 1, pairs }, null, 2) : preflightText(pairs, terminal.colours));
    terminal.exitCode = exitCodeOf(pairs);
  } catch (error) {
    fail(error, terminal, { json: options.json });
  }
}

function exitCodeOf(pairs: readonly PairPreflight[]): number {
  if (pairs.some(({ violations }) => violations.length > 0)) return 2;
  return pairs.some(({ unreachable }) => unreachable.length > 0) ? 3 : 0;
}

/** What a stack or an inventory declares; for flags the recommended heartbeats. */
function declaredOf({ main, backup, declared }: FoundTarget, options: PreflightOptions): PairDeclared {
  if (declared) return declared;
  const { virtualIp, hostname, mode, heartbeatTarget = [] } = options;
  const [address = "", bits] = virtualIp?.split("/") ?? [];
  if (!virtualIp && !hostname) {
    throw new RefusedError("NO_TARGET", "Which pair: --main and --backup do not say what it is to be. Give --virtual-ip or --hostname.");
  }
  return {
    main,
    backup,
    ...(virtualIp ? { virtualIps: [{ network: "corporate", address, prefixLength: Number(bits) }] } : {}),
    ...(hostname ? { hostname } : {}),
    mode,
    heartbeats: [
      { kind: "normal", from: "main", target: { agent: "backup" } },
      { kind: "normal", from: "backup", target: { agent: "main" } },
      ...heartbeatTarget.map((target, at) => ({
        kind: "inverted" as const,
        from: at === 0 ? ("main" as const) : ("backup" as const),
        target: { address: target },
      })),
    ],
  };
}

/** What was found of one pair. */
export interface PairPreflight extends PreflightReport {
  name: string;
}

/** What `preflight` prints: for each pair what stands in the way, who could not be asked, and what is worth knowing. */
function preflightText(pairs: readonly PairPreflight[], colours: Colours): string {
  return pairs.map((pair) => pairText(pair, colours)).join("\n\n");
}

function pairText({ name, violations, warnings, unreachable }: PairPreflight, colours: Colours): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const verdict =
    violations.length > 0
      ? colours.red(count(violations.length, "violation"))
      : unreachable.length > 0
        ? colours.yellow("not everything could be judged")
        : colours.green("nothing stands in the way");
  return [
    `${colours.bold(name)}   ${verdict}`,
    ...violations.map(({ property, reason }) => `  ${colours.red("!")} ${property ? `${property}: ` : ""}${reason}`),
    ...unreachable.map((line) => `  ${colours.yellow("?")} ${line}`),
    ...warnings.map((line) => `  ${colours.yellow("-")} ${line}`),
  ].join("\n");
}
