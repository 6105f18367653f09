import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { findImports, type Import } from "./imports.js";

/** What a room may bring in from others, as values and as types only. A room may always use itself. */
interface RoomRule {
  readonly uses: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: "none";
}

/** A resource is a room of its own, and `index.ts` its door: other rooms come in by it, and its own files never do. */
const resourceRooms = ["provider/dmaAgent", "provider/failoverPair", "provider/sharedHostnameRecord", "provider/virtualIp"];

const everyRoomOfTheProvider = [
  "provider/core",
  "provider/failover",
  "provider/agent",
  "provider/dns",
  "provider/records",
  ...resourceRooms,
  "provider/index",
];
const everyRoomOfThePackage = [...everyRoomOfTheProvider, "simulator", "sdk", "operations", "cli"];

/** Who may import whom, from the ground up: a room names only rooms that stand in the lines before it. */
export const roomRules: Readonly<Record<string, RoomRule>> = {
  "provider/core": { uses: [] },
  "provider/failover": { uses: ["provider/core"], packages: "none" },
  "provider/agent": { uses: ["provider/core", "provider/failover"] },
  "provider/dns": { uses: ["provider/core"] },
  "provider/records": { uses: ["provider/core", "provider/dns"] },
  "provider/dmaAgent": { uses: ["provider/core", "provider/agent"] },
  "provider/failoverPair": { uses: ["provider/core", "provider/failover", "provider/agent"] },
  "provider/sharedHostnameRecord": { uses: ["provider/core", "provider/dns", "provider/records"] },
  "provider/virtualIp": { uses: ["provider/core", "provider/failover", "provider/agent", "provider/dns", "provider/records"] },
  "provider/index": { uses: ["provider/core", ...resourceRooms] },
  simulator: { uses: ["provider/core", "provider/failover", "provider/agent", "provider/dns"] },
  sdk: { uses: [], types: everyRoomOfTheProvider },
  operations: { uses: everyRoomOfTheProvider },
  cli: { uses: ["provider/core", "provider/failover", "operations"] },
  examples: { uses: ["sdk", "operations"] },
  bench: { uses: everyRoomOfThePackage },
  tools: { uses: [...everyRoomOfThePackage, "bench"] },
};

/** Files that may do what their room may not: one command runs the simulator. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  "cli/simulate.ts": ["simulator"],
};

/** Which rooms use which package; the longest name that fits counts, and one that is not here is nobody's. `types` widens the rule for `import type`. */
export const packageRules: Readonly<Record<string, { readonly rooms: readonly string[]; readonly types?: "anywhere" }>> = {
  "@hono/node-server": { rooms: ["cli", "simulator"] },
  "@pulumi/pulumi": { rooms: ["sdk", "examples"], types: "anywhere" },
  "@pulumi/pulumi/automation": { rooms: ["operations", "examples", "tools"] },
  commander: { rooms: ["cli"] },
  "dns-packet": { rooms: ["provider/dns"] },
  hono: { rooms: ["cli", "simulator"] },
  "playwright-core": { rooms: ["tools"] },
  "prom-client": { rooms: ["cli"] },
  selfsigned: { rooms: ["simulator"] },
  undici: { rooms: ["provider/agent"] },
  xmlbuilder: { rooms: ["cli"] },
  yaml: { rooms: ["operations"] },
  zod: { rooms: ["provider/core", "provider/agent", "provider/records", ...resourceRooms, "provider/index", "operations", "tools"] },
  "zod-openapi": { rooms: ["tools"] },
};

/** The npm packages that this house ships, by the folders that they are made of. The other folders are the repository's own. */
const shippedPackages = { "the library": ["sdk", "provider", "operations"], cli: ["cli"], simulator: ["simulator"] } as const;

const { compilerOptions } = JSON.parse(readFileSync("tsconfig.json", "utf8")) as { compilerOptions: { paths: Record<string, [string]> } };

/** The doors of these packages, as others and their users import them, and the file behind each. */
export const ownDoors: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([door, [file]]) => [door, posix.normalize(file)]),
);

const roomsOfShortFiles = ["sdk", "provider", "simulator", "cli", "operations"];
const longestFile = 250;

/** Each import of the file that its room may not have, as a line that names file, line, import and rule. */
export function findForbiddenImports(file: string, source: string): string[] {
  const room = roomOf(file);
  const rule = roomRules[room];
  if (!rule) return [`${file}: "${room}" is no room of the house. Its rooms are ${list(Object.keys(roomRules))}.`];
  return findImports(file, source).flatMap((brought) => {
    const broken = brokenRule(file, room, rule, brought);
    return broken ? [`${file}:${brought.line} imports ${brought.target ? `"${brought.target}"` : "a computed name"}: ${broken}.`] : [];
  });
}

/** What is wrong with the file itself: its name, its folder or its length. */
export function findMisshapen(file: string, source: string): string[] {
  const problems: string[] = [];
  if (/(^|\/)(utils?|helpers?)(\/|\.[cm]?tsx?$)/.test(file))
    problems.push(`${file}: name it after what it does; there is no utils or helpers.`);
  if (/(^|\/)types\.[cm]?tsx?$/.test(file)) problems.push(`${file}: put each type beside what uses it; there is no types.ts.`);
  if (/^provider\/(?!index\.)[^/]+$/.test(file))
    problems.push(`${file}: a room of the provider is a folder, and the door of a resource its index.ts.`);
  const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
  if (roomsOfShortFiles.includes(file.split("/")[0] ?? "") && lines > longestFile) {
    problems.push(`${file}: ${lines} lines, ${longestFile} at most. Look for the second concept in it.`);
  }
  return problems;
}

function brokenRule(file: string, room: string, rule: RoomRule, brought: Import): string | undefined {
  if (brought.target === undefined) return "an import names its target, so that it can be checked";
  const path = resolveInHouse(file, brought.target);
  if (path === undefined) return brokenPackageRule(room, rule, brought.target, brought.typeOnly);
  return brokenRoomRule(file, room, rule, path, brought) ?? brokenDoorRule(file, brought.target, path);
}

/** What is installed by itself finds another package by its name alone. */
function brokenDoorRule(file: string, target: string, path: string): string | undefined {
  const [from, to] = [packageOf(file), packageOf(path)];
  if (from === undefined || to === undefined) return undefined;
  if (target.startsWith(".")) return from === to ? undefined : `${from} imports ${to} by its name`;
  return from === to ? `${from} does not import itself by its name` : undefined;
}

function brokenRoomRule(file: string, room: string, rule: RoomRule, path: string, brought: Import): string | undefined {
  const target = roomOf(path);
  if (resourceRooms.includes(target)) {
    if (target === room) return isDoor(path) ? "a resource's own files do not come in by its door" : undefined;
    if (resourceRooms.includes(room)) return "no resource imports another";
    if ([...rule.uses, ...(rule.types ?? [])].includes(target) && !isDoor(path)) return `the inside of ${target} is that resource's alone`;
  }
  if (target === room) return undefined;
  if (rule.uses.includes(target) || exceptions[file]?.includes(target)) return undefined;
  if (brought.typeOnly && rule.types?.includes(target)) return undefined;
  const asTypes = rule.types ? `, and ${list(rule.types)} as types only` : "";
  return `${room} may use ${list(rule.uses)}${asTypes}`;
}

function brokenPackageRule(room: string, rule: RoomRule, target: string, typeOnly: boolean): string | undefined {
  if (target.startsWith("node:") || target.endsWith("/package.json")) return undefined;
  if (rule.packages === "none") return `${room} uses no package`;
  const name = Object.keys(packageRules)
    .filter((candidate) => target === candidate || target.startsWith(`${candidate}/`))
    .sort((a, b) => b.length - a.length)[0];
  const owned = name === undefined ? undefined : packageRules[name];
  if (!owned) return `no room may use ${target}`;
  if (owned.rooms.includes(room) || (typeOnly && owned.types === "anywhere")) return undefined;
  return `${name} ${owned.types ? "as a value " : ""}belongs to ${list(owned.rooms)}`;
}

/** The path in the house that an import leads to; undefined for a package. */
function resolveInHouse(file: string, target: string): string | undefined {
  return target.startsWith(".") ? posix.join(posix.dirname(file), target) : ownDoors[target];
}

function roomOf(path: string): string {
  const [top = "", second = "index"] = path.replace(/\.[cm]?[jt]sx?$/, "").split("/");
  return top === "provider" ? `provider/${second}` : top;
}

const packageOf = (path: string): string | undefined =>
  Object.entries(shippedPackages).find(([, folders]) => (folders as readonly string[]).includes(path.split("/")[0] ?? ""))?.[0];

const isDoor = (path: string): boolean => resourceRooms.some((room) => path.replace(/(\/index)?(\.[cm]?[jt]s)?$/, "") === room);

function list(names: readonly string[]): string {
  return names.length === 0 ? "no other room" : names.join(", ");
}
