const secrets = new Set<string>();

/** Shorter values would blank out ordinary words; a bearer token of a User-Defined API has at least 32 characters (domain 8.2). */
const shortestSecret = 6;

/** Remembers a secret for the life of this process, so that no line or error shows it. */
export function keepSecret(value: string): string {
  if (value.length >= shortestSecret) secrets.add(value);
  return value;
}

/** The text with every known secret replaced, also where it was percent-encoded or quoted as JSON. */
export function redact(text: string): string {
  // The longest first: a secret that begins with another one must not leave its rest behind.
  const spellings = [...secrets].flatMap(spellingsOf).sort((a, b) => b.length - a.length);
  return spellings.reduce((clean, spelling) => clean.split(spelling).join("[secret]"), text);
}

function spellingsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\ufffd"));
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase());
  return [...new Set([secret, encoded, lowerCase, JSON.stringify(secret).slice(1, -1)])];
}
