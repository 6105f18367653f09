import { type Gate, gate, type Version } from "./version.js";

/** First versions of what matters to a pair (domain 10, or the section named). */
export const gates = {
  /** A member that restarts comes online by itself without a heartbeat between the Agents (domain 3.2, RN 31915). */
  startsWithoutHeartbeat: gate("10.2.2/10.2.0"),
  /** Pairs with a shared hostname exist. */
  sharedHostname: gate("10.1.8/10.2.0"),
  /** Ending always resets the offline Agent; "disable" is gone (domain 5.1). */
  disableRemoved: gate("10.1.10/10.2.0"),
  /** `AlwaysBruteForceOffline` is honoured (domain 8.3, RN 33775). */
  restartWhenGoingOffline: gate("10.2.8/10.2.0 [CU5]"),
  /** Ending is possible while the offline Agent is unavailable (domain 5.5). */
  endWithOfflineUnavailable: gate("10.2.12/10.2.0 [CU9]"),
  /** Upgrade packages install IIS Application Request Routing (domain 2, P11). */
  requestRoutingInstalled: gate("10.2.12/10.2.0 [CU9]"),
  /** MySQL and MSSQL are not supported any more. */
  legacySqlUnsupported: gate("10.3.1/10.3.0"),
  /** A DataMiner System may not hold both types of pairs (domain 2.1). */
  mixedTypesForbidden: gate("10.3.12/10.3.0 [CU9]/10.2.0 [CU21]"),
  /** SLReset disconnects the Agent from dataminer.services (domain 5.4). */
  resetDisconnectsCloud: gate("10.4.7/10.5.0"),
  /** The online Agent restarts when the ending has finished (domain 5.2). */
  onlineRestartsAfterEnding: gate("10.4.9/10.4.0 [CU6]/10.3.0 [CU18]"),
  /** Web sessions survive being forwarded by the offline member (domain 7.2, RN 43397). */
  sessionCookieForwarded: gate("10.5.9/10.5.0 [CU6]/10.4.0 [CU18]"),
  /** SLReset goes back to SLNet-managed NATS (domain 5.4) ... */
  resetReturnsToSlnetNats: gate("10.5.5/10.5.0 [CU2]"),
  /** ... until BrokerGateway is the default and mandatory. */
  brokerGatewayMandatory: gate("10.6.1/10.6.0"),
} as const satisfies Record<string, Gate>;

/** Before 7.5.0 DataMiner did not copy the general database to the backup (domain 4.1, step 4). Its numbering knew no tracks. */
export const copiesDatabase = ({ major, minor }: Version): boolean => major > 7 || (major === 7 && minor >= 5);
