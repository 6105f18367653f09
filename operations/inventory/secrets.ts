import { keepSecret } from "../../provider/core/redaction.js";
import { isJsonObject, type JsonObject } from "../../provider/core/values.js";
import type { Entry } from "./entries.js";
import type { Problem } from "./problems.js";

/** Secrets that a program may give as an encrypted value. A file has no encryption, so there each one names its source instead. */
const sources: Readonly<Record<string, string>> = {
  token: "expected tokenEnv (the name of a variable) or tokenFile (a path), never the token itself: an inventory is no place for a secret",
  secret: "expected secretEnv (the name of a variable) or secretFile (a path), never the secret itself: an inventory is no place for one",
};

const tokenSources = ["tokenEnv", "tokenFile", "token"];

/** Literal secrets, and connections that say nothing of a token: the resource itself would advise the literal one, too. */
export function findLiteralSecrets(entry: Entry): Problem[] {
  return [...objectsIn(entry.declared, entry.path)].flatMap(({ path, object }) => [
    ...Object.entries(object).flatMap(([key, value]) => {
      const expected = sources[key];
      if (expected === undefined) return [];
      keepSecret(String(value));
      return [{ path: [...path, key], reason: `${expected}.` }];
    }),
    ...(isConnection(object) && !tokenSources.some((source) => source in object)
      ? [{ path: [...path, "tokenEnv"], reason: "expected tokenEnv (the name of a variable) or tokenFile (a path)." }]
      : []),
  ]);
}

const isConnection = (object: JsonObject): boolean => "host" in object;

function* objectsIn(value: unknown, path: Problem["path"]): Generator<{ path: Problem["path"]; object: JsonObject }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* objectsIn(item, [...path, index]);
  } else if (isJsonObject(value)) {
    yield { path, object: value };
    for (const [key, item] of Object.entries(value)) yield* objectsIn(item, [...path, key]);
  }
}
