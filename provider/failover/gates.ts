import { type Gate, gate, type Version } from "./version.js";

/** First versions of what matters to a pair (docs/product.md, "Versions"). */
export const gates = {
  /** A member that restarts comes online by itself without a heartbeat between the Agents (RN 31915). */
  startsWithoutHeartbeat: gate("10.2.2/10.2.0"),
  /** SLReset resets the backup when a pair is ended; before it somebody had to clean it by hand (RN 28456). */
  resetsByItself: gate("10.1.2/10.1.0 [CU1]"),
  /** DataMiner processes talk by NATS. */
  usesNats: gate("10.1.1/10.1.0"),
  /** The NATS cluster updates itself when a pair is set up or ended (RN 32424). */
  updatesNats: gate("10.2.3/10.2.0"),
  /** Ending a pair takes both Cassandra nodes out of their cluster (RN 29894). */
  splitsCassandra: gate("10.2.4/10.2.0"),
  /** NATS is needed to come online at a switch no more (RN 33681). */
  switchesWithoutNats: gate("10.2.11/10.3.0"),
  /** The Failover Config window tells of missing packet capture libraries (RN 40257, RN 40267). */
  tellsPcap: gate("10.4.10/10.5.0"),
  /** BrokerGateway reconfigures the NATS cluster first, and makes no pair when that fails (RN 42494). */
  reconfiguresNatsFirst: gate("10.5.7/10.5.0 [CU4]/10.4.0 [CU16]"),
  /** The Failover Status window has the row "NATS communication" (vendor page "Viewing the current Failover DMA status"). */
  showsNats: gate("10.5.7/10.6.0"),
  /** Systems can migrate to BrokerGateway. */
  brokerGateway: gate("10.5.5/10.5.0 [CU2]"),
  /** Pairs with a shared hostname exist. */
  sharedHostname: gate("10.1.8/10.2.0"),
  /** Ending always resets the offline Agent; "disable" is gone (RN 30458). */
  disableRemoved: gate("10.1.10/10.2.0"),
  /** `AlwaysBruteForceOffline` is honoured (RN 33775). */
  restartWhenGoingOffline: gate("10.2.8/10.2.0 [CU5]"),
  /** Ending is possible while the offline Agent is unavailable (RN 33827). */
  endWithOfflineUnavailable: gate("10.2.12/10.2.0 [CU9]"),
  /** Upgrade packages install IIS Application Request Routing (RN 34606). */
  requestRoutingInstalled: gate("10.2.12/10.2.0 [CU9]"),
  /** MySQL and MSSQL are not supported any more. */
  legacySqlUnsupported: gate("10.3.1/10.3.0"),
  /** A DataMiner System may not hold both types of pairs (RN 37075). */
  mixedTypesForbidden: gate("10.3.12/10.3.0 [CU9]/10.2.0 [CU21]"),
  /** SLReset disconnects the Agent from dataminer.services ("Factory reset tool"). */
  resetDisconnectsCloud: gate("10.4.7/10.5.0"),
  /** The online Agent restarts when the ending has finished (RN 40161). */
  onlineRestartsAfterEnding: gate("10.4.9/10.4.0 [CU6]/10.3.0 [CU18]"),
  /** The Failover Status window tells when STaaS is degraded; before, it looks well there whatever happens (RN 42944). */
  staasIsTold: gate("10.5.7/10.5.0 [CU4]"),
  /** The system reaches a pair with a shared hostname at that name, never at the online Agent's own address (RN 43257). */
  primaryAddressIsShared: gate("10.5.9/10.5.0 [CU6]/10.4.0 [CU18]"),
  /** Web sessions survive being forwarded by the offline member (RN 43397). */
  sessionCookieForwarded: gate("10.5.9/10.5.0 [CU6]/10.4.0 [CU18]"),
  /** SLReset goes back to SLNet-managed NATS (RN 40759) ... */
  resetReturnsToSlnetNats: gate("10.5.5/10.5.0 [CU2]"),
  /** ... until BrokerGateway is the default and mandatory. */
  brokerGatewayMandatory: gate("10.6.1/10.6.0"),
} as const satisfies Record<string, Gate>;

/** Before 7.5.0 DataMiner did not copy the general database to the backup. Its numbering knew no tracks. */
export const copiesDatabase = ({ major, minor }: Version): boolean => major > 7 || (major === 7 && minor >= 5);
