import { forgetSnapshots } from "../provider/agent/snapshots.js";
import { FailoverError, RefusedError, reasonOf } from "../provider/core/errors.js";
import { type DriftError, type DriftReport, type DriftResult, makeReport } from "./driftReport.js";
import { inParallel } from "./inParallel.js";
import type { Inventory } from "./inventory.js";
import { inventoryDrift } from "./inventoryDrift.js";
import type { StackSource } from "./stack/openStack.js";
import { stackDrift } from "./stackDrift.js";

/** How far a drift run is. */
export interface DriftProgress {
  /** Stacks, and entries of the inventory. */
  done: number;
  /** Number of stacks and entries in all. */
  total: number;
  /** What was done last. */
  name: string;
}

/** What a drift run compares, and how. */
export interface DriftOptions {
  /** Stacks of Pulumi, each compared with its program by a refresh preview. */
  stacks?: readonly StackSource[] | undefined;
  /** Declarations of a file, compared without any stack. */
  inventory?: Inventory | undefined;
  /** How many pairs are asked at a time; an integer above 0. Default: 20. */
  concurrency?: number | undefined;
  /** Aborts the run; it then throws the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** Called after each stack, and after each group of entries of the inventory. */
  onProgress?: ((progress: DriftProgress) => void) | undefined;
}

/** Each pair means two calls at the same time. */
const usualConcurrency = 20;
/** A preview runs the CLI, the program and the provider, so two cores are busy with two. */
const stacksAtATime = 2;

/**
 * Compares stacks and an inventory with what Agents and name servers report. Silence, problems and differences are findings; a stack that
 * cannot be previewed is an error in the report. Nothing is changed. Throws a RefusedError `NOTHING_TO_COMPARE` when there is no
 * source, and the signal's reason when that is aborted.
 */
export async function detectDrift(options: DriftOptions): Promise<DriftReport> {
  const { stacks = [], inventory, concurrency = usualConcurrency, signal } = options;
  if (stacks.length === 0 && !inventory) {
    throw new RefusedError("NOTHING_TO_COMPARE", "Looking for drift: no source was given. Give at least one stack, or an inventory.");
  }
  // What another run read a moment ago may be no more.
  forgetSnapshots();
  const startedAt = new Date();
  const report = progressOf(options);
  const results: DriftResult[] = [];
  const errors: DriftError[] = [];
  const found = await inParallel(
    stacks,
    stacksAtATime,
    async (source) => {
      const drift = await stackDrift(source, { concurrency, signal }).catch((error: unknown) => failed(source, error, signal));
      report([source.stack]);
      return drift;
    },
    signal,
  );
  for (const drift of found) {
    results.push(...drift.results);
    errors.push(...drift.errors);
  }
  if (inventory) results.push(...(await inventoryDrift(inventory, { concurrency, signal, onDone: report })));
  return makeReport(results, errors, startedAt, new Date());
}

function failed({ stack }: StackSource, error: unknown, signal: AbortSignal | undefined) {
  signal?.throwIfAborted();
  if (!(error instanceof FailoverError)) throw error;
  return { results: [], errors: [{ source: stack, code: error.code, message: reasonOf(error) }] };
}

function progressOf({ stacks = [], inventory, onProgress }: DriftOptions): (names: readonly string[]) => void {
  const total = stacks.length + (inventory?.entries.length ?? 0);
  let done = 0;
  return (names) => {
    done += names.length;
    onProgress?.({ done, total, name: names.at(-1) ?? "" });
  };
}
