import type { Snapshot } from "../../provider/agent/snapshotSchema.js";
import type { Position } from "../../provider/failover/configuration.js";
import type { SwitchCheck } from "./record.js";

/** Why a switch is refused. Each has its page in docs/runbooks. */
export type SwitchRefusalCode =
  | "SWITCH_MEMBER_SILENT"
  | "SWITCH_NO_PAIR"
  | "SWITCH_BUSY"
  | "SWITCH_ROLES_UNCLEAR"
  | "SWITCH_OUT_OF_SYNC"
  | "SWITCH_RED_ROW"
  | "SWITCH_KNOWN_ISSUE"
  | "SWITCH_TOO_SOON";

/** A check with what a refusal says of it. */
export interface JudgedCheck extends SwitchCheck {
  code: SwitchRefusalCode;
  /** One sentence: what to do when it does not pass. */
  cure: string;
}

/** A member of the pair that is judged, with everything that it said. */
export interface SwitchSide {
  position: Position;
  /** "main 10.10.10.1". */
  name: string;
  facts: Snapshot & { pair: NonNullable<Snapshot["pair"]>; status: NonNullable<Snapshot["status"]> };
}

/** Who gives its role to whom. */
export interface PlannedSwitch {
  online: SwitchSide;
  offline: SwitchSide;
}

export const check = (name: string, code: SwitchRefusalCode, passed: boolean, seen: string, cure: string): JudgedCheck => ({
  name,
  code,
  passed,
  seen,
  cure,
});
