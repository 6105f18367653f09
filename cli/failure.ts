import { FailoverError, oneLine, reasonOf, redact } from "pulumi-dataminer-failover/core";
import { InventoryError } from "pulumi-dataminer-failover/operations";
import { Interrupted, interruptedExitCode, type Terminal } from "./output/terminal.js";

/** An error as programs read it. */
export interface ShownError {
  code: string;
  message: string;
  /** The page in docs/runbooks. */
  runbook: string | null;
}

export function shownError(error: unknown): ShownError {
  const message = redact(reasonOf(error));
  return error instanceof FailoverError
    ? { code: error.code, message, runbook: error.runbook }
    : { code: "UNEXPECTED", message, runbook: null };
}

/** Tells an error on stderr, on stdout too where JSON is wanted, and sets the exit code. */
export function fail(
  error: unknown,
  terminal: Terminal,
  { json = false, exitCode = 1 }: { json?: boolean | undefined; exitCode?: number } = {},
): void {
  const { message, code, runbook } = shownError(error);
  if (json) terminal.print(JSON.stringify({ error: { code, message, runbook } }, null, 2));
  const page = runbook ? ` Runbook: ${runbook}.` : "";
  if (error instanceof InventoryError) terminal.say([...error.problems.map(({ text }) => text), page.trim()].join("\n"));
  else if (!(error instanceof Interrupted)) terminal.say(oneLine(`${message}${page}`));
  terminal.exitCode = error instanceof Interrupted ? interruptedExitCode : exitCode;
}
