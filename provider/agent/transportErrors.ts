import { errors } from "undici";
import { FailoverError, reasonOf } from "../core/errors.js";
import { foreignText } from "../core/text.js";
import { agentAddress, type Connection } from "./connection.js";
import { AgentUnreachableError, ConnectionError, WrongAnswerError } from "./errors.js";
import { type HttpProxy, ProxyError } from "./proxy.js";
import { tlsFault } from "./tlsFaults.js";

/** Failures before a connection stood: the call certainly did not get there. */
const neverConnectedCodes = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT", "ENOTFOUND", "EAI_AGAIN"]);

/** undici refuses to send what we built: no sign of the Agent's health. */
const ourMistakeCodes = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);

const words: Record<string, string> = {
  ECONNREFUSED: "the connection is refused",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  ETIMEDOUT: "it does not answer",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer",
  UND_ERR_HEADERS_TIMEOUT: "it accepted the call but did not answer within 30 s",
  UND_ERR_BODY_TIMEOUT: "its answer stopped half-way",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "its answer stopped half-way",
  ENOTFOUND: "its name does not resolve",
  EAI_AGAIN: "its name cannot be resolved right now",
};

/** A call that failed, and all that is known of its way. */
export interface FailedCall {
  connection: Connection;
  act: string;
  /** The time of the call. */
  signal: AbortSignal;
  /** Whether the head of an answer had arrived. */
  answered: boolean;
  /** What TLS said when the other side ended it. */
  alert: Error | undefined;
  proxy: HttpProxy | undefined;
}

/** What went wrong on the way, as one of our errors; ours pass through, and a programming error stays one. */
export function toTransportError(error: unknown, call: FailedCall): unknown {
  if (error instanceof FailoverError) return error;
  const { connection, act, signal, answered, proxy } = call;
  const facts = { agent: agentAddress(connection), host: connection.host };
  if (error instanceof ProxyError) {
    const text = `${act}: ${error.seen}. ${error.cure}`;
    return error.kind === "refused"
      ? new ConnectionError("PROXY_REFUSED", text, { facts, cause: error })
      : new AgentUnreachableError("AGENT_UNREACHABLE", text, { facts, cause: error, nothingDone: true });
  }
  const through = proxy === undefined ? "" : ` through ${proxy.name}`;
  if (signal.aborted) {
    const text = `${act}: no answer in time${through}. Check that the Agent runs and that this machine reaches it.`;
    return new AgentUnreachableError("NO_ANSWER_IN_TIME", text, { facts, cause: error });
  }
  // undici gives a broken chunked body and what is no HTTP at all one error without a code.
  if (error instanceof errors.HTTPParserError && !answered) {
    // A record of TLS begins so (RFC 8446 5.1); here it is the alert by which a server answers what is none.
    const isTls = "data" in error && String(error.data).startsWith("\u0015\u0003");
    const seen = isTls ? 'speaks TLS. Set protocol: "https".' : "does not speak HTTP. Check protocol and port.";
    const text = `${act}: what listens there ${seen}`;
    return new WrongAnswerError("PROTOCOL_MISMATCH", text, { facts, cause: error });
  }
  const code = error instanceof errors.HTTPParserError ? "UND_ERR_BODY_TIMEOUT" : codeOf(error);
  const wasCut = code === "UND_ERR_SOCKET" || code === "ECONNRESET";
  const shown = wasCut && !answered && call.alert !== undefined ? call.alert : error;
  const fault = tlsFault(codeOf(shown) ?? "", foreignText(reasonOf(shown), longestReason), connection.protocol);
  if (fault) {
    const text = `${act}: ${fault.seen}. ${fault.cure}`;
    return new ConnectionError(fault.isDistrust ? "TLS_NOT_TRUSTED" : "PROTOCOL_MISMATCH", text, { facts, cause: shown });
  }
  if (code === undefined || ourMistakeCodes.has(code)) return error;
  const seen = words[code] ?? `the call ended with ${code}`;
  const maybeTls = wasCut && !answered && connection.protocol === "http" ? ` If that port speaks https, set protocol: "https".` : "";
  const text = `${act}: ${seen}${through}. Check that the Agent runs and that this machine reaches it.${maybeTls}`;
  return new AgentUnreachableError("AGENT_UNREACHABLE", text, {
    facts: { ...facts, seen },
    cause: error,
    nothingDone: neverConnectedCodes.has(code),
  });
}

/** A certificate may carry a thousand names, and Node.js tells them all. */
const longestReason = 200;

/** Node reports several addresses of one name as an AggregateError, whose first member says why. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
