import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Simulator, startSimulator } from "../../simulator/index.js";
import { byHand, tellByHand } from "./byHandStory";
import { DemoCli, type DemoStack } from "./cli";
import { addressesOf, showDns } from "./dnsTable";
import { Narrator } from "./narrator";
import { sharedHostnameAgents, sharedHostnameTargets, tellSharedHostname } from "./sharedHostnameStory";

const token = "demo-token-for-simulated-agents-only";
/** Simulated seconds in one real second: a set-up that takes many minutes of the product's time takes seconds here. */
const timeScale = 200;

/** One value of the demo's stack configuration, which alone holds loopback addresses. */
async function configured(): Promise<(key: string) => string> {
  const text = await readFile(resolve(__dirname, "../../Pulumi.demo.yaml"), "utf8");
  return (key) => {
    const value = new RegExp(`^ *dataminer-failover:${key}: "?([^"\\n]+)"?$`, "m").exec(text)?.[1];
    if (value === undefined) throw new Error(`Pulumi.demo.yaml has no ${key}.`);
    return value;
  };
}

async function tell(story: Narrator, simulator: Simulator, cli: DemoStack, config: (key: string) => string): Promise<void> {
  const [main, backup] = [simulator.agent(config("mainHost")), simulator.agent(config("backupHost"))];
  const showNames = async () => {
    await simulator.registered();
    showDns(story, simulator, ["DMA-MAIN", "DMA-BACKUP", "DMA-VIRTUAL"]);
  };
  const showStatus = () => {
    for (const { address } of [main, backup]) {
      const { agent, status, pair } = simulator.agent(address).snapshot();
      const held = agent.interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => virtual).map((one) => one.address));
      const holds = held.length > 0 ? `, holds ${held.join(", ")}` : "";
      story.say(`  ${agent.name} ${address}: ${status?.failoverStatus ?? "in no pair"} (${pair?.position ?? "standalone"})${holds}`);
    }
  };

  story.chapter("pulumi up: two Agents become one Failover pair");
  story.say("The program is examples/virtual-ip/index.ts. It is judged first; then main is told to set the pair up, and is waited for.");
  await cli.run(0, "up", "--yes", "--skip-preview");
  story.say("What the two members show now:");
  showStatus();
  story.expect("online", await cli.output("online"), "main");
  story.expect("LEDs", await cli.output("led"), { backup: "green", main: "green" });
  story.say("And in DNS, where no Agent registers its virtual address any more:");
  await showNames();

  story.chapter("pulumi preview: nothing to do");
  simulator.requests.clear();
  await cli.run(0, "preview", "--expect-no-changes");
  story.expect("calls to the Agents for that", simulator.requests.count(), 0);

  story.chapter("A Failover switch behind our back is no drift");
  await simulator.pair(main.address).switchRoles();
  showStatus();
  story.say("No name has got another address:");
  await showNames();
  story.expect("DMA-BACKUP", addressesOf(simulator, "DMA-BACKUP"), [backup.address]);
  const switched = await cli.run(0, "preview", "--refresh", "--expect-no-changes");
  story.expectText("the output online changed, and nothing else", switched, '~ online     : "main" => "backup"');
  story.say("Somebody switches back.");
  await simulator.pair(main.address).switchRoles();
  showStatus();
  await cli.run(0, "preview", "--refresh", "--expect-no-changes");

  story.chapter("Somebody edits the heartbeats: the drift run exits with 7 and says so");
  const [declared] = simulator.pair(main.address).config.heartbeats;
  simulator
    .pair(main.address)
    .editConfig((before) => ({ ...before, heartbeats: before.heartbeats.map((one) => ({ ...one, maxFailures: 20 })) }));
  const drift = await cli.run(7, "preview", "--refresh", "--expect-no-changes");
  story.expectText("it names heartbeats", drift, "FailoverPair pair: differs from what is declared: heartbeats");

  story.chapter("pulumi up repairs it");
  await cli.run(0, "up", "--yes", "--skip-preview", "--refresh");
  story.expect(
    "allowed failures of the first heartbeat",
    simulator.pair(main.address).config.heartbeats[0]?.maxFailures,
    declared?.maxFailures,
  );

  story.chapter("pulumi destroy ends the Failover configuration");
  await cli.run(0, "destroy", "--yes", "--skip-preview");

  story.chapter("What is left, asked of the simulated Agents themselves");
  const [left, reset] = [main.snapshot(), backup.snapshot()];
  const addresses = left.agent.interfaces.flatMap((one) => one.addresses);
  story.expect("DMA-MAIN is standalone", left.pair, null);
  story.expect("its DataMiner ID", left.agent.dataMinerId, 111);
  story.expect("its elements", left.agent.elementCount, 40);
  story.expect("the system reaches it at its own address", left.dms.primaryAddress, main.address);
  story.expect("virtual addresses it still holds", addresses.filter(({ virtual }) => virtual).length, 0);
  story.expect("DataMiner ID of DMA-BACKUP", reset.agent.dataMinerId, null);
  story.expect("DMA-BACKUP is as freshly installed", reset.agent.pristine, true);
  story.expect("addresses of DMA-VIRTUAL", addressesOf(simulator, "DMA-VIRTUAL"), []);
}

async function demo(): Promise<void> {
  const story = new Narrator();
  const config = await configured();
  story.chapter("Simulated Agents, a name server of their own, and the real Pulumi CLI");
  const [dnsAddress = "", dnsPort] = config("dnsServer").split(":");
  const secret = randomBytes(32).toString("base64");
  const simulator = await startSimulator({
    token,
    timeScale,
    port: Number(config("port")),
    hosts: [config("mainTarget"), config("backupTarget"), ...sharedHostnameTargets],
    dns: { server: { address: dnsAddress, port: Number(dnsPort) }, zone: config("zone"), key: { name: config("dnsKeyName"), secret } },
    pairs: [{ owner: null, config: byHand.pair }],
    agents: [
      { address: config("mainHost"), name: "DMA-MAIN", dataMinerId: 111, system: "DMS", elementCount: 40, profile: "10.6" },
      { address: config("backupHost"), name: "DMA-BACKUP", dataMinerId: 111, pristine: true, profile: "10.6" },
      ...byHand.agents,
      ...sharedHostnameAgents,
    ],
  });
  try {
    story.say(`DMA-MAIN   ${config("mainHost")}: a working Agent with DataMiner ID 111 and 40 elements`);
    story.say(`DMA-BACKUP ${config("backupHost")}: freshly installed, prepared with the same ID`);
    story.say(
      `name server ${config("dnsServer")}: zone ${config("zone")} and the reverse ones, updates signed with key ${config("dnsKeyName")}`,
    );
    const cli = await DemoCli.prepare(story, { DMA_TOKEN: token, DNS_KEY_SECRET: secret });
    story.say(`Pulumi ${cli.version}, with its state in .demo/`);
    await tellByHand(story, simulator);
    await tell(story, simulator, await cli.demoStack(), config);
    await tellSharedHostname(story, simulator, cli, config);
    story.end();
  } finally {
    await simulator.close();
  }
}

demo().catch((error: unknown) => {
  console.error(`\nThe demo ended early. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
