import type { Output } from "@pulumi/pulumi";

/** Null where it was left out: state holds every input, and null for an absent one. */
type OrNull<Value> = undefined extends Value ? Exclude<Value, undefined> | null : Value;

/** What every resource gives back beside its own. */
export interface CommonOutputs {
  /** What to know, one line each, from the last create or update. */
  warnings: string[];
}

/** What a program declared, to be read from the resource again: each input under its name. Some are outputs by themselves. */
type InputsAsOutputs<Inputs, Outputs> = {
  readonly [Key in keyof Inputs as Key extends `__${string}` | keyof Outputs ? never : Key]-?: Output<OrNull<Inputs[Key]>>;
};

type AsOutputs<Outputs> = { readonly [Key in keyof Outputs]: Output<Outputs[Key]> };

/** All that a resource gives back, described where its schemas describe it. */
export type ResourceProperties<Inputs, Outputs> = InputsAsOutputs<Inputs, Outputs> & AsOutputs<Outputs> & AsOutputs<CommonOutputs>;

/** The names of all that a resource gives back. The engine fills only what was named from the start (sdk/nodejs/runtime/rpc.ts). */
export type Given<Inputs, Outputs> = Record<keyof ResourceProperties<Inputs, Outputs>, undefined>;
