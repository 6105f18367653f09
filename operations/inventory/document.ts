import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, Parser, parseDocument } from "yaml";
import { FailoverError, oneLine, reasonOf } from "../../provider/core/errors.js";
import { redact } from "../../provider/core/redaction.js";
import { inventoryLists } from "../registry.js";

/** A problem by its place in the document. */
export interface Fault {
  path: readonly (string | number)[];
  /** One sentence that says what is wrong and what is expected. */
  reason: string;
  /** Where the path leads nowhere. */
  line?: number | undefined;
}

/** One thing that is wrong with an inventory. */
export interface InventoryProblem {
  /** 1-based; null when the file as a whole is meant. */
  line: number | null;
  /** As in `pairs[3].main.tokenEnv`; empty for the file as a whole. */
  path: string;
  /** What is wrong and what is expected, in one sentence. */
  reason: string;
  /** All of it in one line, beginning with the file. */
  text: string;
}

/** An inventory that cannot be used, with everything that is wrong with it. Code `INVENTORY_INVALID`. */
export class InventoryError extends FailoverError {
  /** Name of the class. */
  override readonly name = "InventoryError";
  /** Every problem, in the order of the file. */
  readonly problems: readonly InventoryProblem[];

  constructor(
    /** The file. */
    readonly file: string,
    problems: readonly Fault[],
    lineOf: (path: Fault["path"]) => number | undefined = () => undefined,
  ) {
    const shown = problems.map((problem) => described(file, problem, problem.line ?? lineOf(problem.path)));
    const count = shown.length === 1 ? "1 problem" : `${shown.length} problems`;
    super("INVENTORY_INVALID", `Reading inventory ${file}: ${count}. ${shown.map(({ text }) => text).join(" ")}`);
    this.problems = shown;
  }
}

function described(file: string, { path, reason }: Fault, line: number | undefined): InventoryProblem {
  const place = formatPath(path);
  const clean = `${oneLine(redact(reason)).replace(/\.$/, "")}.`;
  const text = [`${file}${line === undefined ? "" : `:${line}`}`, ...(place ? [place] : []), clean].join(": ");
  return { line: line ?? null, path: place, reason: clean, text: oneLine(redact(text)) };
}

function formatPath(path: Fault["path"]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${oneLine(step)}`)).join("");
}

/** A text larger than this was meant for something else. */
const longestText = 8 * 1024 * 1024;
/** Several hundred Agents may share what one anchor says; without any limit a small file could grow without end. */
const mostAliases = 100_000;

/** A YAML 1.2 document, of which JSON is a part; `<<` merges what an anchor says. Throws an InventoryError. */
export function openDocument(text: string, file: string): { value: unknown; lineOf: (path: Fault["path"]) => number | undefined } {
  const refuse = (reason: string, line?: number) => new InventoryError(file, [{ path: [], reason, line }]);
  if (text.length > longestText) throw refuse("expected at most 8 MiB of text. Give an inventory in YAML or JSON.");
  const lines = new LineCounter();
  const source = text.replace(/^\ufeff/, "");
  if (!isShallowSource(source)) throw refuse(tooDeep);
  const document = parseDocument(source, { lineCounter: lines, merge: true, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw refuse(`it is no YAML and no JSON: ${oneLine(error.message)}`, lines.linePos(error.pos[0]).line);
  const lineOf = (path: Fault["path"]) => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  try {
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    if (!isShallow(value)) throw refuse(tooDeep);
    return { value, lineOf };
  } catch (error) {
    if (error instanceof InventoryError) throw error;
    // An anchor that merges itself goes in circles before there is anything to look at.
    if (error instanceof RangeError) throw refuse(tooDeep);
    throw refuse(`it is no YAML and no JSON: ${reasonOf(error)}`);
  }
}

/** An inventory nests a handful of levels. */
const deepestNesting = 32;
const lists = new Intl.ListFormat("en-GB").format(inventoryLists.map(({ list }) => list));
const tooDeep = `it is nested more than ${deepestNesting} levels, or an anchor contains itself. Give ${lists} as lists of entries.`;

/** Told from the tokens, level by level: what composes them calls itself for each, and where its stack ends Node.js may end, too. */
function isShallowSource(source: string): boolean {
  let level: unknown[] = [...new Parser().parse(source)];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestTokens) return false;
    level = level.flatMap((token) => (typeof token === "object" && token !== null ? innerTokens(token) : []));
  }
  return true;
}

/** A document, the collections of each level, and their items. */
const deepestTokens = 2 * deepestNesting + 10;

const innerTokens = ({ value, items }: { value?: unknown; items?: { key?: unknown; value?: unknown }[] }): unknown[] => [
  ...(typeof value === "object" ? [value] : []),
  ...(items ?? []).flatMap((item) => [item.key, item.value]),
];

function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth < deepestNesting && Object.values(value).every((inner) => isShallow(inner, depth + 1));
}

/** Where the path leads: to a key, or to an item of a list. What is missing stands nowhere; then the nearest thing around it does. */
function offsetOf(document: Document.Parsed, path: Fault["path"]): number | undefined {
  let offset: number | undefined;
  let node: unknown = document.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const found = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (!found || !isScalar(found.key)) return offset;
      offset = found.key.range?.[0] ?? offset;
      node = found.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else return offset;
  }
  return offset;
}
