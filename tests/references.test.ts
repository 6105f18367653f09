import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Sections and numbers of notes that a reader does not have: "domain 7.1", "P9", "K7". The vendor's pages and release notes have names. */
const unreadable = /\bdomain \d|\b[PK]\d{1,2}\b/;

/** States as users have them, and what says in its own words what is not to be written. */
const excepted = /^(tests\/contract\/states\/|tests\/references\.test\.ts$|package-lock\.json$|docs\/images\/)/;

const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);

const findUnreadable = (file: string, text: string): string[] =>
  text.split("\n").flatMap((line, index) => (unreadable.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));

test("every reference leads to something that a reader can open", () => {
  const files = tracked.filter((file) => !excepted.test(file));
  expect(files).toContain("docs/product.md");
  expect(files.flatMap((file) => findUnreadable(file, readFileSync(file, "utf8")))).toEqual([]);
});

test("the check finds sections and numbers, and lets release notes and key files pass", () => {
  expect(findUnreadable("a.ts", "// as before (domain 7.1)\n// RN 43257\n// known issue (K7), P16")).toHaveLength(2);
  expect(findUnreadable("b.md", "a domain name, Kdma-key.+165+17325.private, PKCS12")).toEqual([]);
});
