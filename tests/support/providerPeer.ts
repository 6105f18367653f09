export type Values = Record<string, unknown>;

/** What create and update leave behind when they fail after something exists. */
export interface InitFailure {
  id: string;
  properties: Values;
  reasons: string[];
}

/** An error as the engine gets it. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly initFailure: InitFailure | undefined,
  ) {
    super(message);
  }
}

/** The provider as a test reaches it. */
export interface ProviderPeer {
  /** Everything that it wrote. */
  readonly stderr: string;
  readonly stdout: string;
  check(olds: Values, news: Values): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }>;
  diff(id: string, olds: Values, news: Values): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }>;
  create(news: Values): Promise<{ id: string; outs: Values }>;
  /** `id` is empty when the thing is gone. */
  read(id: string, props: Values): Promise<{ id: string; props: Values; inputs: Values }>;
  update(id: string, olds: Values, news: Values): Promise<{ outs: Values }>;
  delete(id: string, props: Values): Promise<void>;
  /** As if it were killed: whatever it is doing ends there. */
  stop(): void;
}
