import type { Answer, Version } from "./version.js";

/** Versions of one track from one to another, both included. */
export interface VersionRange {
  /** As in the documentation: "10.4.0 [CU8]…10.4.0 [CU11]", or one version alone. */
  text: string;
  from: readonly number[];
  to: readonly number[];
  mainRelease: boolean;
}

/** major, minor, release, cumulative update, build. */
const boundPattern = /^\s*(\d+)\.(\d+)\.(\d+)(?:\s*\[CU(\d+)\])?(?:\s*b(\d+))?\s*$/;

/** Reads a range; what a bound leaves out is its lowest at the start and its highest at the end. */
export function versionRange(text: string): VersionRange {
  const [start = "", end = start] = text.split("…");
  const [from, to] = [bound(start, 0), bound(end, Number.POSITIVE_INFINITY)];
  if ((from[2] === 0) !== (to[2] === 0)) throw new Error(`"${text}" mixes Main and Feature Releases.`);
  return { text, from, to, mainRelease: from[2] === 0 };
}

function bound(text: string, open: number): number[] {
  const match = boundPattern.exec(text);
  if (match === null) throw new Error(`"${text}" is no version of a range.`);
  return match.slice(1).map((part: string | undefined) => (part === undefined ? open : Number(part)));
}

/** Whether the version is in one of the ranges. The two tracks are never compared with each other (domain 10). */
export function inRanges(version: Version, ranges: readonly VersionRange[]): Answer {
  const answers = ranges.map((range) => inRange(version, range));
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") ? "unknown" : "no";
}

function inRange(version: Version, range: VersionRange): Answer {
  const { major, minor, release, cumulativeUpdate, build, track } = version;
  if (release === undefined) return mayTouchLine(version, range) ? "unknown" : "no";
  if ((track === "MR") !== range.mainRelease) return "no";
  const [lowest, highest] = [build ?? 0, build ?? Number.POSITIVE_INFINITY].map((end) => [major, minor, release, cumulativeUpdate, end]);
  const within = [lowest, highest].map(
    (end) => end !== undefined && compareNumbers(end, range.from) >= 0 && compareNumbers(end, range.to) <= 0,
  );
  if (within.every((inside) => inside)) return "yes";
  return build === undefined && overlaps(lowest ?? [], highest ?? [], range) ? "unknown" : "no";
}

const overlaps = (lowest: readonly number[], highest: readonly number[], { from, to }: VersionRange): boolean =>
  compareNumbers(highest, from) >= 0 && compareNumbers(lowest, to) <= 0;

const mayTouchLine = ({ major, minor }: Version, { from, to }: VersionRange): boolean =>
  compareNumbers([major, minor], from.slice(0, 2)) >= 0 && compareNumbers([major, minor], to.slice(0, 2)) <= 0;

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
