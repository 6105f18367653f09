import { apiCodes, ErrorBody, type RouteName, routes } from "pulumi-dataminer-failover/agent";
import type { Agent } from "../product/agent.js";
import { conflict, Refusal } from "../product/operations.js";
import { endPair, findOperation, putPair, switchPair } from "../product/pairWrites.js";
import { probe } from "../product/probing.js";
import { putSettings } from "../product/settings.js";
import { snapshotOf } from "../product/snapshot.js";
import type { World } from "../product/world.js";

type Query<Name extends RouteName> = ReturnType<(typeof routes)[Name]["query"]["parse"]>;
type Body<Name extends RouteName> = (typeof routes)[Name]["body"] extends { parse: (input: unknown) => infer Output } ? Output : null;

interface Call<Name extends RouteName> {
  query: Query<Name>;
  body: Body<Name>;
  /** The whole write as text, to recognise it when it is sent again. */
  content: string;
}

interface Answer {
  status: number;
  body: unknown;
}

type Scripts = { [Name in RouteName]: (world: World, agent: Agent, call: Call<Name>) => Answer | Promise<Answer> };

/** The automation script behind the API, route by route, on the Agent that was meant. */
const scripts: Scripts = {
  readAgent: (world, agent) => ({ status: 200, body: snapshotOf(world, agent) }),
  putSettings: async (world, agent, { body }) => {
    putSettings(agent, body);
    world.changed();
    // An Agent that is told to register no longer may have a registration on its way: it arrives before this is answered.
    await world.registrations.get(agent)?.settle();
    return { status: 200, body: snapshotOf(world, agent) };
  },
  probe: async (world, agent, { body }) => ({ status: 200, body: await probe(world, agent, body) }),
  putPair: (world, agent, { body, content }) => putPair(world, agent, body, { requestId: body.requestId, content }),
  endPair: (world, agent, { query, content }) =>
    endPair(world, agent, { ...query, offlineUnavailable: query.offlineUnavailable === "true" }, { requestId: query.requestId, content }),
  switchPair: (world, agent, { body, content }) => switchPair(world, agent, body, { requestId: body.requestId, content }),
  readOperation: (_world, agent, { query }) => ({ status: 200, body: findOperation(agent, query.id) }),
};

/** Runs the script on an Agent. Everything that goes in and out passes the schema of the contract. */
export async function runScript<Name extends RouteName>(
  world: World,
  agent: Agent,
  name: Name,
  query: Record<string, string>,
  body: unknown,
): Promise<Answer> {
  const route = routes[name];
  // Whom the call means comes first: nothing may be done, or even judged, for another Agent.
  if (query.agent !== undefined && query.agent !== agent.address) {
    throw new Refusal(421, apiCodes.wrongAgent, `This is ${agent.address}, not ${query.agent}.`);
  }
  const parsedQuery = accept("query", route.query.strict().safeParse(query)) as Query<Name>;
  const parsedBody = (route.body === null ? null : accept("body", route.body.strict().safeParse(body))) as Body<Name>;
  const dataMinerId = "dataMinerId" in parsedQuery ? parsedQuery.dataMinerId : undefined;
  if (dataMinerId !== undefined && dataMinerId !== agent.dataMinerId) {
    throw conflict(apiCodes.wrongMember, `${agent.address} has DataMiner ID ${agent.dataMinerId ?? "none"}, not ${dataMinerId}.`);
  }
  const content = JSON.stringify([name, parsedQuery, parsedBody]);
  const answer = await scripts[name](world, agent, { query: parsedQuery, body: parsedBody, content });
  const schema = (route.answers as Record<number, { parse(input: unknown): unknown } | null>)[answer.status];
  if (schema === undefined) throw new Error(`${name} may not answer ${answer.status}.`);
  return { status: answer.status, body: schema === null ? null : schema.parse(answer.body) };
}

/** The error body of the script (contract, "Errors"). */
export function refusalBody({ code, detail }: Refusal): unknown {
  return ErrorBody.parse({ errors: [{ title: "The call was refused.", detail, code }] });
}

type Parsed = { success: true; data: unknown } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };

function accept(where: string, parsed: Parsed): unknown {
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${[where, ...path].map(String).join(".")}: ${message}`);
  throw new Refusal(400, "INVALID_REQUEST", issues.join("; "));
}
