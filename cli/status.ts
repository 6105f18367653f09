import type { Command } from "commander";
import { systemClock } from "pulumi-dataminer-failover/core";
import { inParallel, type PairStatus, type PairTarget, readStatus } from "pulumi-dataminer-failover/operations";
import { fail } from "./failure.js";
import { statusDocument, statusText } from "./output/statusText.js";
import { Interrupted, type Terminal } from "./output/terminal.js";
import { addTargetOptions, type TargetOptions, targetsOf, timeOption } from "./targets.js";

interface StatusOptions extends TargetOptions {
  rows?: boolean;
  watch?: boolean;
  interval: number;
  patience: number;
  json?: boolean;
}

/** As often as the product's own Failover Status window. */
const usualInterval = "60s";
/** So many pairs are asked at a time. */
const pairsAtOnce = 16;
/** A live view looks again anyway, so a contradiction is looked at twice within a moment. */
const secondLookMilliseconds = 1_000;

/** `dma-failover status`: the Failover Status window of any number of pairs. */
export function addStatus(program: Command, terminal: Terminal): void {
  addTargetOptions(
    program
      .command("status")
      .description("Show the Failover status of pairs: LEDs, who is online, and every row of the Status window")
      .option("--rows", "show the Status window's rows of every pair (default: of a single one)")
      .option("-w, --watch", "look again and again, until Ctrl+C")
      .addOption(timeOption("--interval <time>", "with --watch, how often", usualInterval))
      .addOption(timeOption("--patience <time>", "how long an Agent may take to answer", "10s"))
      .option("--json", "print JSON; with --watch, one document a line"),
  )
    .addHelpText(
      "after",
      `
Exit codes:
  0    every pair is well: both LEDs are green and one member is online
  3    a pair is not well, or an Agent could not be asked
  1    an error: nothing could be told
  130  stopped by Ctrl+C; with --watch that is the usual end, and 0

Examples:
  dma-failover status --main 10.10.10.1 --backup 10.10.10.2 --token-env DMA_TOKEN
  dma-failover status --inventory pairs.yaml --watch
  dma-failover status --stack production --json`,
    )
    .action((options: StatusOptions) => showStatus(options, terminal));
}

async function showStatus(options: StatusOptions, terminal: Terminal): Promise<void> {
  const signal = terminal.interrupted();
  try {
    const targets = await targetsOf(options, signal);
    if (!options.watch) {
      const pairs = await readAll(targets, options, terminal, signal);
      terminal.print(
        options.json ? JSON.stringify({ schemaVersion: 1, pairs: pairs.map(statusDocument) }, null, 2) : textOf(pairs, options, terminal),
      );
      terminal.exitCode = pairs.every(isWell) ? 0 : 3;
      return;
    }
    for (let before: readonly PairStatus[] = []; ; ) {
      const seen = new Map(before.map((pair, index) => [targets[index], pair]));
      const pairs = await readAll(targets, options, terminal, signal, (target) => seen.get(target) ?? null);
      before = pairs;
      if (options.json) terminal.print(JSON.stringify({ schemaVersion: 1, pairs: pairs.map(statusDocument) }));
      else terminal.print(`${terminal.isInteractive ? clearScreen : ""}${textOf(pairs, options, terminal)}\n`);
      await systemClock.sleep(options.interval, signal);
    }
  } catch (error) {
    if (options.watch && error instanceof Interrupted) terminal.exitCode = 0;
    else fail(error, terminal, { json: options.json });
  }
}

const clearScreen = "\u001b[2J\u001b[H";

const textOf = (pairs: readonly PairStatus[], { rows }: StatusOptions, { colours }: Terminal): string =>
  statusText(pairs, { windows: rows ?? pairs.length === 1, colours });

async function readAll(
  targets: readonly PairTarget[],
  { patience }: StatusOptions,
  terminal: Terminal,
  signal: AbortSignal,
  previousOf?: (target: PairTarget) => PairStatus | null,
): Promise<PairStatus[]> {
  let done = 0;
  const tell = () => terminal.progress(`Reading ${targets.length} ${targets.length === 1 ? "pair" : "pairs"}: ${done} done`);
  tell();
  const read = async (target: PairTarget) => {
    const status = await readStatus(target, {
      signal,
      patienceMilliseconds: patience,
      secondLookMilliseconds,
      previous: previousOf?.(target),
    });
    done++;
    tell();
    return status;
  };
  return inParallel(targets, pairsAtOnce, read, signal);
}

/** Green, one member online, and nothing under way or switched off. */
const isWell = ({ problems, online, state }: PairStatus): boolean =>
  problems.length === 0 && (online === "main" || online === "backup") && state === "active";
