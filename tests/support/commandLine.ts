import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { CommanderError } from "commander";
import { coloursFor, Interrupted, type Terminal } from "../../cli/output/terminal.js";
import { createProgram } from "../../cli/program.js";

/** What a command did. */
export interface Ran {
  exitCode: number | null;
  /** Stdout. */
  out: string;
  /** Stderr. */
  err: string;
}

export interface RunOptions {
  /** Colours, and a screen that can be cleared. Default: false. */
  isInteractive?: boolean;
  /** Pressing Ctrl+C. */
  interrupt?: Promise<unknown>;
  /** Told all of stdout and stderr so far. */
  onOutput?: (ran: Ran) => void;
}

/** Runs `dma-failover` with these arguments in this process. */
export async function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran: Ran & { exitCode: number } = { exitCode: 0, out: "", err: "" };
  const add = (stream: "out" | "err", text: string) => {
    ran[stream] += text;
    options.onOutput?.(ran);
  };
  const isInteractive = options.isInteractive ?? false;
  const terminal: Terminal = {
    print: (text) => add("out", `${text}\n`),
    say: (text) => add("err", `${text}\n`),
    progress: () => {},
    isInteractive,
    colours: coloursFor(isInteractive),
    columns: undefined,
    interrupted: () => {
      const controller = new AbortController();
      void options.interrupt?.then(() => controller.abort(new Interrupted()));
      return controller.signal;
    },
    get exitCode() {
      return ran.exitCode;
    },
    set exitCode(code) {
      ran.exitCode = code;
    },
  };
  const program = createProgram(terminal);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: (text) => add("out", text), writeErr: (text) => add("err", text) });
  }
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    ran.exitCode = error.exitCode;
  }
  return ran;
}

/** Starts `dma-failover` as a process of its own. */
export function startCommand(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["--import", "tsx", resolve(__dirname, "../../cli/main.ts"), ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ran: Ran = { exitCode: null, out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => (ran.out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (ran.err += text.toString()));
  const ended = new Promise<Ran>((done, failed) => {
    child.on("error", failed);
    child.on("close", (exitCode) => done(Object.assign(ran, { exitCode })));
  });
  return { ran, ended, child };
}
