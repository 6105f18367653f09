import { isDeepStrictEqual } from "node:util";

/** A plain object of JSON values. */
export type JsonObject = Record<string, unknown>;

/** What stands for a value that is not known yet, one for each kind of value (Pulumi engine, pkg/resource/plugin/rpc.go). */
const unknownSentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && unknownSentinels.has(value);
}

/** Whether the value is, or holds at any depth, something that is not known yet. */
export function containsUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isUnknown(value);
  return Object.values(value).some(containsUnknown);
}

/** What is known of them already, whole values only. */
export const knownOf = (inputs: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => !containsUnknown(value)));

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without properties that are null or undefined, at any depth: in a program both mean "left out". */
export function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, withoutAbsent(inner)]),
  );
}

/**
 * Plain JSON values only. The engine's codec refuses anything else ("Unexpected struct type") after the thing already exists,
 * and the resource would be lost.
 */
export function toJson(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** Equal as values that a person declares: absent, null and undefined are the same. */
export function sameValue(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(withoutAbsent(one) ?? null, withoutAbsent(other) ?? null);
}
