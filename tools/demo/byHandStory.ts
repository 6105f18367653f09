import { PairConfig } from "../../provider/agent/pairSchema.js";
import type { Simulator, SimulatorOptions } from "../../simulator/index.js";
import { addressesOf, showDns } from "./dnsTable";
import type { Narrator } from "./narrator";

const [main, backup, virtual] = ["127.10.10.11", "127.10.10.12", "127.10.10.15"] as const;
const names = ["OLD-MAIN", "OLD-BACKUP"];

/** A pair that somebody clicked together, without this package. */
export const byHand: Pick<SimulatorOptions, "agents"> & { pair: PairConfig } = {
  agents: [
    { address: main, name: "OLD-MAIN", dataMinerId: 333, system: "DMS", elementCount: 7, profile: "10.6" },
    { address: backup, name: "OLD-BACKUP", dataMinerId: 333, system: "DMS", profile: "10.6" },
  ],
  pair: PairConfig.parse({
    type: "virtualIp",
    main: { address: main, acquisitionAddress: null },
    backup: { address: backup, acquisitionAddress: null },
    virtualIps: [{ network: "corporate", address: virtual, prefixLength: 24 }],
    hostname: null,
    mode: "manual",
    heartbeats: [],
    syncInterface: null,
    restartWhenGoingOffline: false,
  }),
};

/** What the product's FAQ tells of double registration: it happens by itself. */
export async function tellByHand(story: Narrator, simulator: Simulator): Promise<void> {
  story.chapter("A pair made by hand: its virtual address spreads in DNS");
  await simulator.registered();
  story.say(`Windows registers every address of a server under the server's own name, ${virtual} too:`);
  showDns(story, simulator, names);
  await simulator.pair(main).switchRoles();
  await simulator.registered();
  story.say("After a Failover switch both names have it, and nobody ever takes it away:");
  showDns(story, simulator, names);
  story.expect("OLD-MAIN still leads to the virtual address", addressesOf(simulator, "OLD-MAIN"), [main, virtual]);
  story.expect("and so does OLD-BACKUP", addressesOf(simulator, "OLD-BACKUP"), [backup, virtual]);
}
