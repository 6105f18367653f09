import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { apiCodes } from "../provider/agent/contract.js";

interface Codes {
  /** Codes that an error of ours is made with. */
  made: Set<string>;
  /** Pages that a class names for all its codes: those are the product's and its host's. */
  shared: Set<string>;
  /** Codes of our errors that are no text in the source, as they stand there. */
  computed: Set<string>;
}
type Pages = Record<string, string>;

const folder = "docs/runbooks";
const sections = ["What you see", "What it means", "What to do"];

function findCodes(sources: Record<string, string>): Codes {
  const trees = Object.entries(sources).map(([file, source]) => ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  const nodes = trees.flatMap((tree) => [...nodesOf(tree)]);
  const classes = nodes.filter(ts.isClassDeclaration);
  const ours = new Map<string, ts.ClassDeclaration>();
  let known = -1;
  while (known !== ours.size) {
    known = ours.size;
    for (const found of classes) {
      const name = found.name?.text ?? "";
      if (name === "FailoverError" || ours.has(baseOf(found))) ours.set(name, found);
    }
  }
  const codes: Codes = { made: new Set(), shared: new Set(), computed: new Set() };
  for (const node of nodes) {
    if (ts.isNewExpression(node)) {
      const made = ours.get(node.expression.getText());
      const page = made && sharedPageOf(made);
      const own = made && ownCodeOf(made);
      if (page !== undefined) codes.shared.add(page);
      else if (own !== undefined) codes.made.add(own);
      else if (made) for (const text of textsOf(node.arguments?.[0])) (text.isLiteral ? codes.made : codes.computed).add(text.value);
    } else if (ts.isTypeAliasDeclaration(node) && node.name.text.endsWith("RefusalCode") && ts.isUnionTypeNode(node.type)) {
      for (const member of node.type.types) codes.made.add(member.getText().slice(1, -1));
    }
  }
  return codes;
}

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

const baseOf = ({ heritageClauses }: ts.ClassDeclaration): string => heritageClauses?.[0]?.types[0]?.expression.getText() ?? "";

/** The page that the class's own `runbook` answers with. */
function sharedPageOf({ members }: ts.ClassDeclaration): string | undefined {
  const getter = members.find((member) => ts.isGetAccessorDeclaration(member) && member.name.getText() === "runbook");
  const answer = getter && [...nodesOf(getter)].find(ts.isReturnStatement)?.expression;
  return answer && ts.isStringLiteral(answer) ? answer.text : undefined;
}

/** The one code that the class's own constructor gives each of its errors. */
function ownCodeOf({ members }: ts.ClassDeclaration): string | undefined {
  const own = members.find(ts.isConstructorDeclaration);
  const call = own && [...nodesOf(own)].find((node) => ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword);
  const code = call && ts.isCallExpression(call) ? call.arguments[0] : undefined;
  return code && ts.isStringLiteral(code) ? code.text : undefined;
}

function textsOf(code: ts.Expression | undefined): { value: string; isLiteral: boolean }[] {
  if (code && ts.isConditionalExpression(code)) return [...textsOf(code.whenTrue), ...textsOf(code.whenFalse)];
  if (code && ts.isStringLiteralLike(code)) return [{ value: code.text, isLiteral: true }];
  return [{ value: code?.getText() ?? "nothing", isLiteral: false }];
}

/** One line for each thing that is wrong with the pages of docs/runbooks. */
function findProblems({ made, shared }: Codes, pages: Pages): string[] {
  const { README: list = "", ...rest } = pages;
  const codes = new Set([...made, ...shared]);
  const missing = [...codes].filter((code) => rest[code] === undefined).map((code) => `${code} has no page.`);
  const stray = Object.keys(rest).filter((page) => !codes.has(page));
  return [
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
const codes = findCodes(Object.fromEntries(sourceFiles.map((file) => [file, readFileSync(file, "utf8")])));
const pageFiles = readdirSync(folder).filter((file) => file.endsWith(".md"));
const pages: Pages = Object.fromEntries(pageFiles.map((file) => [file.slice(0, -3), readFileSync(`${folder}/${file}`, "utf8")]));

describe("the runbooks", () => {
  test("have one page for each code of an error, and no page for a code that is gone", () => {
    expect(codes.made).toContain("BACKUP_IS_ONLINE");
    expect(codes.made).toContain("TLS_NOT_TRUSTED");
    expect(codes.shared).toEqual(new Set(["AGENT_REFUSED", "OPERATION_FAILED"]));
    expect(findProblems(codes, pages)).toEqual([]);
  });

  test("miss no code that is made of something else than a text", () => {
    // A refused ending or switch has a code of EndingRefusalCode or SwitchRefusalCode; an error that is shown again keeps the code it had.
    expect([...codes.computed].sort()).toEqual(["error.code", "first.code", "plan.code"]);
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
  const two: Codes = { made: new Set(["TOKEN_LOST"]), shared: new Set(["REFUSED"]), computed: new Set() };
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

  test("finds codes in every error class of ours, in either branch of a condition, and in the refusals of an ending", () => {
    const source = `
      class FailoverError extends Error {}
      class NearError extends FailoverError {}
      class FarError extends NearError { override get runbook() { return "FAR"; } }
      class OneError extends NearError { constructor(file) { super("G", file); } }
      type EndingRefusalCode = "A" | "B";
      throw new NearError(late ? "C" : "D", "text");
      throw new FarError(409, "E", "text");
      throw new TypeError("F");
      throw new OneError(file);
      throw new FailoverError(seen.code, "text");`;
    const found = findCodes({ "errors.ts": source });
    expect({ made: [...found.made], shared: [...found.shared], computed: [...found.computed] }).toEqual({
      made: ["A", "B", "C", "D", "G"],
      shared: ["FAR"],
      computed: ["seen.code"],
    });
  });

  test("finds a link that leads nowhere", () => {
    const text = "[a](runbooks/NOWHERE.md), [b](#what-is-refused), [c](ending.md#nothing), [d](runbooks/README.md), [e](https://a.b)";
    expect(findBrokenLinks("docs/ending.md", text)).toEqual([
      "docs/ending.md links to runbooks/NOWHERE.md, which is not there.",
      "docs/ending.md links to ending.md#nothing, which is not there.",
    ]);
  });
});
