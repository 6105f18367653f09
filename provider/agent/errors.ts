import type { ErrorCode } from "../core/errorCodes.js";
import { type ErrorFacts, FailoverError, WaitError } from "../core/errors.js";

/** What is declared cannot even be tried: a token or file is missing. */
export class ConnectionError extends FailoverError {
  override readonly name = "ConnectionError";
  nothingDone: boolean = true;
}

/** The Agent is silent: nothing listens, no answer in time, or only 502 and 503 from whatever stands before it. */
export class AgentUnreachableError extends FailoverError {
  override readonly name = "AgentUnreachableError";
  /** Whether the call certainly did not get there: no connection was made. */
  nothingDone: boolean;

  constructor(code: ErrorCode, message: string, options: { facts?: ErrorFacts; cause?: unknown; nothingDone?: boolean } = {}) {
    super(code, message, options);
    this.nothingDone = options.nothingDone ?? false;
  }
}

/** The Agent, or the API's host, answered and said no. The code is the product's or its host's; one page has them all. */
export class AgentRefusedError extends FailoverError {
  override readonly name = "AgentRefusedError";
  /** A write that is answered this way was refused before anything was done. */
  nothingDone: boolean;

  constructor(
    readonly status: number,
    code: string,
    message: string,
    facts: ErrorFacts = {},
  ) {
    super("AGENT_REFUSED", message, { facts: { status, ...facts }, productCode: code });
    this.nothingDone = status >= 400 && status < 500;
  }
}

/** What answered is not the Agent that was asked, or speaks no Failover API. */
export class WrongAnswerError extends FailoverError {
  override readonly name = "WrongAnswerError";
}

/**
 * Host errors of a web server whose DataMiner is not there: NatsRequestFailed and MessageBrokerNotInitialized (UserDefinableApiEndpoint).
 */
const silentHostCodes = new Set(["1001", "1006"]);

/** Whether an Agent was silent towards us: nothing answered, or only its web server did. */
export function isSilence(error: unknown): error is AgentUnreachableError | AgentRefusedError {
  if (error instanceof AgentUnreachableError) return true;
  return error instanceof AgentRefusedError && (error.status === 503 || silentHostCodes.has(error.code));
}

/** Whether an Agent answered that it knows no such token or script, as one does that was reset and has lost both. */
export const isApiMissing = (error: unknown): error is AgentRefusedError =>
  error instanceof AgentRefusedError && (error.status === 401 || error.status === 404);

/** In a check, which waits for nobody, an Agent is silent also when the time is up. */
export const isSilenceInCheck = (error: unknown): error is FailoverError => isSilence(error) || error instanceof WaitError;
