import { FailoverError, oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";

/** A problem by its place in the document. */
export interface Problem {
  path: readonly (string | number)[];
  /** One sentence that says what is wrong and what is expected. */
  reason: string;
  /** Where the path leads nowhere. */
  line?: number | undefined;
}

/** One thing that is wrong with an inventory. */
export interface InventoryProblem {
  /** 1-based; null when the file as a whole is meant. */
  line: number | null;
  /** As in `pairs[3].main.tokenEnv`; empty for the file as a whole. */
  path: string;
  reason: string;
  /** All of it in one line, beginning with the file. */
  text: string;
}

/** An inventory that cannot be used, with everything that is wrong with it. Code `INVENTORY_INVALID`. */
export class InventoryError extends FailoverError {
  override readonly name = "InventoryError";
  readonly problems: readonly InventoryProblem[];

  constructor(
    readonly file: string,
    problems: readonly Problem[],
    lineOf: (path: Problem["path"]) => number | undefined = () => undefined,
  ) {
    const shown = problems.map((problem) => described(file, problem, problem.line ?? lineOf(problem.path)));
    const count = shown.length === 1 ? "1 problem" : `${shown.length} problems`;
    super("INVENTORY_INVALID", `Reading inventory ${file}: ${count}. ${shown.map(({ text }) => text).join(" ")}`);
    this.problems = shown;
  }
}

function described(file: string, { path, reason }: Problem, line: number | undefined): InventoryProblem {
  const place = formatPath(path);
  const clean = `${oneLine(redact(reason)).replace(/\.$/, "")}.`;
  const text = [`${file}${line === undefined ? "" : `:${line}`}`, ...(place ? [place] : []), clean].join(": ");
  return { line: line ?? null, path: place, reason: clean, text: oneLine(redact(text)) };
}

function formatPath(path: Problem["path"]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${oneLine(step)}`)).join("");
}
