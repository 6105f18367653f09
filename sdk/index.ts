export type { ErrorCode } from "../provider/core/errorCodes.js";
export type { ConnectionArgs } from "./connection.js";
export { DmaAgent, type DmaAgentArgs } from "./dmaAgent.js";
export { FailoverPair, type FailoverPairArgs } from "./failoverPair.js";
export { type HeartbeatTargets, standardHeartbeats } from "./heartbeats.js";
export { SharedHostnameRecord, type SharedHostnameRecordArgs } from "./sharedHostnameRecord.js";
export { VirtualIp, type VirtualIpAddressArgs, type VirtualIpArgs } from "./virtualIp.js";
