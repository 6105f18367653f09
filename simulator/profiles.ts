import { type Gate, gates, parseVersion, satisfies } from "pulumi-dataminer-failover/failover";

/** What an Agent of one product version can do. */
export interface Profile {
  /** Full build, as the product writes it. */
  version: string;
  /** How users may reach a pair of this version. */
  pairTypes: readonly ("virtualIp" | "sharedHostname")[];
  /** How a pair may be ended. */
  endModes: readonly ("delete" | "disable")[];
  /** A pair can be ended while its offline Agent is unavailable. */
  endWithOfflineUnavailable: boolean;
  /** Who manages NATS. */
  nats: "brokerGateway" | "slnetManaged";
  /** Whether it has what the gate stands for. */
  has: (gate: Gate) => boolean;
  /** Without NATS the offline Agent cannot come online. */
  switchNeedsNats: boolean;
  /** The online Agent restarts when the ending is finished. */
  restartsAfterEnding: boolean;
}

/** What each profile is named after; everything else follows from its version. */
const versions = {
  /** Before 10.2: an ended pair may be disabled instead. Serves the API through a gateway of the user's own. */
  "10.1-gateway": "10.1.0.0-10963-CU6",
  "10.3.6": "10.3.6.0-13006",
  "10.4.1": "10.4.1.0-13756",
  /** With BrokerGateway, which is there from 10.5.5 on. */
  "10.5": "10.5.6.0-15712",
  "10.6": "10.6.9.0-16780",
} as const;

/** Name of a product version that the simulator knows. */
export type ProfileName = keyof typeof versions;

/** The profiles by name, as an Agent has them that is given nothing else. */
export const profiles = Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, follow(version, version)])) as Record<
  ProfileName,
  Profile
>;

const usualProfile: ProfileName = "10.5";

/** What an Agent of these options can do: a version moves all of it, and what its text leaves open is as in the profile. */
export function profileOf({
  profile = usualProfile,
  version,
}: {
  profile?: ProfileName | undefined;
  version?: string | undefined;
}): Profile {
  const named = versions[profile];
  return follow(version ?? named, named);
}

function follow(text: string, fallback: string): Profile {
  const has = (wanted: Gate): boolean => {
    const answers = [text, fallback].map((each) => {
      const version = parseVersion(each);
      return version === undefined ? "unknown" : satisfies(version, wanted);
    });
    return answers.find((answer) => answer !== "unknown") === "yes";
  };
  return {
    version: text,
    pairTypes: has(gates.sharedHostname) ? ["virtualIp", "sharedHostname"] : ["virtualIp"],
    endModes: has(gates.disableRemoved) ? ["delete"] : ["delete", "disable"],
    endWithOfflineUnavailable: has(gates.endWithOfflineUnavailable),
    nats: has(gates.brokerGateway) ? "brokerGateway" : "slnetManaged",
    has,
    switchNeedsNats: !has(gates.switchesWithoutNats),
    restartsAfterEnding: has(gates.onlineRestartsAfterEnding),
  };
}
