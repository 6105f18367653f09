// These names stand in users' state: refresh and destroy call them for ever. Never rename or remove one.
export { dmaAgent } from "./dmaAgent.js";
export { failoverPair } from "./failoverPair.js";
export { sharedHostnameRecord } from "./sharedHostnameRecord.js";
export { virtualIp } from "./virtualIp.js";
