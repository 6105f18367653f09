import { readFile } from "node:fs/promises";
import { reasonOf } from "../provider/core/errors.js";
import type { Failure } from "../provider/core/inputs.js";
import type { JsonObject } from "../provider/core/values.js";
import type { Position } from "../provider/failover/configuration.js";
import { type Fault, InventoryError } from "./inventory/document.js";
import { type Entry, findLiteralSecrets, openInventory } from "./inventory/entries.js";
import { connectionsOf, type PairTarget } from "./pairTarget.js";
import type { AnyResource } from "./registry.js";

export { InventoryError, type InventoryProblem } from "./inventory/document.js";

/** Pairs, virtual IPs and records that are declared in a file instead of a program. */
export interface Inventory {
  /** The file, as it was named to `readInventory`. */
  file: string;
  /** Everything that it declares, in the order of the registry and of the file. */
  entries: InventoryEntry[];
  /** The pairs among them. */
  pairs: InventoryPair[];
}

/** One declaration of an inventory. */
export interface InventoryEntry {
  /** What it is an entry of. */
  resource: AnyResource;
  /** Unique among the entries of its kind. */
  name: string;
  /** Canonical, files by their whole path; fits the resource's schema. */
  declared: JsonObject;
  /** Of a pair: who is expected to be online; undefined: no expectation. */
  expectedOnline: Position | undefined;
}

/** One pair of an inventory; it can be used as a `PairTarget`. */
export interface InventoryPair extends InventoryEntry, PairTarget {}

/** Reads and parses an inventory file. Throws an InventoryError, also when the file cannot be read. */
export async function readInventory(file: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Inventory> {
  const bytes = await readFile(file, signal ? { signal } : {}).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new InventoryError(file, [{ path: [], reason: `it cannot be read (${reasonOf(error)}). Give a path that exists here.` }]);
  });
  return parseInventory(textOf(bytes, file), file);
}

/** Windows PowerShell 5 writes UTF-16 where it is not told otherwise; every other of its characters is a zero then. */
function textOf(bytes: Buffer, file: string): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.subarray(0, 1_000).includes(0);
  if (!isUtf16) return bytes.toString("utf8");
  throw new InventoryError(file, [{ path: [], reason: "it is UTF-16 text. Save it as UTF-8 (in PowerShell: Out-File -Encoding utf8)." }]);
}

/**
 * An inventory from YAML or JSON: `schemaVersion: 1`, and lists such as `pairs`, `virtualIps` and `sharedHostnameRecords`, whose entries
 * are the inputs of a resource and a `name`. Relative paths in it start at the folder of `file`. No Agent is asked.
 * Throws an InventoryError with every problem, each with line, path and cure; a literal token or DNS secret is one.
 */
export async function parseInventory(text: string, file: string): Promise<Inventory> {
  const { lists, lineOf } = openInventory(text, file);
  const judged = lists.map(({ resource, entries }) => judgeList(resource, entries));
  const problems = [...judged.flatMap((list) => list.problems), ...judged.flatMap((list) => list.conflicts)];
  if (problems.length > 0) throw new InventoryError(file, problems, lineOf);
  const entries = judged.flatMap((list) => list.judged);
  return { file, entries, pairs: entries.flatMap(pairOf) };
}

/** All entries of one list, each by itself and then beside the others that are well. */
function judgeList(resource: AnyResource, entries: readonly Entry[]) {
  const problems: Fault[] = [];
  const judged: (InventoryEntry & Pick<Entry, "path">)[] = [];
  for (const entry of entries) {
    const secrets = findLiteralSecrets(entry);
    const told = new Set(secrets.map(({ path }) => path.join(".")));
    const { inputs, failures } = resource.judge(entry.declared);
    problems.push(...secrets, ...failures.map((failure) => placed(entry, failure)).filter(({ path }) => !told.has(path.join("."))));
    const { name, expectedOnline, path } = entry;
    if (inputs) judged.push({ resource, name, declared: { ...inputs }, expectedOnline, path });
  }
  const found = resource.inventory?.conflicts?.(judged.map(({ name, declared }) => ({ name, inputs: declared }))) ?? [];
  return {
    problems,
    conflicts: found.flatMap(({ entry: index, ...failure }) => {
      const entry = judged[index];
      return entry ? [placed(entry, failure)] : [];
    }),
    judged: judged.map(({ path: _, ...entry }) => entry),
  };
}

function placed({ path }: Pick<Entry, "path">, { property, reason }: Failure): Fault {
  const steps = property === "" ? [] : property.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { path: [...path, ...steps], reason };
}

function pairOf(entry: InventoryEntry): InventoryPair[] {
  const { members } = entry.resource;
  return members?.arePair ? [{ ...entry, ...connectionsOf({ name: entry.name, ...members.of(entry.declared) }) }] : [];
}
