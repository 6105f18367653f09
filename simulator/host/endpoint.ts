import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { type RouteName, routes } from "pulumi-dataminer-failover/agent";
import type { Agent } from "../product/agent.js";
import { isUp } from "../product/network.js";
import { Refusal } from "../product/operations.js";
import { snapshotOf } from "../product/snapshot.js";
import type { World } from "../product/world.js";
import { type Fault, type Faults, hostError, htmlPage } from "./faults.js";
import type { LoggedRequest } from "./requestLog.js";
import { refusalBody, runScript } from "./script.js";

/** What every web server of this world shares. */
export interface Hosting {
  world: World;
  basePath: string;
  token: string;
  /** Which Agent runs the script for a call that was addressed to this one. */
  executorOf: (addressed: Agent) => Agent;
  endpointOf: (address: string) => Endpoint | undefined;
}

type Env = { Bindings: HttpBindings & { entry: LoggedRequest } };
type Call = Context<Env>;

const largestQuery = 2048;

/** The web server of one Agent: reverse proxy first, then the host of User-Defined APIs, then the script. */
export class Endpoint {
  readonly app: Hono<Env>;

  constructor(
    private readonly hosting: Hosting,
    private readonly agent: Agent,
    private readonly faults: Faults,
  ) {
    this.app = new Hono<Env>({ getPath: canonicalPath });
    this.app.use(async (call, next) => this.reverseProxied(call) ?? (await next()));
    this.app.use(async (call, next) => this.faulty(call, next));
    this.app.use(async (call, next) => this.refusedByHost(call) ?? (await next()));
    for (const [name, { method, path }] of Object.entries(routes)) {
      this.app.on(method, canonicalOf(`${hosting.basePath}/${path}`), (call) => this.run(call, name as RouteName));
    }
    for (const { path } of Object.values(routes)) this.app.all(canonicalOf(`${hosting.basePath}/${path}`), () => hostError(agent, 3));
    this.app.notFound(() => hostError(agent, 5));
    this.app.onError((error) => hostError(agent, 12, `${error.name}: ${error.message}`));
  }

  /** The route that a path and method mean; null when there is none. */
  routeOf(method: string, path: string): RouteName | null {
    const found = Object.entries(routes).find(
      ([, route]) => route.method === method && canonicalOf(`${this.hosting.basePath}/${route.path}`) === canonicalOf(path),
    );
    return (found?.[0] as RouteName | undefined) ?? null;
  }

  /**
   * On a pair with a shared hostname the offline member forwards to the online one, unless told otherwise (Failover FAQ, connection
   * issues).
   */
  private reverseProxied(call: Call): Response | Promise<Response> | undefined {
    const { copy, failoverStatus } = this.agent;
    if (copy?.state !== "active" || copy.config.type !== "sharedHostname" || failoverStatus !== "Offline") return undefined;
    if (/(^\?|&)bypassProxy=true$/.test(new URL(call.req.url).search)) return undefined;
    const buddy = this.hosting.world.reachableBuddy(this.agent);
    const endpoint = buddy && this.hosting.endpointOf(buddy.address);
    return endpoint
      ? endpoint.app.fetch(call.req.raw, call.env)
      : htmlPage(502, "Web server received an invalid response while acting as a gateway or proxy server.");
  }

  private async faulty(call: Call, next: () => Promise<void>): Promise<Response | undefined> {
    const fault = this.faults.take(call.env.entry.route);
    if (fault?.kind === "slow") await new Promise<void>((resolve) => this.hosting.world.clock.after(fault.seconds, resolve));
    const instead = fault && this.instead(call, fault);
    if (instead) return instead;
    await next();
    if (fault?.kind !== "loseAnswer") return undefined;
    call.res = undefined;
    call.res = loseConnection(call);
    return undefined;
  }

  private instead(call: Call, fault: Fault): Response | undefined {
    const { world } = this.hosting;
    const buddy = world.buddyOf(this.agent);
    if (fault.kind === "loseRequest") return loseConnection(call);
    if (fault.kind === "htmlPage") return htmlPage(fault.status, "Server Error");
    if (fault.kind === "otherMember" && buddy) return Response.json(snapshotOf(world, buddy));
    if (fault.kind !== "hostError") return undefined;
    const wait = fault.retryAfterSeconds;
    return hostError(this.agent, fault.errorCode, undefined, wait === undefined ? {} : { "retry-after": String(wait) });
  }

  private refusedByHost(call: Call): Response | undefined {
    const { agent, hosting } = this;
    if (!agent.hasToken && !agent.hasScript) return hostError(agent, agent.options.afterReset === 404 ? 5 : 1010);
    if (hosting.world.clock.now() < agent.initialisedAt) return hostError(agent, 7);
    if (new URL(call.req.url).search.length > largestQuery) return hostError(agent, 1011);
    const [, secret] = /^Bearer (.+)$/.exec(call.req.header("authorization") ?? "") ?? [];
    if (secret === undefined) return hostError(agent, 1008);
    if (secret !== hosting.token) return hostError(agent, 1010);
    return undefined;
  }

  private async run(call: Call, name: RouteName): Promise<Response> {
    const { agent, hosting } = this;
    let body: unknown;
    if (routes[name].body !== null) {
      const type = call.req.header("content-type");
      if (type !== undefined && !/^application\/json\b/i.test(type)) return hostError(agent, 1003);
      const text = await call.req.text();
      try {
        body = JSON.parse(text);
      } catch (error) {
        return hostError(agent, 10, `Invalid json body received. ${(error as Error).message}`);
      }
    }
    const executor = hosting.executorOf(agent);
    call.env.entry.executed = executor.address;
    try {
      const answer = await runScript(hosting.world, executor, name, call.req.query(), body);
      return answer.body === null ? new Response(null, { status: answer.status }) : Response.json(answer.body, { status: answer.status });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Response.json(refusalBody(error), { status: error.status });
    }
  }
}

/** The caller sees the connection end instead of an answer. */
function loseConnection(call: Call): Response {
  call.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Routes know no case, and a double slash is one (ApiDefinition). */
const canonicalPath = (request: Request): string => canonicalOf(new URL(request.url).pathname);
const canonicalOf = (path: string): string => path.replace(/\/+/g, "/").toLowerCase();

/** Which Agent runs the script of a call: the one that was called, or any of its DataMiner System, in turn (UserDefinableApiEndpoint). */
export class Routing {
  private turn = 0;

  constructor(
    private readonly world: World,
    public mode: "direct" | "anyAgent",
  ) {}

  executorOf(addressed: Agent): Agent {
    if (this.mode === "direct" || addressed.cluster === null) return addressed;
    const able = this.world.systemAgents(addressed.cluster).filter((agent) => agent.hasScript && (agent === addressed || isUp(agent)));
    return able[this.turn++ % able.length] ?? addressed;
  }
}
