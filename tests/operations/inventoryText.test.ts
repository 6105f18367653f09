import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parseInventory, readInventory } from "../../operations/inventory.js";
import { presentable } from "../../provider/core/context.js";
import { FailoverError, RefusedError, reasonOf } from "../../provider/core/errors.js";

const folder = mkdtempSync(join(tmpdir(), "inventory-text-"));
afterAll(() => rmSync(folder, { recursive: true }));
const text = "schemaVersion: 1\npairs: []\n";
const swapped = (words: string) => Buffer.from(words, "utf16le").swap16();

describe("an inventory that is UTF-16", () => {
  test.each([
    ["as PowerShell writes it", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["the other way round", swapped(`\ufeff${text}`)],
    ["without a mark", Buffer.from(text, "utf16le")],
  ])("%s is called so, with what to do", async (_what, bytes) => {
    const file = join(folder, "pairs.yaml");
    writeFileSync(file, bytes);
    await expect(readInventory(file)).rejects.toThrow("it is UTF-16 text. Save it as UTF-8 (in PowerShell: Out-File -Encoding utf8).");
  });
});

describe("an inventory that goes deep or in circles", () => {
  test.each([
    ["merges itself", "schemaVersion: 1\npairs:\n  - &a { <<: *a, name: x }\n"],
    ["contains itself", "schemaVersion: 1\npairs:\n  - &a { name: x, main: *a }\n"],
    ["is a list of itself", "&a [*a]\n"],
    ["has ten thousand brackets", "[".repeat(10_000)],
    ["has ten thousand brackets, all closed", `pairs: ${"[".repeat(10_000)}${"]".repeat(10_000)}\n`],
    ["is indented for ever", Array.from({ length: 3_000 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
    ["nests 40 levels", `schemaVersion: 1\npairs: ${"[".repeat(40)}${"]".repeat(40)}\n`],
  ])("because it %s is told so, and not by the parser's own trouble", async (_what, given) => {
    const failure = await parseInventory(given, "pairs.yaml").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "INVENTORY_INVALID" });
    expect(reasonOf(failure)).not.toMatch(/call stack/i);
    expect(reasonOf(failure)).toMatch(/nested more than 32 levels, or an anchor contains itself|Unresolved alias|is no YAML and no JSON/);
  });
});

describe("the name of a runbook", () => {
  test("stands once in a line, also when an error was shown before it is quoted", () => {
    const silence = new RefusedError("AGENT_UNREACHABLE", "Reading Agent 10.0.0.1: the connection is refused.");
    expect(presentable(silence).message).toBe("Reading Agent 10.0.0.1: the connection is refused. Runbook: AGENT_UNREACHABLE.");
    expect(reasonOf(silence)).toBe("Reading Agent 10.0.0.1: the connection is refused.");
    const both = presentable(new FailoverError("PAIR_UNREACHABLE", `Reading the pair: neither member answers. ${reasonOf(silence)}`));
    expect(both.message.match(/Runbook: /g)).toHaveLength(1);
    expect(presentable(silence).message.match(/Runbook: /g)).toHaveLength(1);
  });
});
