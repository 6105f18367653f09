import { resolve } from "node:path";
import { eventually } from "./patience.js";
import { ProviderInProcess } from "./providerInProcess.js";
import type { ProviderPeer, Values } from "./providerPeer.js";
import { ProviderProcess } from "./providerProcess.js";

export { type InitFailure, ProviderError } from "./providerPeer.js";

const repository = resolve(__dirname, "../..");

/** The mutation run alone sets this: a process of its own would load `dist`, in which no mutant is. */
const isInProcess = process.env.TEST_PROVIDER === "inProcess";

/** The provider as the engine sees it, one resource of it. */
export class DynamicProvider {
  private constructor(
    private readonly peer: ProviderPeer,
    private readonly text: string,
  ) {}

  /** `handler` is the name in provider/index.ts; `environment` is added to this process's own; `folder` is the project's. */
  static async start(handler: string, environment: Record<string, string> = {}, folder = repository): Promise<DynamicProvider> {
    const peer = isInProcess ? await ProviderInProcess.start(handler, environment) : await ProviderProcess.start(environment, folder);
    return new DynamicProvider(peer, `exports.handler=()=>require("pulumi-dataminer-failover/provider").${handler}`);
  }

  check(olds: Values, news: Values): ReturnType<ProviderPeer["check"]> {
    return this.peer.check(olds, this.withText(news));
  }

  diff(id: string, olds: Values, news: Values): ReturnType<ProviderPeer["diff"]> {
    return this.peer.diff(id, this.withText(olds), this.withText(news));
  }

  create(news: Values): ReturnType<ProviderPeer["create"]> {
    return this.peer.create(this.withText(news));
  }

  /** `id` is empty when the thing is gone. */
  read(id: string, props: Values): ReturnType<ProviderPeer["read"]> {
    return this.peer.read(id, this.withText(props));
  }

  update(id: string, olds: Values, news: Values): ReturnType<ProviderPeer["update"]> {
    return this.peer.update(id, this.withText(olds), this.withText(news));
  }

  delete(id: string, props: Values): ReturnType<ProviderPeer["delete"]> {
    return this.peer.delete(id, this.withText(props));
  }

  /** What it wrote to stderr so far. */
  get lines(): string[] {
    return this.peer.stderr.split("\n").filter((line) => line !== "");
  }

  /** Everything that it wrote, to stdout and stderr. */
  get printed(): string {
    return this.peer.stdout + this.peer.stderr;
  }

  /** The first line that fits, as soon as it is there: stderr takes a way of its own, beside the answers. */
  line(pattern: RegExp): Promise<string> {
    return eventually(() => {
      const found = this.lines.find((line) => pattern.test(line));
      if (found === undefined) throw new Error(`no line of stderr fits ${pattern}; there are:\n${this.peer.stderr}`);
      return found;
    });
  }

  stop(): void {
    this.peer.stop();
  }

  private withText(values: Values): Values {
    return { ...values, __provider: this.text };
  }
}
