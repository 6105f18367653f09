/** Main Release (third number 0) or Feature Release (third number 1 to 13): "DataMiner Main Release vs. Feature Release". */
export type Track = "MR" | "FR";

/** A DataMiner version as far as its text tells it. */
export interface Version {
  text: string;
  major: number;
  minor: number;
  /** Third number; undefined when it is none of a Main or Feature Release ("10.6.2617.1490"). */
  release: number | undefined;
  /** Undefined when the third number does not tell it. */
  track: Track | undefined;
  /** Cumulative update; 0 when the text names none. */
  cumulativeUpdate: number;
  /** Build number; undefined when the text has none. */
  build: number | undefined;
  /** What the text leaves open, in words; empty when nothing. */
  unknown: string[];
}

export type Answer = "yes" | "no" | "unknown";

/** One "10.2.0 [CU9]" of a gate. */
export interface GateItem {
  major: number;
  minor: number;
  release: number;
  cumulativeUpdate: number;
}

/** The first versions with a behaviour: per Main Release line, and the first Feature Release. */
export interface Gate {
  /** As in the documentation: "10.2.12/10.2.0 [CU9]". */
  text: string;
  items: readonly GateItem[];
}

const highestRelease = 13;
const versionPattern = /^\s*v?(\d+)\.(\d+)(?:\.(\d+))?(?:\.\d+)?(?:-(\d+))?(?:[-\s]*\[?CU(\d+)\]?)?\s*$/i;

/** Undefined when the text does not begin with a major and a minor number. */
export function parseVersion(text: string): Version | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const [, major, minor, third, build, update] = match;
  const release = third === undefined || Number(third) > highestRelease ? undefined : Number(third);
  const unknown = [...(release === undefined ? ["which release it is"] : []), ...(build === undefined ? ["which build it is"] : [])];
  return {
    text: text.trim(),
    major: Number(major),
    minor: Number(minor),
    release,
    track: release === undefined ? undefined : release === 0 ? "MR" : "FR",
    cumulativeUpdate: Number(update ?? 0),
    build: build === undefined ? undefined : Number(build),
    unknown,
  };
}

/** Whether both texts name exactly the same build, as "Preparing the two DataMiner Agents" asks for. */
export const sameVersion = (a: string, b: string): boolean => a.trim().toUpperCase() === b.trim().toUpperCase();

/** Reads a gate as the documentation writes it. A text that is none is a mistake in our own tables. */
export function gate(text: string): Gate {
  return { text, items: text.split("/").map(gateItem) };
}

function gateItem(text: string): GateItem {
  const match = /^\s*(\d+)\.(\d+)\.(\d+)(?:\s*\[CU(\d+)\])?\s*$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no version of a gate.`);
  const [, major, minor, release, update] = match;
  return { major: Number(major), minor: Number(minor), release: Number(release), cumulativeUpdate: Number(update ?? 0) };
}

/**
 * Whether the version has what the gate stands for, by the rules of docs/product.md, "Versions".
 * `unknown`: the gate does not speak of the version's track, or the version's text leaves it open. Then warn, never refuse.
 */
export function satisfies(version: Version, wanted: Gate): Answer {
  const { track, release } = version;
  if (track === undefined || release === undefined) return satisfiesWithoutRelease(version, wanted);
  const item = { major: version.major, minor: version.minor, release, cumulativeUpdate: version.cumulativeUpdate };
  return track === "FR" ? featureReleaseSatisfies(item, wanted) : mainReleaseSatisfies(item, wanted);
}

/** Judged through the earliest and the latest release that the text can mean: when both agree, so do all between. */
function satisfiesWithoutRelease({ major, minor }: Version, wanted: Gate): Answer {
  const line = { major, minor };
  const answers = [
    mainReleaseSatisfies({ ...line, release: 0, cumulativeUpdate: 0 }, wanted),
    mainReleaseSatisfies({ ...line, release: 0, cumulativeUpdate: Number.POSITIVE_INFINITY }, wanted),
    featureReleaseSatisfies({ ...line, release: 1, cumulativeUpdate: 0 }, wanted),
    featureReleaseSatisfies({ ...line, release: highestRelease, cumulativeUpdate: Number.POSITIVE_INFINITY }, wanted),
  ];
  const [first = "unknown", ...others] = answers;
  return others.every((answer) => answer === first) ? first : "unknown";
}

/** At least the lowest Feature Release item, a cumulative update included. */
function featureReleaseSatisfies(version: GateItem, { items }: Gate): Answer {
  const [lowest] = items.filter((item) => item.release !== 0).sort(compareItems);
  if (lowest === undefined) return "unknown";
  return yesOrNo(compareItems(version, lowest) >= 0);
}

/** The item of the same line decides; without one, only a line newer than the newest item has it. */
function mainReleaseSatisfies(version: GateItem, { items }: Gate): Answer {
  const mainItems = items.filter((item) => item.release === 0).sort(compareItems);
  const newest = mainItems.at(-1);
  if (newest === undefined) return "unknown";
  const sameLine = mainItems.find((item) => compareLines(item, version) === 0);
  if (sameLine !== undefined) return yesOrNo(version.cumulativeUpdate >= sameLine.cumulativeUpdate);
  return yesOrNo(compareLines(version, newest) > 0);
}

const yesOrNo = (condition: boolean): Answer => (condition ? "yes" : "no");

const compareLines = (a: GateItem, b: GateItem): number => a.major - b.major || a.minor - b.minor;

const compareItems = (a: GateItem, b: GateItem): number =>
  compareLines(a, b) || a.release - b.release || (a.cumulativeUpdate === b.cumulativeUpdate ? 0 : a.cumulativeUpdate - b.cumulativeUpdate);

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

/** Whether the version is in one of the ranges. The two tracks are never compared with each other. */
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
