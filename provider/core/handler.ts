import { presentable } from "./context.js";
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
  /** No verb of the engine: holds a declaration to the live thing where there is no stack. Throws when that cannot be told. */
  inspect(declared: JsonObject): Promise<Inspection>;
}

/** A declaration beside the live thing. */
export interface Inspection {
  /** What is wrong with the declaration itself; then nothing was asked. */
  failures: Failure[];
  /** False: it does not exist. */
  exists: boolean;
  /** Canonical. */
  inputs: JsonObject;
  /** Live values under the names of inputs and outputs. */
  live: JsonObject;
  /** What differs; `declared` and `live` are undefined for what is no input. */
  differences: { property: string; declared: unknown; live: unknown }[];
}

/** Every verb throws presentable errors only: no secret, one line. */
export function guarded(handler: Handler): Handler {
  const guard =
    <Arguments extends unknown[], Result>(verb: (...args: Arguments) => Promise<Result>) =>
    (...args: Arguments) =>
      verb(...args).catch((error: unknown) => {
        throw error instanceof Error && "properties" in error ? error : presentable(error);
      });
  return {
    check: guard(handler.check),
    diff: guard(handler.diff),
    create: guard(handler.create),
    read: guard(handler.read),
    update: guard(handler.update),
    delete: guard(handler.delete),
    inspect: guard(handler.inspect),
  };
}
