import { StateError } from "./errors.js";
import { formatOwner, isSuperseded } from "./owner.js";
import { isUnknown, type JsonObject, sameValue, toJson } from "./values.js";

/** The version of what stands in state. Every older one must stay readable: add a step to `upgrades`, never change one. */
export const schemaVersion = 2;

/** Step n brings state of version n + 1 to version n + 2. */
const upgrades: ReadonlyArray<(state: JsonObject) => JsonObject> = [
  // What was made before there were generations has none.
  (state) => ({ ...state, __generation: null }),
];

/** The keys of a resource by what a change of them means. */
export interface Keys {
  /** All inputs. */
  inputs: readonly string[];
  /** Inputs that are only recorded. */
  recorded: readonly string[];
  /** Outputs that are no inputs. */
  outputs: readonly string[];
}

/** State as it was stored, brought to this version. */
export function openState(type: string, stored: JsonObject): JsonObject {
  const version = stored.schemaVersion;
  if (version === undefined || version === null) {
    throw new StateError(
      "NOT_OUR_STATE",
      `Reading ${type}: this is no state of a ${type} resource. ${type}.get and import are not supported; declare the resource, ` +
        'and a pair that exists is taken over with adopt: "matching".',
    );
  }
  if (typeof version !== "number" || version > schemaVersion || version < 1) {
    throw new StateError(
      "STATE_TOO_NEW",
      `Reading ${type}: its state has schema version ${String(version)}, this package knows up to ${schemaVersion}. ` +
        "Install the version of pulumi-dataminer-failover that wrote it, or a newer one.",
    );
  }
  return upgrades.slice(version - 1).reduce((state, upgrade) => upgrade(state), stored);
}

/** Which configuration inputs the program manages: what it leaves out is not compared. */
function isManaged(declared: unknown, key: string): boolean {
  return ((declared as JsonObject | null | undefined)?.[key] ?? null) !== null;
}

const isConfiguration = (keys: Keys, key: string) => !keys.recorded.includes(key);

/** The configuration among the inputs: no connection, no token. */
function configurationOf(keys: Keys, inputs: JsonObject): JsonObject {
  return pick(inputs, (key) => keys.inputs.includes(key) && isConfiguration(keys, key));
}

/** What goes into state: recorded inputs as declared, managed configuration and outputs as observed, null for what is absent. */
export function stateOf(
  keys: Keys,
  inputs: JsonObject,
  observed: JsonObject,
  warnings: readonly string[],
  generation: string | null,
): JsonObject {
  const declared = configurationOf(keys, inputs);
  const state: JsonObject = {};
  for (const key of keys.inputs) {
    const live = isConfiguration(keys, key) ? observed[key] : inputs[key];
    state[key] = isManaged(inputs, key) ? live : null;
  }
  for (const key of keys.outputs) state[key] = observed[key] ?? null;
  return toJson({ ...absentAsNull(state), warnings, __declared: declared, __generation: generation, __unfinished: false, schemaVersion });
}

/**
 * State after a create or update that failed after its first write. An update keeps what was applied before it beside what it
 * was to apply: each part of that may stand there or not.
 */
export function unfinishedState(
  keys: Keys,
  inputs: JsonObject,
  seen: JsonObject,
  before: JsonObject | undefined,
  warnings: readonly string[],
  generation: string | null,
): JsonObject {
  // Of what was never seen, what was declared must stand in for it: read and delete know the thing by its state alone.
  const known = before ? seen : { ...configurationOf(keys, inputs), ...seen };
  const state: JsonObject = { ...stateOf(keys, inputs, known, warnings, generation), __unfinished: true };
  return toJson(before ? { ...state, __declared: before.__declared, __attempted: state.__declared } : state);
}

/** State after a read: as `stateOf`, with everything carried over that only a write may change. */
export function refreshedState(keys: Keys, recorded: JsonObject, observed: JsonObject): JsonObject {
  const inputs = { ...pick(recorded, (key) => keys.recorded.includes(key)), ...(recorded.__declared as JsonObject) };
  const generation = generationOf(recorded);
  const state = stateOf(keys, inputs, observed, (recorded.warnings as string[] | null) ?? [], generation);
  const { __unfinished, __attempted } = recorded;
  const isTakenOver =
    observed.isDisowned === true || ownersOf(recorded).some((owner) => isSuperseded(owner, observed.storedOwner as string | null));
  return toJson({
    ...state,
    ...(isTakenOver ? { __superseded: true } : {}),
    ...(__unfinished === true ? { __attempted, __unfinished } : {}),
  });
}

/** Whom what the state stands for may be stored as: the owner that an unfinished update was to set, and the one last applied. */
export function ownersOf({ __declared, __attempted, __generation }: JsonObject): string[] {
  const names = [__attempted, __declared].map((inputs) => (inputs as JsonObject | null | undefined)?.__owner as string | null | undefined);
  return names.flatMap((name) => formatOwner(name ?? undefined, __generation as string | null | undefined) ?? []);
}

/** State as a resource sees it. */
export function recordedOf(state: JsonObject): JsonObject {
  return {
    ...state,
    applied: state.__declared,
    attempted: state.__attempted ?? undefined,
    isUnfinished: state.__unfinished === true,
    owners: ownersOf(state),
  };
}

/** What was observed under the names of state; whose it is counts as recorded where that was not told. */
export function observedFacts({ owner, ...facts }: JsonObject, recordedOwner: unknown): JsonObject {
  const known = owner === undefined ? recordedOwner : owner;
  return known === undefined ? facts : { ...facts, __owner: known };
}

/** Which creation of the resource the state is of; null where an older version made it. */
export const generationOf = (state: JsonObject): string | null => (state.__generation as string | null | undefined) ?? null;

/** The inputs that stand behind a state: what is recorded, and the live values of what is managed. */
export function inputsOf(keys: Keys, state: JsonObject): JsonObject {
  return pick(
    state,
    (key, value) => keys.inputs.includes(key) && value !== null && (!isConfiguration(keys, key) || isManaged(state.__declared, key)),
  );
}

/** Keys whose declared value differs from the live or recorded one, or that the program has begun or ceased to manage. */
export function differingKeys(keys: Keys, state: JsonObject, declared: JsonObject): string[] {
  const before = inputsOf(keys, state);
  const ceased = (key: string) => isConfiguration(keys, key) && isManaged(state.__declared, key) && !isManaged(declared, key);
  return keys.inputs.filter((key) => isUnknown(declared[key]) || ceased(key) || !sameValue(before[key], declared[key]));
}

function pick(from: JsonObject, wanted: (key: string, value: unknown) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key, value]) => wanted(key, value)));
}

function absentAsNull(state: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, value ?? null]));
}
