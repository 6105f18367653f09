import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { FailoverError, formatMilliseconds, RefusedError, reasonOf } from "pulumi-dataminer-failover/core";
import {
  type SwitchOutcome,
  type SwitchProgress,
  type SwitchRecord,
  switchOver,
  switchRecordOf,
} from "pulumi-dataminer-failover/operations";
import { fail, shownError } from "./failure.js";
import { type Colours, formatTable, indent, interruptedExitCode, processTerminal, type Terminal } from "./output/terminal.js";
import { addTargetOptions, type TargetOptions, targetOf, timeOption } from "./targets.js";

interface SwitchCommandOptions extends TargetOptions {
  to?: "main" | "backup";
  reason: string;
  requestId?: string;
  dryRun?: boolean;
  force?: boolean;
  timeout: number;
  record?: string;
  json?: boolean;
}

/** `dma-failover switch`: brings the offline member online, once. */
export function addSwitch(program: Command, terminal: Terminal = processTerminal()): void {
  addTargetOptions(
    program
      .command("switch")
      .description("Bring the offline member of one pair online: checks first, waits, and reads back")
      .requiredOption("--reason <text>", "why; the Agent and the record keep it")
      .addOption(new Option("--to <position>", "who is to go online (default: whoever is offline)").choices(["main", "backup"]))
      .option("-n, --dry-run", "only check: nothing is asked of the Agents")
      .option("--force", "do not wait for 15 minutes since the last switch; no other check can be forced")
      .option("--request-id <uuid>", "of an earlier run, to carry on with it: never a second switch (default: a new one)")
      .addOption(timeOption("--timeout <time>", "how long to wait in all", "30m"))
      .option("--record <file>", "write the audit record there, as JSON, however it ends")
      .option("--json", "print the audit record"),
  )
    .addHelpText(
      "after",
      `
Before anything is asked, these must hold: both members answer, are this pair, and nothing is under way; one is online; the
other is in sync and has no red row; no known issue of the version is in the way; the last switch that
the Agents tell of is 15 minutes ago.

When the online member is dead, as in manual mode where nobody takes over, this command cannot help: only the dead one could be asked
whether the other is in sync. Connect DataMiner Cube to the offline member; it offers to bring that one online.

Exit codes:
  0    the asked member is online; with --dry-run: it could be
  2    refused, and nothing was touched; with --dry-run: it would be
  3    it was begun and did not end well, or it is not known how it ended
  1    an error before anything was asked
  130  stopped by Ctrl+C; what was begun goes on at the Agents

Examples:
  dma-failover switch --inventory pairs.yaml --pair north --reason "patching DMA-MAIN" --dry-run
  dma-failover switch --main 10.10.10.1 --backup 10.10.10.2 --to backup --reason "patching DMA-MAIN" --record switch.json`,
    )
    .action((options: SwitchCommandOptions) => carryOut(options, terminal));
}

async function carryOut(options: SwitchCommandOptions, terminal: Terminal): Promise<void> {
  const signal = terminal.interrupted();
  const { json, record: file } = options;
  try {
    if (file !== undefined) keep(file, null);
    const { to, reason, requestId, dryRun, force, timeout: timeoutMilliseconds } = options;
    const target = await targetOf(options, signal);
    const onProgress = progressLines(terminal);
    const record = await switchOver(target, { to, reason, requestId, dryRun, force, timeoutMilliseconds, signal, onProgress });
    if (file !== undefined) keep(file, record);
    terminal.print(json ? JSON.stringify(record, null, 2) : switchText(record, terminal.colours));
    terminal.exitCode = record.outcome === "wouldBeRefused" ? 2 : 0;
  } catch (error) {
    const record = switchRecordOf(error);
    if (!record) return fail(error, terminal, { json });
    if (file !== undefined) keep(file, record);
    terminal.print(json ? JSON.stringify(record, null, 2) : switchText(record, terminal.colours));
    const { message, runbook } = shownError(error);
    terminal.say(`${message}${runbook ? ` Runbook: ${runbook}.` : ""}`);
    terminal.exitCode = exitCodeOf(error, record, signal);
  }
}

function exitCodeOf(error: unknown, { outcome, operationId }: SwitchRecord, signal: AbortSignal): number {
  if (signal.aborted) return interruptedExitCode;
  if (outcome === "refused") return 2;
  return operationId !== null || (error instanceof FailoverError && error.code === "SWITCH_UNANSWERED") ? 3 : 1;
}

/** Whether the record can be kept is known before the switch, not after it. */
function keep(file: string, record: SwitchRecord | null): void {
  try {
    writeFileSync(file, record === null ? "" : `${JSON.stringify(record, null, 2)}\n`, record === null ? { flag: "a" } : {});
  } catch (error) {
    throw new RefusedError("RECORD_UNWRITABLE", `Keeping the record in ${file}: ${reasonOf(error)}. Give a file that can be written.`);
  }
}

/** One line at each new phase, and on a terminal the passing time. */
function progressLines(terminal: Terminal): (progress: SwitchProgress) => void {
  let said = "";
  return ({ step, seen, percent, elapsedMilliseconds }) => {
    const what = { checking: "checking", switching: "switching", readingBack: "reading back" }[step];
    const line = `${what}: ${seen}`;
    const elapsed = formatMilliseconds(elapsedMilliseconds);
    if (line !== said) terminal.say(`${line} (${elapsed})`);
    said = line;
    terminal.progress(`${line}${percent === null ? "" : `, ${Math.round(percent)} %`} (${elapsed})`);
  };
}

const outcomes: Record<SwitchOutcome, (record: SwitchRecord) => string> = {
  switched: ({ to, repeated }) => `${to} is online${repeated ? ", by this request sent before" : ""}`,
  alreadyOnline: ({ to }) => `${to} is online already; nothing was done`,
  wouldSwitch: ({ to }) => `${to} could go online; dry run, nothing was done`,
  wouldBeRefused: () => "it would be refused; dry run, nothing was done",
  refused: () => "refused; nothing was done",
  failed: () => "it did not end well",
  stoppedWaiting: ({ operationId }) => (operationId === null ? "nobody waits for it any more" : "it goes on at the Agents"),
};

/** What `switch` prints: how it ended, and each check with what was seen. */
function switchText(record: SwitchRecord, colours: Colours): string {
  const { outcome, pair, dataMinerId, requestId, checks, phases } = record;
  const isGood = outcome === "switched" || outcome === "alreadyOnline" || outcome === "wouldSwitch";
  const told = outcomes[outcome](record);
  const id = dataMinerId === null ? [] : [`DataMiner ID ${dataMinerId}`];
  const heading = [colours.bold(pair), ...id, isGood ? colours.green(told) : colours.red(told)].join("   ");
  const rows = checks.map(({ name, passed, seen }) => [passed ? colours.green("passed") : colours.red("failed"), name, seen]);
  return [
    heading,
    ...(rows.length > 0 ? [indent(formatTable(rows), 2)] : []),
    ...(phases.length > 0 ? [`  phases: ${phases.map(({ phase }) => phase).join(", ")}`] : []),
    `  request id ${requestId}`,
  ].join("\n");
}
