/** Every place in a value, the value itself not among them. */
export function* placesIn(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [step, inner] of Object.entries(value)) yield* placesIn(inner, [...path, Array.isArray(value) ? Number(step) : step]);
}

/** The value with another one at one place. */
export function replaced(value: unknown, [step, ...rest]: (string | number)[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((inner: unknown, index) => (index === step ? replaced(inner, rest, by) : inner));
  const all = value as Record<string, unknown>;
  return { ...all, [step]: replaced(all[step], rest, by) };
}
