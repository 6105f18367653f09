import { isDeepStrictEqual } from "node:util";
import type { PairConfig, Position } from "pulumi-dataminer-failover/agent";

/**
 * What one member holds of the pair in its DMS.xml. Both members hold the whole configuration; when they meet,
 * the newest one wins (Failover configuration in Cube).
 */
export interface PairCopy {
  readonly position: Position;
  readonly config: PairConfig;
  readonly owner: string | null;
  readonly revision: string;
  /** When it was written, as a number that only grows: newest wins. */
  readonly written: number;
  readonly state: "active" | "inactive" | "invalid";
  /** It was changed on this member alone and does not follow the other one. */
  readonly apart: boolean;
}

export const otherPosition = (position: Position): Position => (position === "main" ? "backup" : "main");

/** The acquisition addresses are read at set-up and not compared (contract, "config"). */
export function sameConfig(a: PairConfig, b: PairConfig): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

const comparable = (config: PairConfig): PairConfig => ({
  ...config,
  main: { ...config.main, acquisitionAddress: null },
  backup: { ...config.backup, acquisitionAddress: null },
});
