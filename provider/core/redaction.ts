const secrets = new Set<string>();
/** Every way in which they are written, the longest first: a secret that begins with another one must not leave its rest behind. */
let spellings: readonly string[] | undefined;

/** Shorter values would blank out ordinary words; a bearer token of a User-Defined API has at least 32 characters (ApiToken). */
const shortestSecret = 6;

/** Remembers a secret for the life of this process, so that no line or error shows it. */
export function keepSecret(value: string): string {
  if (value.length >= shortestSecret && !secrets.has(value)) {
    secrets.add(value);
    spellings = undefined;
  }
  return value;
}

/** The text with every known secret replaced, also where it was percent-encoded or quoted as JSON. */
export function redact(text: string): string {
  spellings ??= [...secrets].flatMap(spellingsOf).sort((a, b) => b.length - a.length);
  return spellings.reduce((clean, spelling) => clean.replaceAll(spelling, "[secret]"), text);
}

function spellingsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\ufffd"));
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [...new Set([secret, encoded, lowerCase, JSON.stringify(secret).slice(1, -1)])];
}
