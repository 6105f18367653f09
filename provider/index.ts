import { dmaAgent } from "./dmaAgent/index.js";
import { failoverPair } from "./failoverPair/index.js";
import { sharedHostnameRecord } from "./sharedHostnameRecord/index.js";
import { virtualIp } from "./virtualIp/index.js";

export type { ErrorCode } from "./core/errorCodes.js";
export { FailoverError, RefusedError } from "./core/errors.js";

// These names stand in users' state: refresh and destroy call them for ever. Never rename or remove one.
export { dmaAgent, failoverPair, sharedHostnameRecord, virtualIp };

/** Every resource by the name under which state calls it, in the order in which reports list them. */
export const resources = { failoverPair, virtualIp, sharedHostnameRecord, dmaAgent };
