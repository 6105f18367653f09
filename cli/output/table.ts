import { stripVTControlCharacters } from "node:util";
import type { Colours } from "./colours.js";

/** Columns that line up, without any lines around them: readable in a log, and by `grep` and `awk`. */
export function formatTable(rows: readonly (readonly string[])[], { head, colours }: { head?: string[]; colours?: Colours } = {}): string {
  const all = head ? [head.map((title) => colours?.bold(title) ?? title), ...rows] : rows;
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
  const line = (row: readonly string[]) => widths.map((width, column) => padded(row[column] ?? "", width)).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}

const padded = (text: string, width: number): string => text + " ".repeat(width - widthOf(text));

const characters = new Intl.Segmenter();
/** What a terminal draws two columns wide (Unicode Standard Annex 11: East Asian Width W and F, and emoji). */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

function widthOf(text: string): number {
  const shown = stripVTControlCharacters(text);
  let width = 0;
  for (const { segment } of characters.segment(shown)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** The text with so many spaces before each of its lines. */
export const indent = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, " ".repeat(spaces));
