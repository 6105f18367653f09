import type { Output } from "@pulumi/pulumi";

/** Null where it was left out: state holds every input, and null for an absent one. */
type OrNull<Value> = undefined extends Value ? Exclude<Value, undefined> | null : Value;

/** What a program declared, to be read from the resource again: each input under its name. Some are outputs by themselves. */
export type InputsAsOutputs<Inputs, Outputs> = {
  readonly [Key in keyof Inputs as Key extends `__${string}` | keyof Outputs ? never : Key]-?: Output<OrNull<Inputs[Key]>>;
};

/** The names of all that a resource gives back. The engine fills only what was named from the start (sdk/nodejs/runtime/rpc.ts). */
export type Given<Inputs, Outputs> = Record<keyof InputsAsOutputs<Inputs, Outputs> | keyof Outputs | "warnings", undefined>;
