import { formatMilliseconds, parseDuration } from "./durations.js";
import { FailoverError, oneLine, reasonOf, WaitError } from "./errors.js";
import type { Timeouts } from "./fields.js";
import { redact } from "./redaction.js";
import type { JsonObject } from "./values.js";

export type Verb = "check" | "create" | "read" | "update" | "delete";

/** How long a verb may take when the program says nothing. */
export interface DefaultTimeouts {
  create: number;
  update: number;
  delete: number;
}

/** What a resource gets with every call: its time, its voice, and whether it has begun to change something. */
export interface Context {
  /** A refresh, or a look without a stack: nothing is written afterwards. */
  readonly isRefresh: boolean;
  /** A declaration is judged before anything is made: nobody is waited for, and silence is no failure. */
  readonly isCheck: boolean;
  /** Aborted when the verb's time is up. */
  readonly signal: AbortSignal;
  /** Milliseconds the verb may take in all. */
  readonly timeoutMilliseconds: number;
  /** Whom the resource is stored as: with the generation of this creation (see provider/core/owner.ts). */
  readonly owner: string | undefined;
  /** Create and delete: the engine replaces the resource, so what stands is its own. Create is not always told. */
  readonly isReplacement: boolean;
  /** Delete: the program still declares the same thing, as a replacement or by another resource; what stands is theirs now. */
  readonly isReplaced: boolean;
  /** Update: inputs of which no plan spoke and that stand otherwise than last seen. They are given as they stand, to be left. */
  readonly left: readonly string[];
  /** One line for whoever watches the run. */
  progress(line: string): void;
  /** One line that also stays in the output `warnings`. `standing`: of the version, not of this resource; said once for all. */
  warn(line: string, standing?: "standing"): void;
  /**
   * Wraps a write. From a write that was accepted, or whose answer was lost, something exists that state must know of,
   * also when a later wait fails. A write that was refused changed nothing. `facts` are outputs known before it.
   */
  write<Answer>(act: () => Promise<Answer>, facts?: JsonObject): Promise<Answer>;
  /** Outputs that become known within a write: state must have them, also when the write fails. */
  remember(facts: JsonObject): void;
}

/** An error that says that the write it answers was refused before anything was done. */
export interface RefusedWrite {
  readonly nothingDone: true;
}

const readMilliseconds = 120_000;
/** check waits for nobody: what it cannot ask now, create asks. */
const checkMilliseconds = 10_000;

/** What this process has warned of already: check and create judge the same things, and so does each pair of the same version. */
const warned = new Set<string>();

export class VerbContext implements Context {
  readonly isRefresh: boolean;
  readonly isCheck: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number;
  readonly warnings: string[] = [];
  facts: JsonObject = {};
  begun = false;
  owner: string | undefined;
  /** Which creation of the resource this is; null where an older version made it. */
  generation: string | null = null;
  isReplacement = false;
  isReplaced = false;
  left: readonly string[] = [];

  constructor(
    readonly verb: Verb,
    private readonly label: string,
    timeouts: Timeouts | undefined,
    defaults: DefaultTimeouts,
    time: Verb = verb,
    private readonly voice: typeof say = say,
  ) {
    this.isRefresh = verb === "read";
    this.isCheck = verb === "check";
    const timeoutMilliseconds = allowed(time, timeouts, defaults);
    this.timeoutMilliseconds = timeoutMilliseconds;
    this.signal = endsAfter(timeoutMilliseconds, `${label}: ${verb}`);
  }

  progress(line: string): void {
    this.voice(this.label, line);
  }

  warn(line: string, standing?: "standing"): void {
    const clean = oneLine(redact(line));
    if (this.warnings.includes(clean)) return;
    this.warnings.push(clean);
    const said = standing ? clean : `${this.label}: ${clean}`;
    if (!warned.has(said)) this.progress(`warning: ${clean}`);
    warned.add(said);
  }

  remember(facts: JsonObject): void {
    this.facts = { ...this.facts, ...facts };
  }

  async write<Answer>(act: () => Promise<Answer>, facts: JsonObject = {}): Promise<Answer> {
    this.remember(facts);
    try {
      const answer = await act();
      this.begun = true;
      return answer;
    } catch (error) {
      if (!isRefusedWrite(error)) this.begun = true;
      throw error;
    }
  }
}

/** One line on stderr, which the CLI shows; the process that the engine starts has no other voice. */
export function say(label: string, line: string): void {
  process.stderr.write(`${oneLine(redact(`${label}: ${line}`))}\n`);
}

function allowed(verb: Verb, timeouts: Timeouts | undefined, defaults: DefaultTimeouts): number {
  if (verb === "read") return readMilliseconds;
  if (verb === "check") return checkMilliseconds;
  const declared = timeouts?.[verb];
  return declared === undefined ? defaults[verb] : parseDuration(declared);
}

/** Aborted when the time is up, with an error that may be shown; it keeps no process alive. */
function endsAfter(milliseconds: number, subject: string): AbortSignal {
  const controller = new AbortController();
  const timedOut = () =>
    new WaitError(
      "TIMED_OUT",
      `${subject} not done within ${formatMilliseconds(milliseconds)}. Run the command again, it carries on from there; or raise timeouts.`,
    );
  setTimeout(() => controller.abort(timedOut()), milliseconds).unref();
  return controller.signal;
}

function isRefusedWrite(error: unknown): error is RefusedWrite {
  return error instanceof Error && "nothingDone" in error && error.nothingDone === true;
}

/** One failed read may be told to several resources; its runbook is named once. */
const presented = new WeakSet<Error>();

/** Anything that was thrown, as an error that the engine may show: no secret, and never a bare value (it would hang the call). */
export function presentable(error: unknown): Error {
  const line = redact(reasonOf(error));
  if (error instanceof FailoverError) {
    if (presented.has(error)) return error;
    // A secret may have become known only after the error was made.
    const shown = line === error.message ? error : new FailoverError(error.runbook, line, { facts: error.facts, productCode: error.code });
    shown.message = `${line} Runbook: ${error.runbook}.`;
    presented.add(shown);
    return shown;
  }
  const shown = new Error(line);
  if (error instanceof Error && error.stack !== undefined) shown.stack = redact(error.stack);
  return shown;
}
