import { type Colours, coloursFor, takesColours } from "./colours.js";

/** Where a command prints, and what it hears. Results go out, everything that is only for who watches goes to `say`. */
export interface Terminal {
  /** Stdout, with a line break after it. */
  print(text: string): void;
  /** Stderr, with a line break after it. */
  say(text: string): void;
  /** What is on the way, on one line of stderr that the next one replaces; without a terminal there, nothing. */
  progress(text: string): void;
  /** Of stdout: a terminal takes colours and can be cleared. */
  readonly isInteractive: boolean;
  readonly colours: Colours;
  /** Columns to draw in; undefined where nobody counts them. */
  readonly columns: number | undefined;
  /** Aborted by Ctrl+C and by SIGTERM; a second one ends the process as usual. */
  interrupted(): AbortSignal;
  exitCode: number;
}

/** Ctrl+C, as the reason of a signal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("Stopped by a signal.");
  }
}

/** The exit code that shells expect of a command that was stopped by Ctrl+C. */
export const interruptedExitCode = 130;

/** This process's own streams. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  // `status | head`: who reads no further is no error.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  let isProgressShown = false;
  const clear = () => {
    if (isProgressShown) stderr.write("\r\u001b[K");
    isProgressShown = false;
  };
  return {
    print(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    say(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      clear();
      stderr.write(text.slice(0, (stderr.columns ?? 80) - 1));
      isProgressShown = true;
    },
    isInteractive: stdout.isTTY === true,
    colours: coloursFor(takesColours(stdout, process.env)),
    columns: stdout.isTTY ? stdout.columns : undefined,
    interrupted() {
      const controller = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort(new Interrupted()));
      return controller.signal;
    },
    get exitCode() {
      return Number(process.exitCode ?? 0);
    },
    set exitCode(code) {
      process.exitCode = code;
    },
  };
}
