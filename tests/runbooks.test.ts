import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { apiCodes } from "../provider/agent/contract.js";
import { AgentRefusedError } from "../provider/agent/errors.js";
import { OperationFailedError } from "../provider/agent/operations.js";
import { errorCodes } from "../provider/core/errorCodes.js";
import { RefusedError } from "../provider/core/errors.js";

interface Codes {
  /** Those that errors may have, by the list in provider/core/errorCodes.ts; the compiler refuses any other. */
  listed: readonly string[];
  /** Those that the source makes something with. */
  used: ReadonlySet<string>;
  /** Pages for all codes of the product or its host. */
  shared: ReadonlySet<string>;
}
type Pages = Record<string, string>;

const folder = "docs/runbooks";
const sections = ["What you see", "What it means", "What to do"];

/** Every text in the source, for a code that no error is made with is no code. */
function findTexts(sources: Record<string, string>): Set<string> {
  const trees = Object.entries(sources).map(([file, source]) => ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return new Set(trees.flatMap((tree) => [...nodesOf(tree)].flatMap((node) => (ts.isStringLiteralLike(node) ? [node.text] : []))));
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** One line for each thing that is wrong with the pages of docs/runbooks. */
function findProblems({ listed, used, shared }: Codes, pages: Pages): string[] {
  const { README: list = "", ...rest } = pages;
  const missing = listed.filter((code) => rest[code] === undefined).map((code) => `${code} has no page.`);
  const stray = Object.keys(rest).filter((page) => !listed.includes(page));
  return [
    ...listed.filter((code) => !used.has(code)).map((code) => `${code} is the code of no error.`),
    ...missing,
    ...stray.map((page) => `${page}.md is the page of no code.`),
    ...Object.entries(rest).flatMap(([page, text]) => findMisshapen(page, text, shared.has(page))),
    ...Object.keys(rest).flatMap((page) => {
      const times = list.split(`](${page}.md)`).length - 1;
      return times === 1 ? [] : [`README.md lists ${page} ${times} times.`];
    }),
  ];
}

function findMisshapen(page: string, text: string, isShared: boolean): string[] {
  const lines = text.trimEnd().split("\n");
  const headings = lines.filter((line) => line.startsWith("## ")).map((line) => line.slice(3));
  return [
    ...(lines[0] === `# ${page}` ? [] : [`${page}.md is not titled "${page}".`]),
    ...(headings.slice(0, 3).join() === sections.join() ? [] : [`${page}.md has not the sections ${sections.join(", ")}.`]),
    ...(/^1\. /m.test(text) ? [] : [`${page}.md has no numbered steps.`]),
    ...(isShared || lines.length <= 35 ? [] : [`${page}.md has ${lines.length} lines; a page has at most 35.`]),
  ];
}

function findBrokenLinks(file: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? "").filter((link) => !/^https?:/.test(link));
  return links
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? file : posix.join(posix.dirname(file), path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).includes(anchor));
    })
    .map((link) => `${file} links to ${link}, which is not there.`);
}

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-"),
  );

const sourceFiles = ["provider", "operations", "cli"].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: "utf8" }).flatMap((file) => (file.endsWith(".ts") ? [`${room}/${file}`] : [])),
);
const sources = sourceFiles.filter((file) => file !== "provider/core/errorCodes.ts").map((file) => [file, readFileSync(file, "utf8")]);
const codes: Codes = {
  listed: errorCodes,
  used: findTexts(Object.fromEntries(sources)),
  shared: new Set(["AGENT_REFUSED", "OPERATION_FAILED"]),
};
const pageFiles = readdirSync(folder).filter((file) => file.endsWith(".md"));
const pages: Pages = Object.fromEntries(pageFiles.map((file) => [file.slice(0, -3), readFileSync(`${folder}/${file}`, "utf8")]));

describe("the runbooks", () => {
  test("have one page for each code of an error, and no page for a code that is gone", () => {
    expect(codes.listed).toEqual([...codes.listed].sort());
    expect(findProblems(codes, pages)).toEqual([]);
  });

  test("are named by the errors themselves, those of the product's codes by the page for all of them", () => {
    const refused = new AgentRefusedError(409, "STALE_REVISION", "Writing pair 111: stale.");
    expect(refused).toMatchObject({ code: "STALE_REVISION", runbook: "AGENT_REFUSED" });
    expect(new OperationFailedError("SL_DISK_FULL", "Setting up: failed.", {})).toMatchObject({
      code: "SL_DISK_FULL",
      runbook: "OPERATION_FAILED",
    });
    expect(new RefusedError("BACKUP_IS_ONLINE", "Ending: no.")).toMatchObject({ code: "BACKUP_IS_ONLINE", runbook: "BACKUP_IS_ONLINE" });
  });

  test("explain every code of the Failover API on the page of refusals", () => {
    expect(Object.values(apiCodes).filter((code) => !pages.AGENT_REFUSED?.includes(`\`${code}\``))).toEqual([]);
  });

  test("say what to do about an empty checkpoint, which only Pulumi itself complains of", () => {
    expect(pages.STACK_UNREADABLE).toMatch(/failed to load checkpoint[\s\S]*`<stack>\.json\.bak`/);
    expect(pages.README).toContain("failed to load checkpoint");
  });

  test("have links that lead somewhere, and so has the page on ending", () => {
    const texts = Object.fromEntries(pageFiles.map((file) => [`${folder}/${file}`, pages[file.slice(0, -3)] ?? ""]));
    const ending = { "docs/ending.md": readFileSync("docs/ending.md", "utf8") };
    expect(Object.entries({ ...texts, ...ending }).flatMap(([file, text]) => findBrokenLinks(file, text))).toEqual([]);
  });
});

test("the README names under Limits what of the product is not managed", () => {
  const [, limits = ""] = /^## Limits\n(.*)/ms.exec(readFileSync("README.md", "utf8")) ?? [];
  const scripts = ["VIPAcquired.ps1", "VIPReleased.ps1"];
  const settings = ["WatchDog", "FailoverOnRTE", "FailoverPingTimeoutHeartbeats", "MaxWaitForFailoverDBPushOnManualSwitch"];
  expect(limits).toMatch(new RegExp(`- Not managed: the scripts ${scripts.join(" and ")}, (?:.|\\n  )*${settings.join("(?:.|\\n  )*")}`));
});

describe("the check of the runbooks", () => {
  const page = (code: string, headings = sections) => `# ${code}\n\n${headings.map((heading) => `## ${heading}\n\n1. Look.\n`).join("\n")}`;
  const two: Codes = { listed: ["REFUSED", "TOKEN_LOST"], used: new Set(["TOKEN_LOST", "REFUSED"]), shared: new Set(["REFUSED"]) };
  const both: Pages = {
    TOKEN_LOST: page("TOKEN_LOST"),
    REFUSED: page("REFUSED"),
    README: "[TOKEN_LOST](TOKEN_LOST.md), [REFUSED](REFUSED.md)",
  };

  test("has nothing to say when each code has its page", () => {
    expect(findProblems(two, both)).toEqual([]);
  });

  test("fails for a missing page", () => {
    const { TOKEN_LOST: _, ...others } = both;
    expect(findProblems(two, others)).toEqual(["TOKEN_LOST has no page."]);
  });

  test("fails for a page whose code is gone, that lacks a section and that the list leaves out", () => {
    expect(findProblems(two, { ...both, GONE: page("GONE", ["What you see"]) })).toEqual([
      "GONE.md is the page of no code.",
      `GONE.md has not the sections ${sections.join(", ")}.`,
      "README.md lists GONE 0 times.",
    ]);
  });

  test("fails for a code that no error has", () => {
    expect(
      findProblems({ ...two, used: findTexts({ "errors.ts": 'throw new FarError(late ? "REFUSED" : "OTHER"); // "TOKEN_LOST"' }) }, both),
    ).toEqual(["TOKEN_LOST is the code of no error."]);
  });

  test("finds a link that leads nowhere", () => {
    const text = "[a](runbooks/NOWHERE.md), [b](#what-is-refused), [c](ending.md#nothing), [d](runbooks/README.md), [e](https://a.b)";
    expect(findBrokenLinks("docs/ending.md", text)).toEqual([
      "docs/ending.md links to runbooks/NOWHERE.md, which is not there.",
      "docs/ending.md links to ending.md#nothing, which is not there.",
    ]);
  });
});
