const unitMilliseconds = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A length of time as `"90s"`, `"30m"` or `"4h"`. */
export type Duration = `${number}${keyof typeof unitMilliseconds}`;

const pattern = /^([1-9]\d{0,6})([smh])$/;
/** What a timer of Node.js can hold; a longer one would fire at once. */
export const longestHours = 596;

export const isDuration = (text: string): text is Duration =>
  pattern.test(text) && parseDuration(text as Duration) <= longestHours * unitMilliseconds.h;

export function parseDuration(text: Duration): number {
  const [, count, unit] = pattern.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new TypeError(`Not a duration: ${text}`);
  return Number(count) * unitMilliseconds[unit as keyof typeof unitMilliseconds];
}

/** `95_000` as `1m 35s`: for lines that people read. */
export function formatMilliseconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return shown.length > 0 ? shown.join(" ") : "0s";
}
