import { presentable } from "./context.js";
import type { Difference } from "./difference.js";
import type { Failure } from "./inputs.js";
import type { JsonObject } from "./values.js";

/** What the dynamic-provider process calls. */
export interface Handler {
  check(olds: JsonObject, news: JsonObject): Promise<{ inputs: JsonObject; failures: Failure[] }>;
  diff(id: string, olds: JsonObject, news: JsonObject): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(news: JsonObject): Promise<{ id: string; outs: JsonObject }>;
  read(id: string, props: JsonObject): Promise<{ id?: string; props?: JsonObject; inputs?: JsonObject }>;
  update(id: string, olds: JsonObject, news: JsonObject): Promise<{ outs: JsonObject }>;
  delete(id: string, props: JsonObject): Promise<void>;
}

/** The two Agents behind a resource: how they are is told with it. */
export interface Members {
  /** Their connections among its inputs, as a state or an inventory has them. */
  of(inputs: JsonObject): { main: unknown; backup: unknown };
  /** They make a pair, whose roles and health are told too. Otherwise only whether they answer counts. */
  readonly arePair: boolean;
}

/** Where an inventory declares a resource. */
export interface InventoryPlace<Inputs, List extends string> {
  /** The list of its entries. */
  readonly list: List;
  /** What cannot stand beside another entry of the list; `entry` is an index. */
  conflicts?(entries: readonly { name: string; inputs: Inputs }[]): (Failure & { entry: number })[];
}

/** One resource: the verbs of the engine, and what status, drift and inventories know it by. */
export interface Resource<Inputs extends object = object, Kind extends string = string, List extends string = string> extends Handler {
  /** As lines and errors name it: `FailoverPair`. */
  readonly type: string;
  /** By which the state of a stack names it, whatever the program calls it. */
  readonly token: string;
  readonly drift: {
    /** What a drift report calls such a resource. */
    readonly kind: Kind;
    /** What people call it. Default: as `kind`. */
    readonly text?: string;
  };
  /** Undefined: it depends on no Agent, or tells itself whether that answered. */
  readonly members: Members | undefined;
  /** Undefined: an inventory cannot declare it. */
  readonly inventory: InventoryPlace<Inputs, List> | undefined;
  /** Judges a declaration by itself: its schema and its rules. Asks nobody. */
  judge(declared: object): Judged<Inputs>;
  /** What differs and is no input; both sides as a state has them. */
  differencesIn(declared: JsonObject, live: JsonObject): Difference[];
  /** Holds a declaration to the live thing where there is no stack. Throws when that cannot be told. */
  inspect(declared: object): Promise<Inspection>;
}

/** A declaration in its canonical form, or everything that is wrong with it. */
export type Judged<Inputs> =
  | { readonly inputs: Inputs; readonly failures: readonly never[] }
  | { readonly inputs: undefined; readonly failures: readonly Failure[] };

/** A declaration beside the live thing. */
export interface Inspection {
  /** What is wrong with the declaration itself; then nothing was asked. */
  failures: readonly Failure[];
  /** False: it does not exist. */
  exists: boolean;
  /** Canonical. */
  inputs: JsonObject;
  /** Live values under the names of inputs and outputs. */
  live: JsonObject;
  differences: Difference[];
}

/** The type token of a dynamic resource of this package, as the sdk declares it. */
export const tokenOf = (type: string): string => `pulumi-nodejs:dynamic/dataminer:${type}`;

/** Every verb throws presentable errors only: no secret, one line. */
export function guarded<Guarded extends Resource>(resource: Guarded): Guarded {
  const guard =
    <Arguments extends unknown[], Result>(verb: (...args: Arguments) => Promise<Result>) =>
    (...args: Arguments) =>
      verb(...args).catch((error: unknown) => {
        throw error instanceof Error && "properties" in error ? error : presentable(error);
      });
  return {
    ...resource,
    check: guard(resource.check),
    diff: guard(resource.diff),
    create: guard(resource.create),
    read: guard(resource.read),
    update: guard(resource.update),
    delete: guard(resource.delete),
    inspect: guard(resource.inspect),
  };
}
