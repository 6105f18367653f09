/** The product's rules of a pair, by themselves: who stands where, what a status means, and what a version can do. */
export { otherPosition, type Position, positions, sharedAddress, type VirtualIp } from "./configuration.js";
export { gates } from "./gates.js";
export type { Problem, ProblemKind } from "./problems.js";
export { lastingText, problemText, rowDetails, type ToldProblem, toldProblem } from "./problemText.js";
export { type Steadiness, steadiness } from "./roles.js";
export type { Led, StatusRow } from "./statusRows.js";
export { rowDescriptions, type StatusKey, type StatusRows, type Surroundings, statusKeys } from "./statusTable.js";
export { type Answer, type Gate, type GateItem, parseVersion, satisfies, type Track, type Version } from "./version.js";
