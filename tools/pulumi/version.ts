/** The first `vX.Y.Z[-prerelease][+build]` that stands alone on a line of `pulumi version`, without its "v". */
export function parseVersion(output: string): string | undefined {
  return /^v?(\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?)\s*$/m.exec(output)?.[1];
}

/** Semantic versioning's order, as far as a minimum needs it: a prerelease of the minimum itself comes before it. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [numbers(version), numbers(minimum)];
  const place = need.findIndex((number, index) => number !== have[index]);
  if (place === -1) return !/^[^+]*-/.test(version);
  return (have[place] ?? 0) > (need[place] ?? 0);
}

function numbers(version: string): number[] {
  return (version.split(/[-+]/)[0] ?? "").split(".").map(Number);
}
