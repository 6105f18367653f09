export type { ConnectionArgs } from "./connection.js";
export { DmaAgent, type DmaAgentArgs } from "./dmaAgent.js";
export { FailoverPair, type FailoverPairArgs } from "./failoverPair.js";
export { type HeartbeatTargets, standardHeartbeats } from "./heartbeats.js";
