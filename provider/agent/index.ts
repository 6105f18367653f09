/** The Failover API on the wire, for whoever answers it: routes, codes, and the schema of each body. docs/openapi.json is made of them. */
export {
  apiCodes,
  defaultBasePath,
  ErrorBody,
  PostSwitch,
  ProbeRequest,
  ProbeResult,
  PutPair,
  PutSettings,
  type RouteName,
  routes,
} from "./contract.js";
export { Operation } from "./operationSchema.js";
export { Heartbeat, Pair, PairConfig, Position, VirtualIpConfig } from "./pairSchema.js";
export { AgentFacts, Interface, SettingsOwner, Snapshot, Status, Timers } from "./snapshotSchema.js";
