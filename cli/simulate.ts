import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Control, DnsOptions, ProfileName, Simulator } from "dataminer-failover-simulator";

interface SimulateOptions {
  main: string;
  backup: string;
  dataminerId: number;
  system: string;
  elements: number;
  profile: ProfileName;
  protocol: "http" | "https";
  port: number;
  virtualIp: string;
  timeScale: number;
  routing: "direct" | "anyAgent";
  tokenEnv: string;
  dnsZone: string;
  dnsServer?: string;
  dnsPort?: number;
  dnsReverseZone?: string[];
  dnsKeyFile?: string;
  controlPort: number;
}

/** Named here too, as the simulator is loaded for this command only: the others start sooner. */
const profiles: Record<ProfileName, true> = { "10.1-gateway": true, "10.3.6": true, "10.4.1": true, "10.5": true, "10.6": true };

/** The port of DNS, with which the other default ports begin too. */
const ownDnsPort = 8153;

/** `dma-failover simulate`: two Agents to play with, until it is stopped. */
export function addSimulate(program: Command): void {
  program
    .command("simulate")
    .description("Simulate two DataMiner Agents that can become a Failover pair")
    .option("--main <address>", "address of the main Agent, in 127.0.0.0/8", "127.10.10.1")
    .option("--backup <address>", "address of the backup Agent", "127.10.10.2")
    .option("--dataminer-id <id>", "DataMiner ID of both", wholeNumber, 111)
    .option("--system <name>", "DataMiner System of the main Agent", "DMS")
    .option("--elements <count>", "elements of the main Agent", wholeNumber, 40)
    .addOption(new Option("--profile <version>", "product version").choices(Object.keys(profiles)).default("10.5"))
    .addOption(new Option("--protocol <protocol>", "how the Agents are called").choices(["http", "https"]).default("http"))
    .option("--port <port>", "port of each Agent; 0: any free one", wholeNumber, 8110)
    .option("--virtual-ip <address>", "in the Agents' certificates over https", "127.10.10.5")
    .option("--time-scale <factor>", "simulated seconds in one real second", positiveNumber, 60)
    .addOption(new Option("--routing <routing>", "which Agent runs a call").choices(["direct", "anyAgent"]).default("direct"))
    .option("--token-env <name>", "variable that holds the token; unset: a new one is made", "DMA_TOKEN")
    .option("--dns-zone <zone>", "where the Agents register their addresses", "skyline.local")
    .option("--dns-server <address>", "name server to register with instead of a simulated one")
    .option("--dns-port <port>", "port of the name server, 0: any free one; default: 8153, with --dns-server 53", wholeNumber)
    .option(
      "--dns-reverse-zone <zone...>",
      "where the Agents register their names; default: those of their networks, with --dns-server none",
    )
    .option("--dns-key-file <file>", "TSIG key that may change the zones; default: a new one, with --dns-server none")
    .option("--control-port <port>", "port of the control API on 127.0.0.1; 0: any free one", wholeNumber, 8111)
    .addHelpText("after", "\nExit codes: 0 after Ctrl+C or SIGTERM, 1 for everything else.")
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const stopped = stopSignal();
  const given = process.env[options.tokenEnv];
  const token = given || randomBytes(32).toString("hex");
  const { serveControl, startSimulator } = await import("dataminer-failover-simulator");
  const simulator = await startSimulator({
    agents: [
      { ...common(options), address: options.main, name: "DMA-MAIN", system: options.system, elementCount: options.elements },
      { ...common(options), address: options.backup, name: "DMA-BACKUP", pristine: true },
    ],
    token,
    protocol: options.protocol,
    port: options.port,
    timeScale: options.timeScale,
    routing: options.routing,
    dns: dnsOf(options),
  });
  const folder = given ? null : mkdtempSync(join(tmpdir(), "dma-failover-token-"));
  try {
    const control = await serveControl(simulator, options.controlPort);
    try {
      if (folder) writeFileSync(join(folder, "token"), token, { mode: 0o600 });
      console.log(describe(simulator, control, options, folder ? join(folder, "token") : null));
      await stopped;
    } finally {
      await control.close();
    }
  } finally {
    await simulator.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}

const common = ({ dataminerId, profile, virtualIp }: SimulateOptions) => ({
  dataMinerId: dataminerId,
  profile,
  subjectAltNames: [virtualIp],
});

function dnsOf({ dnsZone: zone, dnsServer: host, dnsPort, dnsReverseZone: reverseZones, dnsKeyFile: file }: SimulateOptions): DnsOptions {
  const server = host === undefined ? { port: dnsPort ?? ownDnsPort } : { host, ...(dnsPort === undefined ? {} : { port: dnsPort }) };
  return { server, zone, ...(reverseZones && { reverseZones }), ...(file !== undefined && { key: { file } }) };
}

function describe(simulator: Simulator, control: Control, options: SimulateOptions, tokenFile: string | null): string {
  const agents = simulator.agents.map((agent) => {
    const { name, dataMinerId, version } = agent.snapshot().agent;
    return `  ${name.padEnd(11)} ${agent.url}${simulator.basePath}   DataMiner ID ${dataMinerId}, ${version}`;
  });
  const token = tokenFile ? `in ${tokenFile} (--token-env names a variable to use instead)` : `from ${options.tokenEnv}`;
  return [
    `Two simulated Agents, ${options.timeScale} simulated seconds in one real second:`,
    ...agents,
    `  token       ${token}`,
    ...(simulator.caFile ? [`  CA file     ${simulator.caFile}`] : []),
    ...describeDns(simulator),
    `  control     ${control.url}/state, and POST with a JSON object:`,
    `              curl -H 'content-type: application/json' -d '{}' ${control.url}/switch`,
    "Ctrl+C stops it.",
  ].join("\n");
}

function describeDns({ dns }: Simulator): string[] {
  if (!dns) return [];
  const { server, zone, reverseZones, key, keyFile } = dns;
  const zones = [zone, ...reverseZones].map((name) => name.replace(/\.$/, ""));
  const word = zones.length === 1 ? "zone" : "zones";
  return [
    `  DNS         ${server.host} port ${server.port}, ${word} ${zones.join(", ")}`,
    ...(key ? [`  DNS key     ${key.name.replace(/\.$/, "")} (${key.algorithm}) in ${keyFile}`] : []),
  ];
}

/** Resolves at SIGINT or SIGTERM; a second one ends the process as usual. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function positiveNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return number;
}
