import { containsUnknown, isJsonObject, type JsonObject, sameValue } from "./values.js";

/** One thing that is not as declared, as data: a sentence is made of it where somebody reads it. */
export interface Difference {
  /** Path of an input, as in `main.address`, or a name such as `state`. */
  property: string;
  /** Which part of it, where it is more than one thing: `A dma-virtual.example.com.` */
  at?: string;
  /** Null: nothing is to be there. */
  declared: unknown;
  /** Null: nothing is there. */
  live: unknown;
  /** Address of an Agent that did not answer. What it holds was not compared, so nothing is known to differ, and nothing to be equal. */
  unanswered?: string;
  /** It is no drift, and nothing can be put back: what is only recorded can be changed while it lasts. */
  mayLast?: true;
}

/** The difference on one line, for logs and errors. */
export function differenceText({ property, at, declared, live, unanswered }: Difference): string {
  if (at === undefined) return property;
  if (unanswered !== undefined) return `${property}: ${at} does not answer`;
  if (live === null) return `${property}: ${at} lacks ${declared}`;
  return declared === null ? `${property}: ${at} also has ${live}` : `${property}: ${at} is ${live}, declared ${declared}`;
}

/** An input as people know it: the owner is none that a person has declared. */
export const inputName = (key: string): string => (key === "__owner" ? "owner" : key);

/** A create or update failed after its first write. */
export const interruption = (state: JsonObject): Difference[] =>
  state.__unfinished === true ? [{ property: "lastUpdate", declared: "finished", live: "interrupted" }] : [];

/**
 * Of the inputs that differ those that a person is told of. What is only recorded is in no Agent and no zone, and the engine shows its change
 * by itself; what is not known yet may turn out to be what it was; and what differs in a hidden part alone is told by the resource itself.
 */
export function inputsToTell(differing: readonly string[], recorded: readonly string[], state: JsonObject, declared: JsonObject): string[] {
  return differing
    .filter((key) => !recorded.includes(key) && !containsUnknown(declared[key]) && !sameValue(visible(state[key]), visible(declared[key])))
    .map(inputName)
    .filter((name) => !name.startsWith("__"));
}

/** Of an object that is declared, without what only the resource itself puts there. */
const visible = (value: unknown): unknown =>
  isJsonObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("__"))) : value;

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
