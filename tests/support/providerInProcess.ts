import { AsyncLocalStorage } from "node:async_hooks";
import { Socket } from "node:net";
import type { Clock } from "../../provider/core/clock.js";
import type { Handler } from "../../provider/core/resource.js";
import { type InitFailure, ProviderError, type ProviderPeer, type Values } from "./providerPeer.js";

/** Whose code is running: one process holds them all, and each has a world of its own. */
const running = new AsyncLocalStorage<ProviderInProcess>();

/**
 * The handlers of provider/index.ts from source, in the process of the test, for a run that counts which lines a test reaches.
 * It gives and takes what the provider's process does: values as JSON, `__provider` put back, errors as the engine gets them.
 * What it cannot do is what a process has once: certificates of its own (NODE_EXTRA_CA_CERTS) and another package on disk.
 */
export class ProviderInProcess implements ProviderPeer {
  readonly stdout = "";
  stderr = "";
  private readonly sockets = new Set<Socket>();
  private readonly killed = new AbortController();
  private readonly end: Promise<never>;

  private constructor(
    private readonly handler: Handler,
    readonly environment: Record<string, string>,
  ) {
    const { signal } = this.killed;
    this.end = new Promise((_, end) => signal.addEventListener("abort", () => end(signal.reason)));
    // Where nothing is under way it concerns nobody.
    this.end.catch(() => {});
  }

  static async start(name: string, environment: Record<string, string>): Promise<ProviderInProcess> {
    const own = Object.keys(environment).filter((variable) => variable.startsWith("NODE_"));
    if (own.length > 0) throw new Error(`${own.join(", ")} needs a process of its own.`);
    divide();
    // As a new process does, it begins with nothing that was said or declared before.
    const { vi } = await import("vitest");
    vi.resetModules();
    const [{ resources }, { systemClock }] = await Promise.all([import("../../provider/index.js"), import("../../provider/core/clock.js")]);
    hasten(systemClock);
    const handler: Handler | undefined = Object.entries(resources).find(([known]) => known === name)?.[1];
    if (!handler) throw new Error(`provider/index.ts has no ${name}.`);
    return new ProviderInProcess(handler, environment);
  }

  async check(olds: Values, news: Values): ReturnType<ProviderPeer["check"]> {
    const { inputs, failures } = await this.call((handler) => handler.check(asJson(olds), asJson(news)), { says: true });
    return { inputs: withProvider(inputs, news), failures };
  }

  diff(id: string, olds: Values, news: Values): ReturnType<ProviderPeer["diff"]> {
    return this.call((handler) => handler.diff(id, asJson(olds), asJson(news)), { says: true });
  }

  async create(news: Values): ReturnType<ProviderPeer["create"]> {
    const { id, outs } = await this.call((handler) => handler.create(asJson(news)));
    return { id, outs: withProvider(outs, news) };
  }

  async read(id: string, props: Values): ReturnType<ProviderPeer["read"]> {
    const read = await this.call((handler) => handler.read(id, asJson(props)), { says: true });
    return {
      id: read.id ?? "",
      props: withProvider(read.props, props),
      inputs: read.inputs ? withProvider(read.inputs, props) : {},
    };
  }

  async update(id: string, olds: Values, news: Values): ReturnType<ProviderPeer["update"]> {
    const { outs } = await this.call((handler) => handler.update(id, asJson(olds), asJson(news)));
    return { outs: withProvider(outs, news) };
  }

  async delete(id: string, props: Values): Promise<void> {
    await this.call((handler) => handler.delete(id, asJson(props)), { says: true });
  }

  /** Code cannot be killed, but it can be cut off: from here on it reaches nobody, and nobody hears of it. */
  stop(): void {
    this.killed.abort(new Error("It was stopped."));
    for (const socket of this.sockets) socket.destroy();
  }

  /** Called for every connection that is opened from within. */
  keep(socket: Socket): void {
    this.killed.signal.throwIfAborted();
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
  }

  /** `says`: Pulumi's process writes the errors of this verb to stderr, too. */
  private async call<Result>(verb: (handler: Handler) => Promise<Result>, { says = false } = {}): Promise<Result> {
    this.killed.signal.throwIfAborted();
    const done = running.run(this, () => verb(this.handler));
    try {
      return asJson(await Promise.race([done, this.end]));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (says) this.stderr += `${error}: ${error.stack}\n`;
      throw new ProviderError(error.message, initFailureOf(error));
    }
  }
}

/** As the engine does, leaves out what is undefined. */
const asJson = <Value>(value: Value): Value => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

const withProvider = (result: Values | undefined, { __provider }: Values): Values => ({ ...result, __provider });

function initFailureOf(error: Partial<InitFailure> & Error): InitFailure | undefined {
  return error.id ? { id: error.id, properties: asJson(error.properties ?? {}), reasons: error.reasons ?? [] } : undefined;
}

/** What it waits for is a simulated Agent, whose time is much faster still. */
const haste = 8;

function hasten(clock: Clock): void {
  const { now, sleep } = clock;
  const start = now();
  clock.now = () => start + (now() - start) * haste;
  clock.sleep = (milliseconds, signal) => sleep(milliseconds / haste, signal);
}

let isDivided = false;

/** Gives each provider its own of what a process has one of: environment variables, stderr and connections. */
function divide(): void {
  if (isDivided) return;
  isDivided = true;

  const environment = process.env;
  const own = (name: string | symbol) => (typeof name === "string" ? running.getStore()?.environment[name] : undefined);
  process.env = new Proxy(environment, {
    get: (target, name) => own(name) ?? Reflect.get(target, name),
    has: (target, name) => own(name) !== undefined || Reflect.has(target, name),
  });

  const write = process.stderr.write;
  process.stderr.write = function (this: typeof process.stderr, ...args: Parameters<typeof write>) {
    const provider = running.getStore();
    if (!provider) return Reflect.apply(write, this, args);
    provider.stderr += String(args[0]);
    return true;
  } as typeof write;

  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: Parameters<typeof connect>) {
    running.getStore()?.keep(this);
    return Reflect.apply(connect, this, args);
  } as typeof connect;
}
