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
  let clean = text;
  for (const secret of secrets) {
    for (const spelling of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
      clean = clean.split(spelling).join("[secret]");
    }
  }
  return clean;
}
