export type { Asking } from "../provider/agent/askMembers.js";
export type { ErrorCode } from "../provider/core/errorCodes.js";
export { FailoverError, RefusedError } from "../provider/core/errors.js";
export type { Position } from "../provider/failover/configuration.js";
export type { MemberName, Problem, ProblemKind } from "../provider/failover/problems.js";
export { problemText, type TextOptions } from "../provider/failover/problemText.js";
export type { Contradiction, Online } from "../provider/failover/roles.js";
export type { Led, StatusRow } from "../provider/failover/statusRows.js";
export type { Lasting } from "../provider/failover/transition.js";
export type { FailoverPairDeclared } from "../provider/failoverPair/index.js";
export { type DriftOptions, type DriftProgress, detectDrift } from "./detectDrift.js";
export {
  type Difference,
  type DriftClass,
  type DriftError,
  type DriftReport,
  type DriftResult,
  driftClasses,
  makeReport,
} from "./driftReport.js";
export { inParallel, Slots } from "./inParallel.js";
export {
  type Inventory,
  type InventoryEntry,
  InventoryError,
  type InventoryPair,
  type InventoryProblem,
  parseInventory,
  readInventory,
} from "./inventory.js";
export type { PairTarget } from "./pairTarget.js";
export { type MemberStatus, type PairStatus, pairStates, readStatus, type StatusOptions } from "./readStatus.js";
export { kindText } from "./registry.js";
export { type PairDeclared, type PreflightReport, runPreflight } from "./runPreflight.js";
export { readStackPairs, type StackPair, type StackSource } from "./stackPairs.js";
export {
  type SwitchCheck,
  type SwitchError,
  type SwitchOptions,
  type SwitchOutcome,
  type SwitchPhase,
  type SwitchProgress,
  type SwitchRecord,
  switchOver,
  switchRecordOf,
} from "./switchOver.js";
