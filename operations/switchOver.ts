import { connectionsOf, type PairTarget } from "./pairTarget.js";
import { keepRecord, requestOf, type SwitchOptions, type SwitchRecord } from "./switch/request.js";
import { SwitchRun } from "./switch/run.js";

export type { SwitchOptions, SwitchProgress } from "./switch/request.js";
export {
  type SwitchCheck,
  type SwitchError,
  type SwitchOutcome,
  type SwitchPhase,
  type SwitchRecord,
  switchRecordOf,
} from "./switch/request.js";

/**
 * Brings the offline member online, once, because somebody asked for it: looks first, asks, waits through the phases, and reads back
 * both members. Nothing but this function switches a pair.
 *
 * Throws a RefusedError with one of the codes `SWITCH_…` when a check does not pass, an OperationFailedError when the Agents report a
 * failure, a WaitError after the timeout. `switchRecordOf(error)` has the audit record of each.
 */
export async function switchOver(target: PairTarget, options: SwitchOptions): Promise<SwitchRecord> {
  const request = requestOf(target, options);
  const connections = connectionsOf(target);
  const run = new SwitchRun(target, request, connections);
  try {
    await run.carryOut();
    return run.ended();
  } catch (error) {
    const shown = run.explain(error);
    keepRecord(shown, run.ended(shown));
    throw shown;
  }
}
