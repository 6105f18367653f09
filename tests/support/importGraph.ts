import { posix } from "node:path";
import { ownDoors } from "./houseRules.js";
import { findImports } from "./imports.js";

/** A file of the house with what it says. */
export interface SourceFile {
  readonly file: string;
  readonly source: string;
}

/** What each file brings in: files of the house by their paths, packages by their names. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** `values`: without what is gone from the built JavaScript. */
export function importGraph(files: readonly SourceFile[], which: "all" | "values"): ImportGraph {
  const known = new Set(files.map(({ file }) => file));
  const find = (file: string, target: string) => {
    const path = target.startsWith(".") ? posix.join(posix.dirname(file), target) : ownDoors[target];
    return path === undefined ? packageIn(target) : findFile(path, known);
  };
  const brought = ({ file, source }: SourceFile) =>
    findImports(file, source)
      .filter(({ typeOnly }) => which === "all" || !typeOnly)
      .flatMap(({ target = "" }) => find(file, target));
  return new Map(files.map((each) => [each.file, [...new Set(brought(each))]]));
}

function findFile(path: string, known: ReadonlySet<string>): string[] {
  const base = path.replace(/\.[cm]?[jt]s$/, "");
  return [`${base}.ts`, `${base}.mts`, `${base}.tsx`, `${base}/index.ts`].filter((candidate) => known.has(candidate)).slice(0, 1);
}

function packageIn(target: string): string[] {
  const name = /^(@[^/]+\/)?[^/]+/.exec(target)?.[0];
  return name === undefined || name.startsWith("node:") ? [] : [name];
}

/** Files that bring each other in, circle by circle: the strongly connected parts of the graph, as Tarjan finds them. */
export function findCircles(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const numbers = new Map<string, number>();
  const open: string[] = [];
  /** The lowest number that the file leads back to. */
  const visit = (file: string): number => {
    const number = numbers.size;
    let lowest = number;
    numbers.set(file, number);
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!numbers.has(next)) lowest = Math.min(lowest, visit(next));
      else if (open.includes(next)) lowest = Math.min(lowest, numbers.get(next) ?? number);
    }
    if (lowest === number) {
      const circle = open.splice(open.indexOf(file));
      if (circle.length > 1 || graph.get(file)?.includes(file)) circles.push(circle.sort());
    }
    return lowest;
  };
  for (const file of graph.keys()) if (!numbers.has(file)) visit(file);
  return circles;
}

/** Packages that some rooms may reach, however many files lie between; no others. Types do not count: they load nothing. */
export const reachRules: Readonly<Record<string, readonly string[]>> = {
  // The door ./dns is for programs that want a DNS client and nothing else.
  "provider/dns": ["dns-packet"],
};

/** The ways on which a room reaches a package that it may not, one for each: `a.ts > b.ts > zod`. */
export function findForbiddenReaches(graph: ImportGraph, room: string, allowed: readonly string[]): string[] {
  const ways = new Map<string, string>();
  const follow = (file: string, way: string): void => {
    if (ways.has(file)) return;
    ways.set(file, way);
    for (const next of graph.get(file) ?? []) follow(next, `${way} > ${next}`);
  };
  for (const file of graph.keys()) if (file.startsWith(`${room}/`)) follow(file, file);
  return [...ways].flatMap(([target, way]) => (graph.has(target) || allowed.includes(target) ? [] : way));
}
