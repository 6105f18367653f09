/** What the script of the API refuses, with the status and the code of the contract. An operation that fails keeps code and detail. */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 404 | 409 | 421,
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = "Refusal";
  }
}

export const conflict = (code: string, detail: string): Refusal => new Refusal(409, code, detail);

/** Code names of the product that the contract's own list does not have (Error code table). */
export const productCodes = {
  agentOnline: "SL_AGENT_ONLINE",
  notRunning: "SL_AGENT_NOT_RUNNING",
  notInCluster: "SL_AGENT_NOT_IN_CLUSTER",
  noConnection: "SL_NO_CONNECTION",
  connectionToSelf: "SL_CONN_TO_SELF",
  unknownDestination: "SL_UNKNOWN_DESTINATION",
  notAllowed: "SL_NOT_ALLOWED",
  requirementsNotMet: "SL_SYSTEM_REQUIREMENTS_NOT_MET",
  syncFailed: "SL_SYNC_FAILED",
} as const;
