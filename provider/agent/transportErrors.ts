import { errors } from "undici";
import { FailoverError, reasonOf } from "../core/errors.js";
import { agentAddress, type Connection } from "./connection.js";
import { AgentUnreachableError, ConnectionError, WrongAnswerError } from "./errors.js";

/** Failures of trust: trying again cannot help, and nobody may switch verification off. */
const trustCodes = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "CERT_REVOKED",
  "CERT_REJECTED",
  "CERT_CHAIN_TOO_LONG",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
  "CERT_SIGNATURE_FAILURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const protocolCodes = new Set(["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);

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

/**
 * What went wrong on the way, as one of our errors; ours pass through, and a programming error stays one.
 * `answered` tells whether the head of an answer had arrived.
 */
export function toTransportError(error: unknown, connection: Connection, act: string, signal: AbortSignal, answered: boolean): unknown {
  if (error instanceof FailoverError) return error;
  const facts = { agent: agentAddress(connection), host: connection.host };
  if (signal.aborted) {
    return new AgentUnreachableError(
      "NO_ANSWER_IN_TIME",
      `${act}: no answer in time. Check that the Agent runs and that this machine reaches it.`,
      {
        facts,
        cause: error,
      },
    );
  }
  // undici gives a broken chunked body and what is no HTTP at all one error without a code.
  if (error instanceof errors.HTTPParserError && !answered) {
    return new WrongAnswerError("PROTOCOL_MISMATCH", `${act}: what listens there does not speak HTTP. Check protocol and port.`, {
      facts,
      cause: error,
    });
  }
  const code = error instanceof errors.HTTPParserError ? "UND_ERR_BODY_TIMEOUT" : codeOf(error);
  if (code !== undefined && (trustCodes.has(code) || code.startsWith("ERR_OSSL"))) {
    return new ConnectionError(
      "TLS_NOT_TRUSTED",
      `${act}: its certificate is not trusted (${reasonOf(error)}). Set caFile to the authority that signed it, ` +
        "or tlsServerName to the name it carries.",
      { facts, cause: error },
    );
  }
  if (code !== undefined && (protocolCodes.has(code) || code.startsWith("ERR_SSL"))) {
    return new ConnectionError(
      "PROTOCOL_MISMATCH",
      `${act}: what listens there does not speak ${connection.protocol}. Check protocol and port.`,
      {
        facts,
        cause: error,
      },
    );
  }
  if (code === undefined || ourMistakeCodes.has(code)) return error;
  const seen = words[code] ?? `the call ended with ${code}`;
  return new AgentUnreachableError("AGENT_UNREACHABLE", `${act}: ${seen}. Check that the Agent runs and that this machine reaches it.`, {
    facts: { ...facts, seen },
    cause: error,
    nothingDone: neverConnectedCodes.has(code),
  });
}

/** Node reports several addresses of one name as an AggregateError, whose first member says why. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
