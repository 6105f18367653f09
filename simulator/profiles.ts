/** What an Agent of one product version can do (domain 5.1, 5.2, 5.5, 6, 10). */
export interface Profile {
  /** Full build, as the product writes it. */
  version: string;
  pairTypes: readonly ("virtualIp" | "sharedHostname")[];
  endModes: readonly ("delete" | "disable")[];
  /** A pair can be ended while its offline Agent is unavailable. */
  endWithOfflineUnavailable: boolean;
  nats: "brokerGateway" | "slnetManaged";
  /** The status window has the row "NATS communication". */
  showsNats: boolean;
  /** Without NATS the offline Agent cannot come online. */
  switchNeedsNats: boolean;
  /** The online Agent restarts when the ending is finished. */
  restartsAfterEnding: boolean;
}

const bothTypes = ["virtualIp", "sharedHostname"] as const;

export const profiles = {
  /** Before 10.2: an ended pair may be disabled instead. Serves the API through a gateway of the user's own. */
  "10.1-gateway": {
    version: "10.1.0.0-10963-CU6",
    pairTypes: ["virtualIp"],
    endModes: ["delete", "disable"],
    endWithOfflineUnavailable: false,
    nats: "slnetManaged",
    showsNats: false,
    switchNeedsNats: true,
    restartsAfterEnding: false,
  },
  "10.3.6": {
    version: "10.3.6.0-13006",
    pairTypes: bothTypes,
    endModes: ["delete"],
    endWithOfflineUnavailable: true,
    nats: "slnetManaged",
    showsNats: false,
    switchNeedsNats: false,
    restartsAfterEnding: false,
  },
  "10.4.1": {
    version: "10.4.1.0-13756",
    pairTypes: bothTypes,
    endModes: ["delete"],
    endWithOfflineUnavailable: true,
    nats: "slnetManaged",
    showsNats: false,
    switchNeedsNats: false,
    restartsAfterEnding: false,
  },
  /** With BrokerGateway, which is there from 10.5.5 on. */
  "10.5": {
    version: "10.5.6.0-15712",
    pairTypes: bothTypes,
    endModes: ["delete"],
    endWithOfflineUnavailable: true,
    nats: "brokerGateway",
    showsNats: false,
    switchNeedsNats: false,
    restartsAfterEnding: true,
  },
  "10.6": {
    version: "10.6.9.0-16780",
    pairTypes: bothTypes,
    endModes: ["delete"],
    endWithOfflineUnavailable: true,
    nats: "brokerGateway",
    showsNats: true,
    switchNeedsNats: false,
    restartsAfterEnding: true,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
