import { apiCodes } from "../agent/contract.js";
import { AgentRefusedError } from "../agent/errors.js";

const { agentOffline, switching, busy, wrongMember, buddyReachable } = apiCodes;
const codes: ReadonlySet<string> = new Set([agentOffline, switching, busy, wrongMember, buddyReachable]);

/** Whether a refused write says that the pair has moved on since it was looked at: a switch, or work that somebody else began. */
export const hasMovedOn = (error: unknown): boolean => error instanceof AgentRefusedError && codes.has(error.code);
