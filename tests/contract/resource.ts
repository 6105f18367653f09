import { type DynamicProvider, ProviderError } from "../support/dynamicProvider.js";

type Values = Record<string, unknown>;

/** What the engine sends for a value that is not known yet, one of each kind. */
export const notKnown = {
  text: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  list: "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  object: "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  boolean: "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
};

/** One resource as the engine keeps it: id, inputs and outputs go from verb to verb. */
export class Resource {
  id = "";
  inputs: Values = {};
  outs: Values = {};

  constructor(private readonly provider: DynamicProvider) {}

  /** The checked inputs; anything wrong with them is an error that names it. */
  async check(args: Values): Promise<Values> {
    const { inputs, failures } = await this.provider.check(this.inputs, args);
    if (failures.length > 0) throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    return inputs;
  }

  /** What the engine would do about these args, after check. */
  async diff(args: Values): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    return this.provider.diff(this.id, this.outs, await this.check(args));
  }

  /** Check, then create or update. What a failure leaves behind is kept, as the engine keeps it. */
  async up(args: Values): Promise<this> {
    const news = await this.check(args);
    try {
      const made = this.id === "" ? await this.provider.create(news) : await this.provider.update(this.id, this.outs, news);
      return Object.assign(this, { inputs: news }, made);
    } catch (error) {
      if (error instanceof ProviderError && error.initFailure) {
        const { id, properties } = error.initFailure;
        Object.assign(this, { id, outs: properties, inputs: this.id === "" ? news : this.inputs });
      }
      throw error;
    }
  }

  /** False when the thing is gone. */
  async refresh(): Promise<boolean> {
    const { id, props, inputs } = await this.provider.read(this.id, this.outs);
    Object.assign(this, { id, outs: id === "" ? {} : props, inputs: id === "" ? {} : inputs });
    return id !== "";
  }

  async destroy(): Promise<void> {
    await this.provider.delete(this.id, this.outs);
  }
}
