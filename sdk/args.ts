import type { Input } from "@pulumi/pulumi";

/** A declared value in which every part may be an output of another resource. */
type Declared<Value> = Value extends string | number | boolean | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? Input<Declared<Item>>[]
    : { [Key in keyof Value]: Input<Declared<Value[Key]>> };

/** What a program gives for a schema's inputs: the same fields, each an Input. Hidden inputs are the sdk's own. */
export type Args<Inputs> = { [Key in keyof Inputs as Key extends `__${string}` ? never : Key]: Input<Declared<Inputs[Key]>> };
