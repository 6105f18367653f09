import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { FailoverError, RefusedError, reasonOf } from "pulumi-dataminer-failover/core";
import {
  type DriftReport,
  detectDrift,
  type Inventory,
  InventoryError,
  makeReport,
  readInventory,
} from "pulumi-dataminer-failover/operations";
import { fail } from "./failure.js";
import { coloursFor, type Terminal } from "./output/terminal.js";
import { jsonReport, junitReport, prometheusReport } from "./reports/forPrograms.js";
import { textReport } from "./reports/text.js";

const withoutColours = coloursFor(false);

interface DriftOptions {
  stack?: string[];
  cwd: string;
  inventory?: string;
  concurrency?: number;
  json?: boolean;
  textFile?: string;
  jsonFile?: string;
  junitFile?: string;
  prometheusFile?: string;
}

/** `dma-failover drift`: what differs from what is declared, and how the pairs are. */
export function addDrift(program: Command, terminal: Terminal): void {
  program
    .command("drift")
    .description("Compare stacks or an inventory with what Agents and name servers say; nothing is changed")
    .optionsGroup("What is compared (at least one):")
    .option("-i, --inventory <file>", "YAML or JSON file that declares pairs, virtual IPs and records; needs no Pulumi")
    .option("-s, --stack <name...>", "Pulumi stacks, each by `pulumi preview --refresh`")
    .option("-C, --cwd <folder>", "folder of the stacks' Pulumi.yaml", ".")
    .optionsGroup("Options:")
    .option("--json", "print the report as JSON instead of text")
    .option("--text-file <file>", "write it as text, too")
    .option("--json-file <file>", "write it as JSON, too")
    .option("--junit-file <file>", "write it as JUnit XML, too")
    .option("--prometheus-file <file>", "write it as Prometheus metrics, too")
    .option("--concurrency <count>", "how many pairs are asked at a time (default: 20)", countAbove0)
    .addHelpText(
      "after",
      `
Each result has the worst class that holds of it: clean, role change (no failure), drift, unhealthy, unreachable.

Exit codes:
  0    everything is clean, role changes aside
  2    something differs from what is declared
  3    a pair is unhealthy, or something could not be reached, so it cannot be told
  1    an error: something could not be compared at all
  130  stopped by Ctrl+C

Examples:
  dma-failover drift --inventory pairs.yaml
  dma-failover drift --stack production --junit-file drift.xml --prometheus-file /var/lib/node_exporter/drift.prom`,
    )
    .action((options: DriftOptions) => drift(options, terminal));
}

async function drift(options: DriftOptions, terminal: Terminal): Promise<void> {
  const signal = terminal.interrupted();
  try {
    const report = await reportOf(options, terminal, signal);
    terminal.print(options.json ? jsonReport(report) : textReport(report, terminal.colours));
    await writeReports(report, options);
    terminal.exitCode = report.exitCode;
  } catch (error) {
    fail(error, terminal, { json: options.json });
  }
}

async function reportOf(options: DriftOptions, terminal: Terminal, signal: AbortSignal): Promise<DriftReport> {
  const { stack = [], cwd, inventory: file, concurrency } = options;
  if (stack.length === 0 && file === undefined) {
    throw new RefusedError("NO_TARGET", "What to compare: expected --inventory, --stack or both, found none. See --help.");
  }
  const startedAt = new Date();
  terminal.progress("Comparing");
  let inventory: Inventory | undefined;
  try {
    inventory = file === undefined ? undefined : await readInventory(file, { signal });
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    // Also the files get a report then: an old one would go on saying what was true once.
    const errors = error.problems.map(({ text }) => ({ source: error.file, code: error.code, message: text }));
    return makeReport([], errors, startedAt, new Date());
  }
  return detectDrift({
    stacks: stack.map((name) => ({ workDir: cwd, stack: name })),
    inventory,
    concurrency,
    signal,
    onProgress: ({ done, total, name }) => terminal.progress(`Comparing: ${done} of ${total} done, last ${name}`),
  });
}

async function writeReports(report: DriftReport, options: DriftOptions): Promise<void> {
  const { textFile, jsonFile, junitFile, prometheusFile } = options;
  if (textFile !== undefined) await writeReport(textFile, textReport(report, withoutColours));
  if (jsonFile !== undefined) await writeReport(jsonFile, jsonReport(report));
  if (junitFile !== undefined) await writeReport(junitFile, junitReport(report));
  if (prometheusFile !== undefined) await writeReport(prometheusFile, await prometheusReport(report));
}

function countAbove0(text: string): number {
  const count = Number(text);
  if (!/^\d{1,4}$/.test(text) || count < 1) throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return count;
}

/** Writes a file as a whole or not at all: whoever collects it meanwhile reads the one before. Throws `REPORT_NOT_WRITTEN`. */
async function writeReport(file: string, text: string): Promise<void> {
  const target = resolve(file);
  const draft = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(draft, text.endsWith("\n") ? text : `${text}\n`);
    await rename(draft, target);
  } catch (error) {
    // Where the folder itself is the trouble, there is no draft.
    await rm(draft, { force: true }).catch(() => undefined);
    throw new FailoverError("REPORT_NOT_WRITTEN", `Writing ${file}: ${reasonOf(error)}. Give a path that can be written here.`, {
      cause: error,
    });
  }
}
