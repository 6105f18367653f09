import type { Simulator } from "../../simulator/index.js";

/** How often a phase begins from now on: an operation that is started twice begins it twice. */
export function countBeginnings(simulator: Simulator, phase: string): () => number {
  let count = 0;
  const watch = () =>
    simulator.atPhase(phase, () => {
      count++;
      watch();
    });
  watch();
  return () => count;
}
