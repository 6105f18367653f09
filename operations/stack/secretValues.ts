import { keepSecret } from "../../provider/core/redaction.js";
import { isJsonObject } from "../../provider/core/values.js";

/** What stands in a secret's place wherever it is shown; the engine uses the same. */
export const hidden = "[secret]";

/** How a secret is told from other objects (Pulumi, resource.SigKey and resource.SecretSig). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** In an object that is secret as a whole these are what makes it so; its addresses and modes are ordinary words. */
const secretKeys = new Set(["token", "secret"]);

/** Exported state with its secrets as plain values, for memory only: no line and no error shows them afterwards. */
export function inTheClear(value: unknown, isSecret = false): unknown {
  if (isSecret && typeof value === "string") return keepSecret(value);
  if (Array.isArray(value)) return value.map((item) => inTheClear(item));
  if (!isJsonObject(value)) return value;
  if (isEnvelope(value) && typeof value.plaintext === "string") return inTheClear(JSON.parse(value.plaintext), true);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inTheClear(inner, isSecret && secretKeys.has(key))]));
}

/** A state of an engine event, whose secrets are there in a wrapping of their own. */
export function withSecretsHidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSecretsHidden);
  if (!isJsonObject(value)) return value;
  if (isEnvelope(value)) return hidden;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSecretsHidden(inner)]));
}

const isEnvelope = (value: Record<string, unknown>): boolean => value[signature] === secretSignature;
