import Table from "cli-table3";
import type { Colours } from "./terminal.js";

const noLines = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((place) => [place, ""]),
);

/** Columns that line up, without any lines around them: readable in a log, and by `grep` and `awk`. */
export function formatTable(rows: readonly (readonly string[])[], { head, colours }: { head?: string[]; colours?: Colours } = {}): string {
  const table = new Table({
    chars: { ...noLines, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    ...(head && { head: head.map((title) => colours?.bold(title) ?? title) }),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The text with so many spaces before each of its lines. */
export const indent = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, " ".repeat(spaces));
