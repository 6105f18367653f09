// These names stand in users' state: refresh and destroy call them for ever. Never rename or remove one.
export { dmaAgent } from "./dmaAgent/index.js";
export { failoverPair } from "./failoverPair/index.js";
export { sharedHostnameRecord } from "./sharedHostnameRecord/index.js";
export { virtualIp } from "./virtualIp/index.js";
