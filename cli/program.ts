import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addCompletion } from "./completion.js";
import { addDrift } from "./drift.js";
import { processTerminal, type Terminal } from "./output/terminal.js";
import { addPreflight } from "./preflight.js";
import { addServe } from "./serve.js";
import { addSimulate } from "./simulate.js";
import { addStatus } from "./status.js";
import { addSwitch } from "./switch.js";

/** The whole command line. */
export function createProgram(terminal: Terminal = processTerminal()): Command {
  const manifest = JSON.parse(readFileSync(require.resolve("dma-failover/package.json"), "utf8")) as { version: string };
  const program = new Command("dma-failover")
    .description("DataMiner Failover pairs from the command line: see them, check them, switch them, try them out.")
    .version(manifest.version)
    .showHelpAfterError("See --help of the command for what it takes.")
    .addHelpText(
      "after",
      `
Every command says with --help what it takes, its exit codes and examples. Results go to stdout,
what is on the way and errors to stderr; --json gives results as JSON. Colours are for terminals
only, and NO_COLOR turns them off there too. An error ends with the name of its page, as in
"Runbook: SWITCH_TOO_SOON.": docs/runbooks/SWITCH_TOO_SOON.md of pulumi-dataminer-failover.

Try it without any Agent:
  dma-failover simulate                 two simulated Agents; it says where they are
  dma-failover completion --help        how to get completion in bash, zsh or fish`,
    );
  addStatus(program, terminal);
  addPreflight(program, terminal);
  addDrift(program, terminal);
  addSwitch(program, terminal);
  addServe(program, terminal);
  addSimulate(program);
  addCompletion(program, terminal);
  return program;
}
