import { DynamicProvider, type ProviderError } from "../support/dynamicProvider.js";

/** A provider's process, and everything that it gives to the engine or to a person. */
export interface WatchedProvider {
  provider: DynamicProvider;
  given: object[];
  printed: () => string;
}

/** Starts the process; it is stopped like any other. */
export async function startWatched(handler: string, environment: Record<string, string>): Promise<WatchedProvider> {
  const process = await DynamicProvider.start(handler, environment);
  const given: object[] = [];
  const provider = new Proxy(process, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const answer = Reflect.apply(member, target, args) as Promise<object>;
        answer?.then?.(
          (result) => given.push(result ?? {}),
          (error: ProviderError) => given.push({ message: error.message, stack: error.stack, failure: error.initFailure }),
        );
        return answer;
      };
    },
  });
  return { provider, given, printed: () => process.printed };
}

/** Paths at which one of the spellings of a secret stands. */
export function findSpellings({ given, printed }: WatchedProvider, spellings: readonly string[]): string[] {
  const found: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value === "string" && spellings.some((spelling) => value.includes(spelling))) found.push(path);
    if (typeof value === "object" && value !== null) for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`);
  };
  look(given, "given");
  look(printed(), "printed");
  return found;
}
