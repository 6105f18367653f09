/** The product's rules of a pair, by themselves: who stands where, what a status means, and what a version can do. */
export { otherPosition, type Position, positions, sharedAddress } from "./configuration.js";
export { gates } from "./gates.js";
export { steadiness } from "./roles.js";
export type { Led } from "./status.js";
export { type Gate, parseVersion, satisfies } from "./version.js";
