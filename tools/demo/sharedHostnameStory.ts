import type { Simulator } from "../../simulator/index.js";
import type { DemoCli } from "./cli";
import { addressesOf, showDns } from "./dnsTable";
import type { Narrator } from "./narrator";

/** The Agents of this story are in a DataMiner System of their own: one system has pairs of one type. */
export const sharedHostnameAgents = [
  { address: "127.10.20.1", name: "DMA-ONE", dataMinerId: 222, system: "OTHER", elementCount: 12, profile: "10.6" as const },
  { address: "127.10.20.2", name: "DMA-TWO", dataMinerId: 222, pristine: true, profile: "10.6" as const },
];
export const sharedHostnameTargets = ["127.10.20.254", "127.10.20.253"];

/** examples/shared-hostname: set up, and ended again. */
export async function tellSharedHostname(
  story: Narrator,
  simulator: Simulator,
  cli: DemoCli,
  config: (key: string) => string,
): Promise<void> {
  const [one, two] = sharedHostnameAgents.map(({ address }) => address) as [string, string];
  const [mainTarget, backupTarget] = sharedHostnameTargets as [string, string];
  const common = ["protocol", "port", "dnsServer", "dnsKeyName"].map((key): [string, string] => [key, config(key)]);
  const stack = await cli.stackOf("examples/shared-hostname", {
    ...Object.fromEntries(common),
    ...{ mainHost: one, backupHost: two, mainTarget, backupTarget },
    hostname: `dma.${config("zone")}`,
  });

  story.chapter("Another pair, with a shared hostname: examples/shared-hostname");
  await stack.run(0, "up", "--yes", "--skip-preview");
  showDns(story, simulator, ["dma"]);
  story.expect("addresses of the shared hostname", addressesOf(simulator, "dma"), [one, two]);
  await stack.run(0, "preview", "--refresh", "--expect-no-changes");
  await stack.run(0, "destroy", "--yes", "--skip-preview");
  story.expect("addresses of the shared hostname", addressesOf(simulator, "dma"), []);
}
