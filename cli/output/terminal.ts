import { stripVTControlCharacters, styleText } from "node:util";

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

const styles = ["bold", "dim", "red", "green", "yellow", "cyan"] as const;

/** Each puts its text into that style, or leaves it alone where nobody wants any. */
export type Colours = Readonly<Record<(typeof styles)[number], (text: string) => string>>;

export function coloursFor(isWelcome: boolean): Colours {
  // Whether they are welcome is decided by whoever knows where the text goes: styleText itself would ask this process's stdout.
  const styled = (style: (typeof styles)[number]) => (text: string) =>
    isWelcome ? styleText(style, text, { validateStream: false }) : text;
  return Object.fromEntries(styles.map((style) => [style, styled(style)])) as Colours;
}

/** Whether colours are welcome there: on terminals, unless NO_COLOR (https://no-color.org) or TERM=dumb says otherwise. */
export const takesColours = (stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";

/** Columns that line up, without any lines around them: readable in a log, and by `grep` and `awk`. */
export function formatTable(rows: readonly (readonly string[])[], { head, colours }: { head?: string[]; colours?: Colours } = {}): string {
  const all = head ? [head.map((title) => colours?.bold(title) ?? title), ...rows] : rows;
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
  const line = (row: readonly string[]) => widths.map((width, column) => padded(row[column] ?? "", width)).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}

const padded = (text: string, width: number): string => text + " ".repeat(width - widthOf(text));

const characters = new Intl.Segmenter();
/** What a terminal draws two columns wide (Unicode Standard Annex 11: East Asian Width W and F, and emoji). */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

function widthOf(text: string): number {
  const shown = stripVTControlCharacters(text);
  let width = 0;
  for (const { segment } of characters.segment(shown)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text with so many spaces before each of its lines. */
export const indent = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, " ".repeat(spaces));
