import { oneLine } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import { isJsonObject, isUnknown, type JsonObject, sameValue } from "../../provider/core/values.js";
import type { resources } from "../../provider/index.js";
import type { Difference } from "../driftReport.js";
import { hidden } from "../stack/secretValues.js";

type Json = Difference["live"];
export type ResourceKind = (typeof resources)[keyof typeof resources]["drift"]["kind"];

/** What is shown in place of a value that another resource is still to give. */
const later = "[not known yet]";
const secretKeys = new Set(["token", "secret"]);

/** How a resource of ours differs that says of itself that it does: never empty, for secrets look alike, and may be all there is. */
export function knownDifferences(
  kind: ResourceKind | "resource",
  declared: JsonObject,
  live: JsonObject,
  before: JsonObject = {},
): Difference[] {
  const found = resourceDifferences(kind, declared, live, before);
  if (found.length > 0) return found;
  const secrets = secretPaths(declared).map((property) => ({ property, declared: hidden, live: hidden }));
  return secrets.length > 0 ? secrets : [{ property: "(not shown)", declared: null, live: null }];
}

/**
 * Declared inputs beside the live state under the same names, and what the resource's kind adds to that.
 * `before`: the inputs of that state, for those that are declared no more.
 */
export function resourceDifferences(
  kind: ResourceKind | "resource",
  declared: JsonObject,
  live: JsonObject,
  before: JsonObject = {},
): Difference[] {
  const own = Object.keys({ ...before, ...declared }).filter((key) => key !== "__provider");
  const found = [...own.flatMap((key) => differences(nameOf(key), declared[key], live[key])), ...extras[kind](declared, live)];
  if (live.__unfinished === true) found.push({ property: "unfinished", declared: false, live: true });
  return found;
}

/** It should exist and does not, or the other way round. */
export const existence = (declared: boolean): Difference => ({ property: "exists", declared, live: !declared });

/** Properties at any depth; lists of equal length are compared item by item, others as a whole. */
export function differences(property: string, declared: unknown, live: unknown): Difference[] {
  if (sameValue(declared, live)) return [];
  if (isJsonObject(declared) && isJsonObject(live)) {
    const keys = [...new Set([...Object.keys(declared), ...Object.keys(live)])].filter((key) => property === "" || !key.startsWith("__"));
    return keys.flatMap((key) => differences(property === "" ? key : `${property}.${key}`, declared[key], live[key]));
  }
  if (Array.isArray(declared) && Array.isArray(live) && declared.length === live.length) {
    return declared.flatMap((item, index) => differences(`${property}[${index}]`, item, live[index]));
  }
  const key = property.split(".").at(-1) ?? property;
  return [{ property: oneLine(property), declared: shown(declared, key), live: shown(live, key) }];
}

/** Differences that are no input, each under the name that the resource itself has for it. */
const extras: Record<ResourceKind | "resource", (declared: JsonObject, live: JsonObject) => Difference[]> = {
  pair: (declared, { state, type, members, reachable, stuck }) => {
    const declaredType = declared.hostname ? "sharedHostname" : "virtualIp";
    const found = isJsonObject(members) ? members : {};
    return [
      ...(state === "inactive" ? [{ property: "state", declared: "active", live: "inactive" }] : []),
      ...(typeof type === "string" ? differences("type", declaredType, type) : []),
      ...(["main", "backup"] as const).flatMap((position) => {
        const { address } = (isJsonObject(declared[position]) ? declared[position] : {}) as JsonObject;
        return typeof found[position] === "string" ? differences(`${position}.address`, address, found[position]) : [];
      }),
      ...["main", "backup"].flatMap((position) =>
        isJsonObject(reachable) && reachable[position] === false
          ? [{ property: `reachable.${position}`, declared: true, live: false }]
          : [],
      ),
      ...(stuck === true ? [{ property: "stuck", declared: false, live: true }] : []),
    ];
  },
  // Where the program ignores changes of `dns`, the engine hands back what stands otherwise as if it were declared.
  virtualIp: ({ dns }, { deviations }) => {
    const ignored = isJsonObject(dns) ? texts(dns.__deviations) : [];
    return texts(deviations)
      .filter((text) => !ignored.includes(text))
      .map(deviation);
  },
  record: () => [],
  resource: () => [],
  agent: (_declared, { reachable }) => (reachable === false ? [{ property: "reachable", declared: true, live: false }] : []),
};

/** A VirtualIp tells what stands where it should not as `subject: what`. */
function deviation(text: string): Difference {
  const [, subject = "deviation", what = text] = /^([^:]+): (.*)$/s.exec(text) ?? [];
  return { property: oneLine(subject), declared: null, live: shown(what) };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);

const nameOf = (key: string): string => (key === "__owner" ? "owner" : key);

/** Foreign text on one line, secrets hidden, null for what is absent. */
function shown(value: unknown, key = ""): Json {
  if (value === undefined || value === null) return null;
  if (secretKeys.has(key)) return hidden;
  if (isUnknown(value)) return later;
  if (typeof value === "string") return oneLine(redact(value));
  if (Array.isArray(value)) return value.map((item) => shown(item));
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner, name)]));
  return value as Json;
}

/** Secrets look alike in what the engine tells, whether they changed or not. */
function secretPaths(value: unknown, path = ""): string[] {
  if (value === hidden) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretPaths(item, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, path === "" ? key : `${path}.${key}`));
}
