import type { z } from "zod";
import { agentAddress, type Connection } from "./connection.js";
import { ErrorBody } from "./contract.js";
import { AgentRefusedError, AgentUnreachableError, WrongAnswerError } from "./errors.js";
import { Operation } from "./operationSchema.js";
import { Snapshot } from "./snapshotSchema.js";
import type { HttpAnswer } from "./transport.js";

/** An answer together with the act it answers, for errors. */
export interface Answer extends HttpAnswer {
  act: string;
}

/** An answer that is no success, in words: the script's own code, the host's number, or the first line of a page. */
export function refusal(answer: Answer): Error {
  const { status, act } = answer;
  const body = ErrorBody.safeParse(answer.json);
  const [error] = body.success ? body.data.errors : [];
  const code = error?.code ?? (error?.errorCode === undefined || error.errorCode === null ? `HTTP_${status}` : String(error.errorCode));
  const said = error?.detail ?? error?.title ?? answer.firstLine ?? "no reason given";
  const seen = `${status}${code.startsWith("HTTP_") ? "" : ` ${code}`}, ${said.trim().replace(/[.\s]+$/, "")}`;
  if (status < 300)
    return new WrongAnswerError("NO_JSON", `${act}: ${seen} is no answer of the Failover API. Check host, port and basePath.`);
  if (status === 502 || (status === 503 && !body.success)) {
    return new AgentUnreachableError("AGENT_UNREACHABLE", `${act}: ${seen}. Check that the Agent runs behind what answered.`, {
      facts: { status },
    });
  }
  const cure = cures[code] ?? cures[status] ?? "";
  return new AgentRefusedError(status, code, `${act}: ${seen}.${cure && ` ${cure}`}`, {
    retryAfterMilliseconds: answer.retryAfterMilliseconds,
  });
}

const cures: Record<string, string> = {
  400: "The Agent's script and this package disagree; check that both are of one version.",
  401: "Check the token: it must be the secret of an enabled token that may use this API.",
  404: "Check basePath, and that the API is set up on this Agent.",
  421: "No call met the Agent itself; check that address is its corporate IP address.",
  429: "The token allows fewer calls; raise its limit.",
  STALE_REVISION: "Somebody else changed the pair meanwhile; run `pulumi up` again.",
  FOREIGN_OWNER: "Another resource owns it; remove it there first.",
};

export function parse<Schema extends z.ZodType>(schema: Schema, answer: Answer): z.infer<Schema> {
  const result = schema.safeParse(answer.json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".") || "the answer";
  throw new WrongAnswerError(
    "NONSENSE",
    `${answer.act}: the answer does not fit the Failover API at ${where} (${issue?.message ?? "unknown"}). Check host and basePath.`,
  );
}

export function snapshotOf(connection: Connection, answer: Answer): Snapshot {
  const snapshot = parse(Snapshot, answer);
  if (!/^1(\.|$)/.test(snapshot.apiVersion)) {
    throw new WrongAnswerError(
      "API_VERSION",
      `${answer.act}: it speaks version ${snapshot.apiVersion} of the Failover API, this package version 1. Update the package.`,
    );
  }
  if (snapshot.agent.address !== agentAddress(connection)) {
    throw new WrongAnswerError(
      "OTHER_MEMBER",
      `${answer.act}: ${snapshot.agent.address} answered. Give the address of the Agent itself as host, never the virtual IP address or the shared hostname.`,
      { facts: { asked: agentAddress(connection), answered: snapshot.agent.address } },
    );
  }
  return snapshot;
}

export function operationOf(answer: Answer): Operation {
  return parse(Operation, answer);
}

export function startedOperation(answer: Answer): Operation | undefined {
  return answer.status === 202 ? operationOf(answer) : undefined;
}
