import { z } from "zod";
import { sameAddress } from "../core/addresses.js";
import { foreignText } from "../core/text.js";
import { agentAddress, type Connection } from "./connection.js";
import { ErrorBody, routes } from "./contract.js";
import { AgentRefusedError, AgentUnreachableError, WrongAnswerError } from "./errors.js";
import { Operation } from "./operationSchema.js";
import { Snapshot } from "./snapshotSchema.js";
import { Label } from "./textSchema.js";
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
  const code = phrase(error?.code || String(error?.errorCode ?? `HTTP_${status}`));
  const said = phrase(error?.detail || error?.title || answer.firstLine || "no reason given");
  const seen = `${status}${code.startsWith("HTTP_") ? "" : ` ${code}`}, ${said}`;
  if (status < 300) {
    const cure =
      answer.compressed === undefined
        ? "Check host, port and basePath."
        : "It was asked for uncompressed: switch compression (content-encoding) off for this API, on the Agent or what stands before it.";
    return new WrongAnswerError("NO_JSON", `${act}: ${seen} is no answer of the Failover API. ${cure}`);
  }
  if (status === 502 || status === 504 || (status === 503 && !body.success)) {
    return new AgentUnreachableError("AGENT_UNREACHABLE", `${act}: ${seen}. Check that the Agent runs behind what answered.`, {
      facts: { status },
    });
  }
  const cure = cures.get(code) ?? cures.get(String(status)) ?? (status < 400 ? "Check protocol, port and basePath." : "");
  return new AgentRefusedError(status, code, `${act}: ${seen}.${cure && ` ${cure}`}`, {
    retryAfterMilliseconds: answer.retryAfterMilliseconds,
  });
}

const cures = new Map([
  ["400", "The Agent's script and this package disagree; check that both are of one version."],
  ["401", "Check the token: it must be the secret of an enabled token that may use this API."],
  ["404", "Check basePath, and that the API is set up on this Agent."],
  ["421", "No call met the Agent itself; check that address is its corporate IP address."],
  ["429", "The token allows fewer calls; raise its limit."],
  ["STALE_REVISION", "Somebody else changed the pair meanwhile; look at what it is now, then run the same command again."],
  ["SL_FAILOVER_CONFIG", "Something is under way at this pair; run the same command again when it has finished."],
  ["SL_SWITCHING", "The pair is switching; run the same command again when it has finished."],
  ["500", "Look at the log of the API on that Agent."],
  ["FOREIGN_OWNER", "It belongs to another resource, or to nobody; let its owner give it up first."],
]);

const longestPhrase = 300;

/** A foreign text as part of a sentence of ours: one line, no secret, not endless, without its full stop. */
export function phrase(text: string): string {
  return foreignText(text, longestPhrase).replace(/[.\s]+$/, "");
}

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
  // First of all: another version may have another shape.
  const { apiVersion } = parse(z.object({ apiVersion: Label }), answer);
  if (!/^1(\.|$)/.test(apiVersion)) {
    throw new WrongAnswerError(
      "API_VERSION",
      `${answer.act}: it speaks version ${apiVersion} of the Failover API, this package version 1. Update whichever is older: this package, or the script on the Agent.`,
    );
  }
  const snapshot = parse(Snapshot, answer);
  if (!sameAddress(snapshot.agent.address, agentAddress(connection))) {
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

/** What a write to the pair has started; undefined when there was nothing to do, and the answer says so as the contract has it. */
export function startedOperation(
  connection: Connection,
  route: "putPair" | "endPair" | "switchPair",
  answer: Answer,
): Operation | undefined {
  const known = Object.keys(routes[route].answers).map(Number);
  if (!known.includes(answer.status)) {
    throw new WrongAnswerError(
      "NONSENSE",
      `${answer.act}: ${answer.status} is no answer of the Failover API, expected ${known.join(" or ")}. Check host, port and basePath.`,
    );
  }
  if (answer.status === 202) return operationOf(answer);
  if (answer.status === 200) snapshotOf(connection, answer);
  return undefined;
}
