import type { z } from "zod";
import { presentable, say, type Verb, VerbContext } from "./context.js";
import { Declarations } from "./declarations.js";
import type { CommonInputs, Definition, Recorded } from "./definition.js";
import { differenceText, inputsToTell, interruption, leftLine, plannedInputs, withLeft } from "./difference.js";
import { RefusedError } from "./errors.js";
import { checkInputs } from "./inputs.js";
import { formatOwner, newGeneration, resourceOf } from "./owner.js";
import { guarded, type Judged, type Resource, tokenOf } from "./resource.js";
import {
  differingKeys,
  generationOf,
  inputsOf,
  type Keys,
  observedFacts,
  openState,
  recordedOf,
  refreshedState,
  stateOf,
  unfinishedState,
} from "./state.js";
import { containsUnknown, type JsonObject, knownOf, toJson, withoutAbsent } from "./values.js";

/**
 * Makes the six verbs of a dynamic provider from one resource's description. It alone knows what the engine does: unknowns,
 * state, partial failure, and that create is called again after a killed run, while the thing already exists.
 */
export function defineResource<
  Schema extends z.ZodObject,
  Observed extends object,
  Kind extends string = string,
  List extends string = never,
>(definition: Definition<Schema, Observed, Kind, List>): Resource<z.infer<Schema>, Kind, List> {
  type Inputs = z.infer<Schema>;
  type State = Recorded<Inputs, Observed>;
  const keys: Keys = {
    inputs: Object.keys(definition.inputs.shape),
    recorded: definition.recorded,
    outputs: Object.keys(definition.outputs.shape),
  };

  const declarations = new Declarations();

  const begin = (verb: Verb, inputs: CommonInputs, generation: string | null, time: Verb = verb): VerbContext => {
    const context = new VerbContext(verb, labelOf(definition.type, inputs), inputs.timeouts, definition.timeouts, time);
    context.generation = generation;
    context.owner = formatOwner(inputs.__owner, generation);
    return context;
  };

  /** Inputs that the schema has let through, with what follows from them. */
  const completedOf = (inputs: JsonObject) => toJson((definition.complete?.(inputs as Inputs) ?? inputs) as JsonObject);

  const judge = (declared: object): Judged<Inputs> => {
    const { inputs, failures } = checkInputs(definition.inputs, declared as JsonObject);
    return failures.length > 0 ? { inputs: undefined, failures } : { inputs: completedOf(inputs) as Inputs, failures: [] };
  };

  /** Live configuration under input names, as far as the program manages it. */
  const liveInputs = (inputs: JsonObject, observed: JsonObject) =>
    inputsOf(keys, stateOf(keys, inputs, observed, [], null)) as Partial<Inputs>;

  /** Whether these are inputs as an earlier check left them in state. */
  const isJudged = ({ __provider: _, ...olds }: JsonObject) =>
    !containsUnknown(olds) && checkInputs(definition.inputs, olds).failures.length === 0;

  const refuseFixed = (inputs: Inputs, live: Partial<Inputs>) => {
    const [failure] = definition.fixed?.(live, inputs) ?? [];
    if (failure) throw new RefusedError("FIXED_INPUT", `Updating ${definition.type}: ${failure.property}: ${failure.reason}`);
  };

  /** Converges; when it fails after something was written, the engine is told what exists, so that the next run carries on. */
  const finish = async (id: string, news: JsonObject, context: VerbContext, observed: Observed | undefined, state?: JsonObject) => {
    try {
      const inputs = news as Inputs;
      const converged = await definition.converge(inputs, observed, context, state && (recordedOf(state) as State));
      return stateOf(keys, news, { ...converged, __owner: news.__owner }, context.warnings, context.generation);
    } catch (error) {
      if (!context.begun) throw error;
      const shown = presentable(error);
      const seen = { ...(observed ? observedFacts(observed as JsonObject, state?.__owner) : state), ...context.facts };
      const partial = unfinishedState(keys, news, seen, state, context.warnings, context.generation);
      throw Object.assign(shown, { id, properties: toJson({ ...news, ...partial }), reasons: [shown.message] });
    }
  };

  const differencesIn = (declared: JsonObject, live: JsonObject) =>
    definition.differences?.(knownOf(declared) as Partial<Inputs>, withoutAbsent(live) as Partial<Observed>) ?? [];

  const resource: Resource<Inputs, Kind, List> = {
    type: definition.type,
    token: tokenOf(definition.type),
    drift: definition.drift,
    members: definition.members,
    inventory: definition.inventory,
    judge,
    differencesIn: (declared, live) => [...differencesIn(declared, live), ...interruption(live)],

    async check(olds, news) {
      const { __provider: _, ...declared } = news;
      const { inputs, failures } = checkInputs(definition.inputs, declared);
      if (failures.length > 0) return { inputs, failures };
      const completed = completedOf(inputs);
      const first = Object.keys(olds).length === 0;
      const isKnown = !containsUnknown(completed);
      const owner = (completed as CommonInputs).__owner;
      if (isJudged(olds)) declarations.addExisting(definition.id(olds as Inputs), owner);
      if (isKnown) declarations.add(definition.id(completed as Inputs), owner, first);
      // What is not known yet may turn out to be what it was.
      const known = knownOf(completed) as Partial<Inputs>;
      const conflicts = definition.conflicts?.(known) ?? [];
      if (!first) return { inputs: completed, failures: [...(definition.fixed?.(olds as Partial<Inputs>, known) ?? []), ...conflicts] };
      if (conflicts.length > 0 || !definition.preview || !isKnown) return { inputs: completed, failures: conflicts };
      const context = begin("check", completed as CommonInputs, null);
      context.isReplacement = declarations.isReplacement(definition.id(completed as Inputs), owner);
      return { inputs: completed, failures: await definition.preview(completed as Inputs, context) };
    },

    async diff(_id, olds, news) {
      const state = openState(definition.type, olds);
      const replaces = definition.replaces?.(recordedOf(state) as State, knownOf(news) as Partial<Inputs>) ?? [];
      const found = [...differencesIn(news, state).map(differenceText), ...(state.__superseded === true ? ["owner"] : [])];
      const differing = differingKeys(keys, state, news);
      const told = new Set([...inputsToTell(differing, keys.recorded, state, news), ...found]);
      const unfinished = state.__unfinished === true;
      if (told.size > 0) say(labelOf(definition.type, news), `differs from what is declared: ${[...told].join(", ")}`);
      if (unfinished) say(labelOf(definition.type, news), "an earlier change is not finished; `pulumi up` carries on");
      const changes = unfinished || found.length > 0 || differing.length > 0;
      return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && definition.createsBeforeReplacing !== true };
    },

    async create(news) {
      const inputs = news as Inputs;
      const generation = newGeneration();
      const context = begin("create", news, generation);
      const id = definition.id(inputs);
      const { __owner: owner } = news as CommonInputs;
      context.isReplacement = declarations.isReplacement(id, owner);
      declarations.addCreated(id, owner, generation);
      // Where nothing can be claimed, what stands there already is judged by converge.
      const observed = definition.claim && (await definition.observe(inputs, context));
      if (observed && definition.claim) {
        definition.claim(inputs, observed);
        // It is ours and exists, as after a killed run: whatever fails from here on, state must know of it.
        context.begun = true;
      }
      return { id, outs: await finish(id, news, context, observed) };
    },

    async read(id, props) {
      const state = openState(definition.type, props);
      const inputs = inputsOf(keys, state);
      const observed = await definition.observe(inputs as Inputs, begin("read", inputs, generationOf(state)), recordedOf(state) as State);
      if (!observed) return {};
      const refreshed = refreshedState(keys, state, observedFacts(observed as JsonObject, state.__owner));
      const live = inputsOf(keys, refreshed);
      // A fixed input that changed behind our back must show as drift, and check must not take it for the program's change.
      const declared = { ...live, ...(state.__declared as JsonObject) };
      for (const { property } of definition.fixed?.(declared as Partial<Inputs>, live as Partial<Inputs>) ?? []) {
        const key = property.split(".")[0] ?? property;
        live[key] = (state.__declared as JsonObject)[key] ?? state[key];
      }
      return { id, props: refreshed, inputs: live };
    },

    async update(id, olds, news) {
      const state = openState(definition.type, olds);
      const recorded = recordedOf(state) as State;
      const inputs = news as Inputs;
      const differing = differingKeys(keys, state, news);
      const generation = generationOf(state);
      const settled =
        state.__unfinished !== true && state.__superseded !== true && differencesIn(news, state).every(({ mayLast }) => mayLast);
      // What is to be finished, or put back from a state that must not stay, may take as long as making it anew.
      const context = begin("update", news, generation, settled ? "update" : "create");
      const recordedOnly = differing.filter((key) => keys.recorded.includes(key));
      if (recordedOnly.length > 0) await definition.verify?.(inputs, recorded, context);
      if (settled && differing.length > 0 && recordedOnly.length === differing.length) {
        return { outs: stateOf(keys, news, state, (state.warnings as string[] | undefined) ?? [], generation) };
      }
      const observed = await definition.observe(inputs, context, recorded);
      const live = observed && liveInputs(news, observedFacts(observed as JsonObject, state.__owner));
      if (live) refuseFixed(inputs, live);
      const planned = plannedInputs(differing, news, settled && live ? (live as JsonObject) : news, definition.leaves?.(differing) ?? []);
      context.left = planned.left;
      for (const key of planned.left) context.progress(leftLine(key));
      const outs = await finish(id, planned.inputs, context, observed, state);
      return { outs: withLeft(planned.left, outs, state) };
    },

    async delete(id, props) {
      const state = openState(definition.type, props);
      const context = begin("delete", inputsOf(keys, state), generationOf(state));
      const owner = (state.__declared as CommonInputs).__owner;
      context.isReplacement = declarations.isMadeAnew(id, owner, generationOf(state));
      context.isReplaced = context.isReplacement || declarations.isDeclaredElsewhere(id, owner);
      // State holds null for what is absent; a resource knows it as left out, as every other verb tells it.
      await definition.remove(recordedOf(withoutAbsent(state) as JsonObject) as State, context);
    },

    async inspect(declared) {
      const { inputs, failures } = judge(declared);
      if (!inputs) return { failures, exists: false, inputs: declared as JsonObject, live: {}, differences: [] };
      const completed = inputs as JsonObject;
      // Here nobody waits at a console: what is to be said is in the result.
      const context = new VerbContext("read", labelOf(definition.type, completed), undefined, definition.timeouts, "read", () => {});
      const observed = await definition.observe(inputs, context);
      if (!observed) return { failures, exists: false, inputs: completed, live: {}, differences: [] };
      const live = stateOf(keys, completed, observedFacts(observed as JsonObject, undefined), [], null);
      const differences = [
        ...differingKeys(keys, live, completed).map((property) => ({ property, declared: completed[property], live: live[property] })),
        ...differencesIn(completed, live),
      ];
      return { failures, exists: true, inputs: completed, live, differences };
    },
  };
  return guarded(resource);
}

/** `FailoverPair pair`: what the program calls it; the engine gives a dynamic provider no name. */
function labelOf(type: string, inputs: CommonInputs): string {
  return `${type} ${inputs.__owner === undefined ? "" : resourceOf(inputs.__owner).name}`.trimEnd();
}
