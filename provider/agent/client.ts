import { type Answer, operationOf, parse, refusal, snapshotOf, startedOperation } from "./answers.js";
import { agentAddress, type Connection } from "./connection.js";
import {
  type PostSwitch,
  type ProbeRequest,
  type ProbeResult,
  type PutPair,
  type PutSettings,
  type RouteName,
  routes,
} from "./contract.js";
import type { Operation } from "./operationSchema.js";
import { withRetry } from "./retry.js";
import type { Snapshot } from "./snapshotSchema.js";
import { forgetSnapshots } from "./snapshots.js";
import { exchange, whereIs } from "./transport.js";

/** Time of one call: all its tries together. */
export interface CallTime {
  signal: AbortSignal;
  /** Default: 10 s, so that a dead Agent does not hold up a refresh. */
  patienceMilliseconds?: number;
}

/** A write goes on trying for longer: its requestId makes trying again safe, and Agents restart. */
const writePatienceMilliseconds = 60_000;

export interface EndPair {
  requestId: string;
  revision: string;
  owner: string;
  mode: "delete" | "disable";
  keep: string;
  reset: string;
  offlineUnavailable: boolean;
}

export function readAgent(connection: Connection, time: CallTime): Promise<Snapshot> {
  return call(connection, "readAgent", `Reading Agent ${whereIs(connection)}`, {}, undefined, time).then((answer) =>
    snapshotOf(connection, answer),
  );
}

export function readOperation(connection: Connection, id: string, time: CallTime): Promise<Operation> {
  return call(connection, "readOperation", `Reading operation ${id} of Agent ${whereIs(connection)}`, { id }, undefined, time).then(
    operationOf,
  );
}

export function probe(connection: Connection, request: ProbeRequest, time: CallTime): Promise<ProbeResult> {
  const act = `Probing the network from Agent ${whereIs(connection)}`;
  return call(connection, "probe", act, {}, request, time).then((answer) => parse(routes.probe.answers[200], answer));
}

export function putSettings(connection: Connection, dataMinerId: number, body: PutSettings, time: CallTime): Promise<Snapshot> {
  const act = `Changing settings of Agent ${whereIs(connection)}`;
  return write(connection, "putSettings", act, { dataMinerId: String(dataMinerId) }, body, time).then((answer) =>
    snapshotOf(connection, answer),
  );
}

/** Undefined when nothing differed. */
export function putPair(connection: Connection, dataMinerId: number, body: PutPair, time: CallTime): Promise<Operation | undefined> {
  const act = `Writing pair ${dataMinerId} at Agent ${whereIs(connection)}`;
  return write(connection, "putPair", act, { dataMinerId: String(dataMinerId) }, body, time).then((answer) =>
    startedOperation(connection, "putPair", answer),
  );
}

/** Undefined when there was no pair. */
export function endPair(connection: Connection, dataMinerId: number, end: EndPair, time: CallTime): Promise<Operation | undefined> {
  const { requestId, revision, owner, mode, keep, reset } = end;
  const offlineUnavailable = String(end.offlineUnavailable);
  const query = { dataMinerId: String(dataMinerId), requestId, revision, owner, mode, keep, reset, offlineUnavailable };
  return write(connection, "endPair", `Ending pair ${dataMinerId} at Agent ${whereIs(connection)}`, query, undefined, time).then((answer) =>
    startedOperation(connection, "endPair", answer),
  );
}

/** Undefined when the asked member is online already. */
export function switchPair(connection: Connection, dataMinerId: number, body: PostSwitch, time: CallTime): Promise<Operation | undefined> {
  const act = `Switching pair ${dataMinerId} at Agent ${whereIs(connection)}`;
  return write(connection, "switchPair", act, { dataMinerId: String(dataMinerId) }, body, time).then((answer) =>
    startedOperation(connection, "switchPair", answer),
  );
}

async function write(...[connection, route, act, query, body, time]: Parameters<typeof call>): Promise<Answer> {
  forgetSnapshots();
  try {
    return await call(connection, route, act, query, body, { patienceMilliseconds: writePatienceMilliseconds, ...time });
  } finally {
    forgetSnapshots();
  }
}

async function call(
  connection: Connection,
  route: RouteName,
  act: string,
  query: Record<string, string>,
  body: unknown,
  time: CallTime,
): Promise<Answer> {
  const { method, path } = routes[route];
  const whole = [["agent", agentAddress(connection)], ...Object.entries(query), ["bypassProxy", "true"]] as [string, string][];
  return withRetry({ patienceMilliseconds: time.patienceMilliseconds ?? 10_000, signal: time.signal }, async () => {
    const answer = { ...(await exchange(connection, act, { method, path, query: whole, body }, time.signal)), act };
    if (answer.status >= 200 && answer.status < 300 && answer.firstLine === undefined) return answer;
    throw refusal(answer);
  });
}
