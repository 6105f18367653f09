/** Simulated DataMiner Agents that speak the Failover API, for tests and demos. */
export { AgentControl, type CutOffOptions } from "./agentControl.js";
export { type Clock, type ManualClock, manualClock, scaledClock } from "./clock.js";
export { type Control, serveControl } from "./control.js";
export type { DnsFault, DnsFaultOptions } from "./dns/faults.js";
export { type DnsKey, keyStatement, makeKey, type ServerKey } from "./dns/keys.js";
export type { LoggedMessage, MessageLog } from "./dns/messageLog.js";
export { NameServer, type NameServerOptions } from "./dns/nameServer.js";
export type { DnsFacts, DnsOptions, OtherServer, OwnServer } from "./dns/options.js";
export type { SetOptions, Zone, ZoneRecord } from "./dns/zone.js";
export type { Fault, FaultOptions } from "./host/faults.js";
export { ListenError } from "./host/listener.js";
export type { LoggedRequest, RequestLog } from "./host/requestLog.js";
export type { AgentOptions, PairOptions, SimulatorOptions } from "./options.js";
export { type ConfigChange, PairControl } from "./pairControl.js";
export { type Profile, type ProfileName, profiles } from "./profiles.js";
export { Simulator } from "./simulator.js";
export { startSimulator } from "./startSimulator.js";
