import { readFile } from "node:fs/promises";
import type { ConnectionDeclared } from "../provider/agent/connection.js";
import { reasonOf } from "../provider/core/errors.js";
import type { JsonObject } from "../provider/core/values.js";
import type { Position } from "../provider/failover/configuration.js";
import type { FailoverPairDeclared } from "../provider/failoverPair/index.js";
import { failoverPair, sharedHostnameRecord, virtualIp } from "../provider/index.js";
import type { SharedHostnameRecordDeclared } from "../provider/sharedHostnameRecord/index.js";
import type { VirtualIpDeclared } from "../provider/virtualIp/index.js";
import { type Entry, openInventory } from "./inventory/entries.js";
import { InventoryError, type Problem } from "./inventory/problems.js";
import { findLiteralSecrets } from "./inventory/secrets.js";
import { findSharedAddresses } from "./inventory/sharedAddresses.js";

export { InventoryError, type InventoryProblem } from "./inventory/problems.js";

/** Pairs and records that no stack has: what they are to be, written in a file. */
export interface Inventory {
  /** The file, as whoever asks calls it. */
  file: string;
  pairs: InventoryPair[];
  virtualIps: InventoryEntry<VirtualIpDeclared>[];
  sharedHostnameRecords: InventoryEntry<SharedHostnameRecordDeclared>[];
}

export interface InventoryEntry<Declared> {
  /** Unique among the entries of its kind. */
  name: string;
  /** Canonical, files by their whole path; fits the resource's schema. */
  declared: Declared;
}

/** A PairTarget too: its members as they are declared. */
export interface InventoryPair extends InventoryEntry<FailoverPairDeclared> {
  main: ConnectionDeclared;
  backup: ConnectionDeclared;
  /** Who is to be online; undefined: nobody in particular. */
  expectedOnline: Position | undefined;
}

const handlers = { pairs: failoverPair, virtualIps: virtualIp, sharedHostnameRecords: sharedHostnameRecord };
const kinds = Object.keys(handlers) as (keyof typeof handlers)[];

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
 * An inventory from YAML or JSON: `schemaVersion: 1`, and lists `pairs`, `virtualIps` and `sharedHostnameRecords`, whose entries are
 * the inputs of those resources and a `name`. Relative paths in it start at the folder of `file`. No Agent is asked.
 * Throws an InventoryError with every problem, each with line, path and cure; a literal token or DNS secret is one.
 */
export async function parseInventory(text: string, file: string): Promise<Inventory> {
  const opened = openInventory(text, file);
  const problems: Problem[] = [];
  const judged = { pairs: [], virtualIps: [], sharedHostnameRecords: [] } as Record<keyof typeof handlers, Judged[]>;
  for (const kind of kinds) {
    for (const entry of opened.entries[kind]) {
      const secrets = findLiteralSecrets(entry);
      problems.push(...secrets);
      const { inputs, failures } = handlers[kind].judge(entry.declared);
      const own = secrets.map(({ path }) => path.join("."));
      problems.push(...failures.map((failure) => placed(entry, failure)).filter(({ path }) => !own.includes(path.join("."))));
      if (inputs) judged[kind].push({ ...entry, declared: { ...inputs } });
    }
  }
  problems.push(...findSharedAddresses(judged.pairs));
  if (problems.length > 0) throw new InventoryError(file, problems, opened.lineOf);
  return {
    file,
    pairs: judged.pairs.map(({ name, expectedOnline, declared }) => pairOf(name, expectedOnline, declared)),
    virtualIps: judged.virtualIps.map(({ name, declared }) => ({ name, declared: declared as VirtualIpDeclared })),
    sharedHostnameRecords: judged.sharedHostnameRecords.map(({ name, declared }) => ({
      name,
      declared: declared as SharedHostnameRecordDeclared,
    })),
  };
}

type Judged = Entry & { declared: JsonObject };

function placed(entry: Entry, { property, reason }: { property: string; reason: string }): Problem {
  const steps = property === "" ? [] : property.split(".").map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return { path: [...entry.path, ...steps], reason };
}

function pairOf(name: string, expectedOnline: Position | undefined, declared: JsonObject): InventoryPair {
  const inputs = declared as FailoverPairDeclared & JsonObject;
  return { name, main: inputs.main, backup: inputs.backup, expectedOnline, declared: inputs };
}
