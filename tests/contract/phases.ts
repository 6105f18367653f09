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

/** Begins an act and resolves when it has reached a phase, in which it stays until that is released. */
export function holdAt(simulator: Simulator, phase: string, act: () => Promise<unknown>): Promise<void> {
  simulator.holdPhase(phase);
  const reached = new Promise<void>((resolve) => simulator.atPhase(phase, resolve));
  const ended = act().then(() => Promise.reject(new Error(`It ended before phase ${phase}.`)));
  return Promise.race([reached, ended]);
}
