import type { Simulator } from "../../simulator/index.js";

/** How often a phase has begun since: a set-up checks once, an ending stops the offline Agent once. */
export function phasesOf(simulator: Simulator, phase: string): { readonly count: number } {
  const seen = { count: 0 };
  const watch = () =>
    simulator.atPhase(phase, () => {
      seen.count++;
      queueMicrotask(watch);
    });
  watch();
  return seen;
}

/** Resolves when a phase has begun, and keeps it from ending until it is released. */
export function holdAt(simulator: Simulator, phase: string): Promise<void> {
  simulator.holdPhase(phase);
  return new Promise((reached) => simulator.atPhase(phase, reached));
}
