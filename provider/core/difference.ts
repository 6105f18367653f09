import { differingKeys, type Keys } from "./state.js";
import { containsUnknown, isJsonObject, type JsonObject, sameValue } from "./values.js";

/** What no person has declared, in words. */
const words: Readonly<Record<string, string>> = { __owner: "owner" };

/**
 * The declared inputs that a person is told of as different. What is only recorded is in no Agent and no zone, and the engine shows its change
 * by itself; what is not known yet may turn out to be what it was.
 */
export function inputsToTell(keys: Keys, state: JsonObject, declared: JsonObject): string[] {
  return differingKeys(keys, state, declared)
    .filter((key) => !keys.recorded.includes(key) && !containsUnknown(declared[key]))
    .flatMap((key) => deviationsOf(state[key], declared[key]) ?? words[key] ?? key)
    .filter((name) => !name.startsWith("__"));
}

/** A value that is more than one thing carries by name what stands otherwise of it. */
function deviationsOf(live: unknown, declared: unknown): string[] | undefined {
  if (!isJsonObject(live) || !Array.isArray(live.__deviations)) return undefined;
  const { __deviations, ...rest } = live;
  return sameValue(rest, declared) ? (__deviations as string[]) : undefined;
}

/** Inputs as an update is to apply them, and which of them keep the live value because no plan named them. */
export interface Planned {
  inputs: JsonObject;
  left: string[];
}

/**
 * A live value that nobody knew of when the update was planned stays: with `ignoreChanges` the engine hands in the old one (pulumi
 * pkg/resource/deploy/step_generator.go), and without it the next refresh tells the difference before anything is written.
 */
export function plannedInputs(named: readonly string[], declared: JsonObject, live: JsonObject, leaves: readonly string[]): Planned {
  const left = leaves.filter((key) => !named.includes(key) && key in declared && !sameValue(live[key], declared[key]));
  const kept = Object.fromEntries(left.map((key) => [key, live[key]]));
  return { inputs: { ...declared, ...kept }, left };
}

export const leftLine = (key: string): string =>
  `${key} is another than what was last seen, and is left as it is: no plan names it. \`pulumi up --refresh\` looks first.`;

/** State after an update that left something: of that it still holds what was known before. */
export function withLeft(left: readonly string[], state: JsonObject, before: JsonObject): JsonObject {
  const pick = (from: JsonObject) => Object.fromEntries(left.map((key) => [key, from[key] ?? null]));
  return { ...state, ...pick(before), __declared: { ...(state.__declared as JsonObject), ...pick(before.__declared as JsonObject) } };
}
