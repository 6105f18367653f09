import type { z } from "zod";
import { containsUnknown, isJsonObject, isUnknown, type JsonObject, withoutAbsent } from "./values.js";

/** One thing that is wrong with what was declared; `property` is empty when it is the resource as a whole. */
export interface Failure {
  property: string;
  reason: string;
}

export interface CheckedInputs {
  /** Canonical where known, as given where not. */
  inputs: JsonObject;
  failures: Failure[];
}

/**
 * Judges declared inputs by their schema and gives them their one canonical spelling. In a preview some values are not
 * known yet: what depends on those is let through, everything else is judged all the same.
 */
export function checkInputs(schema: z.ZodObject, declared: JsonObject): CheckedInputs {
  const given = withoutAbsent(declared) as JsonObject;
  if (!containsUnknown(given)) {
    const result = schema.safeParse(given);
    return result.success
      ? { inputs: withoutAbsent(result.data) as JsonObject, failures: [] }
      : { inputs: given, failures: result.error.issues.map((issue) => toFailure(issue, issue.path)) };
  }
  const checked = Object.entries(schema.shape).map(([key, keySchema]) => checkKey(key, keySchema as z.ZodType, given[key]));
  const stray = Object.keys(given).filter((key) => !Object.hasOwn(schema.shape, key));
  return {
    inputs: withoutAbsent(Object.fromEntries(checked.map(({ key, value }) => [key, value]))) as JsonObject,
    failures: [
      ...checked.flatMap(({ failures }) => failures),
      ...stray.map((key) => ({ property: key, reason: `"${key}" is no input of this resource.` })),
    ],
  };
}

function checkKey(key: string, schema: z.ZodType, value: unknown): { key: string; value: unknown; failures: Failure[] } {
  if (isUnknown(value)) return { key, value, failures: [] };
  const result = schema.safeParse(value);
  if (result.success) return { key, value: containsUnknown(value) ? value : result.data, failures: [] };
  const issues = result.error.issues.filter((issue) => !dependsOnUnknown(value, issue));
  return { key, value, failures: issues.map((issue) => toFailure(issue, [key, ...issue.path])) };
}

/** A union or a rule over an object with unknowns cannot be judged yet; a wrong type or a stray key can. */
function dependsOnUnknown(value: unknown, issue: z.core.$ZodIssue): boolean {
  let at = value;
  for (const step of issue.path) {
    if (isUnknown(at)) return true;
    at = isJsonObject(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  }
  if (isUnknown(at)) return true;
  // A rule that misses something ("expected address, because host is a name") may have judged an unknown beside it.
  if (issue.code === "custom" && at === undefined) return containsUnknown(value);
  return containsUnknown(at) && (issue.code === "invalid_union" || issue.code === "custom");
}

function toFailure(issue: z.core.$ZodIssue, path: PropertyKey[]): Failure {
  if (issue.code === "unrecognized_keys") {
    return { property: [...path, issue.keys[0] ?? ""].join("."), reason: `${quoted(issue.keys)} is no input here.` };
  }
  return { property: path.map(String).join("."), reason: sentence(issue) };
}

/** The values of a union's members are told in its own message; zod's "Invalid input" alone helps nobody. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return issue.message;
  const inner = issue.errors.map((alternative) => alternative.map((found) => found.message).join(", "));
  return [...new Set(inner)].join("; or: ") || issue.message;
}

const quoted = (keys: readonly string[]) => keys.map((key) => `"${key}"`).join(", ");
