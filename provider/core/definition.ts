import type { z } from "zod";
import type { Context, DefaultTimeouts } from "./context.js";
import type { Difference } from "./difference.js";
import type { Timeouts } from "./fields.js";
import type { Failure } from "./inputs.js";
import type { InventoryPlace, Members, Resource } from "./resource.js";

/** Inputs that every resource has beside its own. */
export interface CommonInputs {
  timeouts?: Timeouts | undefined;
  /** `project/stack/name`, added by the sdk. */
  __owner?: string | undefined;
}

/** Who makes a resource, without the generation; undefined where no class of this package declares it. */
export const ownerNameOf = ({ __owner }: CommonInputs): string | undefined => __owner;

/** All names of a resource: the one that the program gives it, and those under which state knows it. */
export const ownersAs = (inputs: CommonInputs, recorded?: { readonly owners: readonly string[] }): string[] =>
  [ownerNameOf(inputs) ?? [], recorded?.owners ?? []].flat();

/** What `observe` may tell beside the resource's own facts. */
export interface Stored {
  /** Whose the thing is, without the generation; null: nobody's. Left out: as recorded. */
  owner?: string | null | undefined;
  /** Whom the thing is stored as, with its generation: a later one than ours is a difference that an update mends. */
  storedOwner?: string | null | undefined;
  /** What this creation made is stored as nobody's any more: a difference, too. */
  isDisowned?: boolean;
}

/** What earlier verbs left in state: inputs as they were last seen or recorded, and outputs. */
export type Recorded<Inputs, Observed> = Inputs &
  Partial<Observed> & {
    /** The configuration that was last applied. */
    readonly applied: Partial<Inputs>;
    /** The configuration that an unfinished update was to apply: each part of it may stand there or not. */
    readonly attempted: Partial<Inputs> | undefined;
    /** A create or update failed after its first write. */
    readonly isUnfinished: boolean;
    /**
     * Whom what this state stands for may be stored as, with the generation of this state: the owner that an unfinished update was to set,
     * and the one last applied.
     */
    readonly owners: readonly string[];
  };

/**
 * One resource, as its file describes it. `Inputs` is what a program declares, `Observed` the live facts: configuration under
 * the names of the inputs, and the outputs. Verbs, state, unknowns and drift are defineResource's.
 */
export interface Definition<
  Schema extends z.ZodObject,
  Observed extends object,
  Kind extends string = string,
  List extends string = never,
> {
  /** The resource's type, as lines and errors name it. */
  type: string;
  drift: Resource<object, Kind>["drift"];
  /** The two Agents that it depends on. Default: none. */
  members?: Members;
  /** Default: an inventory cannot declare it. */
  inventory?: InventoryPlace<z.infer<Schema>, List>;
  /** Strict; each field is described once, here. */
  inputs: Schema;
  /** Fills in values that follow from others; some may be unknown. */
  complete?(inputs: z.infer<Schema>): z.infer<Schema>;
  /** The outputs, each described once, here. Each is null in state when it is absent; `observe` and `converge` have to give them all. */
  outputs: z.ZodObject & z.ZodType<Partial<Observed>>;
  /** Inputs that say how to reach the Agents or what a later verb may do: a change is recorded and touches nothing. */
  recorded: readonly (keyof z.infer<Schema> & string)[];
  /** Inputs of which an update that names others writes nothing: a live value that no plan knew of is left, and told. Default: none. */
  leaves?(named: readonly string[]): (keyof z.infer<Schema> & string)[];
  /** Inputs whose change makes another thing of it; `declared` holds what is known so far. */
  replaces?(recorded: Recorded<z.infer<Schema>, Observed>, declared: Partial<z.infer<Schema>>): (keyof z.infer<Schema> & string)[];
  /** Whether the new thing is made before the old one goes. Default: the old one goes first. */
  createsBeforeReplacing?: boolean;
  /** Changes of identity that cannot be made, each with its cure: an error in check and in update. */
  fixed?(before: Partial<z.infer<Schema>>, after: Partial<z.infer<Schema>>): Failure[];
  /** What cannot stand beside another declaration of the same program, as far as it is known. Asked of each declaration, and of nothing else. */
  conflicts?(declared: Partial<z.infer<Schema>>): Failure[];
  timeouts: DefaultTimeouts;
  id(inputs: z.infer<Schema>): string;
  /** Judges a first declaration against the real world, when every input is known. Silence is no failure here. */
  preview?(inputs: z.infer<Schema>, context: Context): Promise<Failure[]>;
  /** The live facts; undefined when the thing is gone. Not being able to tell is an error. */
  observe(
    inputs: z.infer<Schema>,
    context: Context,
    recorded?: Recorded<z.infer<Schema>, Observed>,
  ): Promise<(Observed & Stored) | undefined>;
  /** Refuses at create what exists already and is not ours. */
  claim?(inputs: z.infer<Schema>, observed: Observed): void;
  /** Changes only the difference, waits, and returns what was read back. */
  converge(
    inputs: z.infer<Schema>,
    observed: Observed | undefined,
    context: Context,
    recorded?: Recorded<z.infer<Schema>, Observed>,
  ): Promise<Observed>;
  /** Holds a change of recorded inputs to what they must still reach. */
  verify?(inputs: z.infer<Schema>, recorded: Recorded<z.infer<Schema>, Observed>, context: Context): Promise<void>;
  /**
   * Differences that are no input, such as a state that must not stay, and what could not be told: nothing may be called clean that was
   * not seen. `declared` is what is known so far; `live` is as state has it, also that of an older version.
   */
  differences?(declared: Partial<z.infer<Schema>>, live: Partial<Observed>): Difference[];
  /** Gone already is success; safe to run twice; only what is owned. */
  remove(recorded: Recorded<z.infer<Schema>, Observed>, context: Context): Promise<void>;
}
