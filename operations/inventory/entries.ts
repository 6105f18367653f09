import { dirname, resolve } from "node:path";
import { z } from "zod";
import { isJsonObject, type JsonObject } from "../../provider/core/values.js";
import { positions } from "../../provider/failover/configuration.js";
import { openDocument } from "./document.js";
import { InventoryError, type Problem } from "./problems.js";

/** One entry of a list, before its resource has judged it. */
export interface Entry {
  name: string;
  expectedOnline: (typeof positions)[number] | undefined;
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

const Resource = z.looseObject({ name: Name });
const Pair = Resource.extend({
  expectedOnline: z.enum(positions, 'expected "main" or "backup": who is to be online, if that matters').optional(),
});

const lists = { pairs: Pair, virtualIps: Resource, sharedHostnameRecords: Resource };
export type ListName = keyof typeof lists;

const list = <Item extends z.ZodType>(item: Item) => z.array(item, "expected a list").default([]);
const Inventory = z.strictObject(
  {
    schemaVersion: z.literal(1, "expected 1, the version of this format"),
    pairs: list(Pair),
    virtualIps: list(Resource),
    sharedHostnameRecords: list(Resource),
  },
  { error: (issue) => (issue.code === "invalid_type" ? "expected schemaVersion: 1 and a list of pairs" : undefined) },
);

/** Inputs that are paths: in a file they are meant from the file's own folder. */
const pathKeys = new Set(["caFile", "tokenFile", "keyFile", "secretFile"]);

/** The lists of an inventory. Throws an InventoryError for everything that is wrong with its outer form. */
export function openInventory(text: string, file: string) {
  const { value, lineOf } = openDocument(text, file);
  const result = Inventory.safeParse(value);
  if (!result.success) throw new InventoryError(file, result.error.issues.flatMap(toProblems), lineOf);
  const folder = dirname(resolve(file));
  const entriesOf = (kind: ListName) =>
    result.data[kind].map((item, index): Entry => {
      const { name, expectedOnline, ...declared } = item as z.infer<typeof Pair>;
      const own = kind === "pairs" ? {} : { ...(expectedOnline === undefined ? {} : { expectedOnline }) };
      return {
        name,
        expectedOnline: kind === "pairs" ? expectedOnline : undefined,
        declared: fromFolder({ ...declared, ...own }, folder) as JsonObject,
        path: [kind, index],
      };
    });
  const entries = {
    pairs: entriesOf("pairs"),
    virtualIps: entriesOf("virtualIps"),
    sharedHostnameRecords: entriesOf("sharedHostnameRecords"),
  };
  const all = Object.values(entries);
  const problems = all.every(({ length }) => length === 0)
    ? [{ path: [], reason: "it names nothing to look at. Add at least one pair, virtual IP or record." }]
    : all.flatMap(findSameNames);
  if (problems.length > 0) throw new InventoryError(file, problems, lineOf);
  return { entries, lineOf };
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path as Problem["path"];
  if (issue.code !== "unrecognized_keys") return [{ path, reason: issue.message }];
  const known = Object.keys(Inventory.shape).join(", ");
  return issue.keys.map((key) => ({ path: [...path, key], reason: `expected one of ${known}` }));
}

function findSameNames(entries: readonly Entry[]): Problem[] {
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
