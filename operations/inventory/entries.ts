import { dirname, resolve } from "node:path";
import { z } from "zod";
import { keepSecret } from "../../provider/core/redaction.js";
import { isJsonObject, type JsonObject } from "../../provider/core/values.js";
import { type Position, positions } from "../../provider/failover/configuration.js";
import { inventoryLists, kindText } from "../registry.js";
import { type Fault, InventoryError, openDocument } from "./document.js";

/** One entry of a list, before its resource has judged it. */
export interface Entry {
  name: string;
  expectedOnline: Position | undefined;
  /** Everything but what is the inventory's own; paths of files are absolute. */
  declared: JsonObject;
  /** Where it stands in the document. */
  path: readonly (string | number)[];
}

const Name = z
  .string("expected a name by which reports call it")
  .regex(
    /^[^\s\p{Cc}\p{Cf}]([^\p{Cc}\p{Cf}]{0,98}[^\s\p{Cc}\p{Cf}])?$/u,
    "expected a name of 1 to 100 characters on one line, by which reports call it",
  );

const Item = z.looseObject({ name: Name, expectedOnline: z.undefined('"expectedOnline" is no input here').optional() });
const Pair = Item.extend({
  expectedOnline: z.enum(positions, 'expected "main" or "backup": who is to be online, if that matters').optional(),
});

const listOf = (arePairs: boolean | undefined) => z.array<typeof Item | typeof Pair>(arePairs ? Pair : Item, "expected a list").default([]);
type Lists = Record<string, ReturnType<typeof listOf>>;
const lists: Lists = Object.fromEntries(inventoryLists.map(({ list, resource }) => [list, listOf(resource.members?.arePair)]));

const Inventory = z.strictObject(
  { schemaVersion: z.literal(1, "expected 1, the version of this format"), ...lists },
  { error: (issue) => (issue.code === "invalid_type" ? "expected schemaVersion: 1 and a list of pairs" : undefined) },
);

const kinds = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(
  inventoryLists.map(({ resource }) => kindText(resource.drift.kind)),
);

/** Inputs that are paths: in a file they are meant from the file's own folder. */
const pathKeys = new Set(["caFile", "tokenFile", "keyFile", "secretFile"]);

/** The entries of an inventory, list by list. Throws an InventoryError for everything that is wrong with its outer form. */
export function openInventory(text: string, file: string) {
  const { value, lineOf } = openDocument(text, file);
  const result = Inventory.safeParse(value);
  if (!result.success) throw new InventoryError(file, result.error.issues.flatMap(toProblems), lineOf);
  const folder = dirname(resolve(file));
  const given = z.object(lists).parse(result.data);
  const opened = inventoryLists.map(({ list, resource }) => {
    const entries = (given[list] ?? []).map(
      ({ name, expectedOnline, ...declared }, index): Entry => ({
        name,
        expectedOnline,
        declared: fromFolder(declared, folder) as JsonObject,
        path: [list, index],
      }),
    );
    return { resource, entries };
  });
  const problems = opened.every(({ entries }) => entries.length === 0)
    ? [{ path: [], reason: `it names nothing to look at. Add at least one ${kinds}.` }]
    : opened.flatMap(({ entries }) => findSameNames(entries));
  if (problems.length > 0) throw new InventoryError(file, problems, lineOf);
  return { lists: opened, lineOf };
}

function toProblems(issue: z.core.$ZodIssue): Fault[] {
  const path = issue.path as Fault["path"];
  if (issue.code !== "unrecognized_keys") return [{ path, reason: issue.message }];
  const known = Object.keys(Inventory.shape).join(", ");
  return issue.keys.map((key) => ({ path: [...path, key], reason: `expected one of ${known}` }));
}

function findSameNames(entries: readonly Entry[]): Fault[] {
  const seen = new Set<string>();
  return entries.flatMap(({ name, path }) => {
    if (seen.has(name))
      return [{ path: [...path, "name"], reason: `the name ${name} is taken already. Give each entry of a list its own.` }];
    seen.add(name);
    return [];
  });
}

function fromFolder(value: unknown, folder: string, key?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => fromFolder(item, folder));
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fromFolder(item, folder, name)]));
  return key !== undefined && pathKeys.has(key) && typeof value === "string" && value !== "" ? resolve(folder, value) : value;
}

/** Secrets that a program may give as an encrypted value. A file has no encryption, so there each one names its source instead. */
const sources: Readonly<Record<string, string>> = {
  token: "expected tokenEnv (the name of a variable) or tokenFile (a path), never the token itself: an inventory is no place for a secret",
  secret: "expected secretEnv (the name of a variable) or secretFile (a path), never the secret itself: an inventory is no place for one",
};

const tokenSources = ["tokenEnv", "tokenFile", "token"];

/** Literal secrets, and connections that say nothing of a token: the resource itself would advise the literal one, too. */
export function findLiteralSecrets(entry: Entry): Fault[] {
  return [...objectsIn(entry.declared, entry.path)].flatMap(({ path, object }) => [
    ...Object.entries(object).flatMap(([key, value]) => {
      const expected = sources[key];
      if (expected === undefined) return [];
      keepSecret(String(value));
      return [{ path: [...path, key], reason: `${expected}.` }];
    }),
    ...(isConnection(object) && !tokenSources.some((source) => source in object)
      ? [{ path: [...path, "tokenEnv"], reason: "expected tokenEnv (the name of a variable) or tokenFile (a path)." }]
      : []),
  ]);
}

const isConnection = (object: JsonObject): boolean => "host" in object;

function* objectsIn(value: unknown, path: Fault["path"]): Generator<{ path: Fault["path"]; object: JsonObject }> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* objectsIn(item, [...path, index]);
  } else if (isJsonObject(value)) {
    yield { path, object: value };
    for (const [key, item] of Object.entries(value)) yield* objectsIn(item, [...path, key]);
  }
}
