import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const text = readFileSync(resolve(__dirname, "../../README.md"), "utf8");

/** Blocks of the README in one language, in its order. */
export const readmeBlocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block ?? "");

/** What the README says to install for a program of one's own, as `npm install` is given it: `name` or `name@range`. */
export function readmeInstall(): string[] {
  const line = /^npm install (.*\bpulumi-dataminer-failover\b.*)$/m.exec(text)?.[1];
  if (line === undefined) throw new Error("The README has no line `npm install ... pulumi-dataminer-failover ...`.");
  return line.trim().split(/\s+/);
}
