// Two DataMiner Agents become one Failover pair that is reached through a virtual IP address with a name of its own.
// Every value comes from the stack's configuration (`pulumi config set mainHost 10.10.10.1`), so this file runs anywhere as it is.
import * as pulumi from "@pulumi/pulumi";
import { DmaAgent, FailoverPair, standardHeartbeats, VirtualIp } from "pulumi-dataminer-failover";

const config = new pulumi.Config();
const [mainHost, backupHost] = [config.require("mainHost"), config.require("backupHost")];

// Only the variable's name goes into state, never the token. `protocol`, `port` and `caFile` may stay unset.
const connection = {
  tokenEnv: "DMA_TOKEN",
  protocol: config.get<"http" | "https">("protocol"),
  port: config.getNumber("port"),
  caFile: config.get("caFile"),
};

const main = new DmaAgent("main", { host: mainHost, ...connection });
const backup = new DmaAgent("backup", { host: backupHost, ...connection });

// Windows registers every address of an Agent under the Agent's own name. This turns that off for the virtual one and fixes the records.
const virtualIp = new VirtualIp("virtual-ip", {
  agents: [main, backup],
  address: config.require("virtualIp"),
  prefixLength: config.getNumber("prefixLength") ?? 24,
  network: "corporate",
  dns: {
    server: config.require("dnsServer"),
    zone: config.require("zone"),
    key: { name: config.require("dnsKeyName"), secretEnv: "DNS_KEY_SECRET" },
    hostname: config.get("virtualName") ?? "dma-virtual",
    members: [
      { hostname: config.get("mainName") ?? "dma-main", address: mainHost },
      { hostname: config.get("backupName") ?? "dma-backup", address: backupHost },
    ],
  },
});

const pair = new FailoverPair("pair", {
  main,
  backup,
  virtualIps: [virtualIp],
  mode: config.get<"automatic" | "manual">("mode") ?? "automatic",
  // What each Agent pings to find out whether it is itself cut off: a gateway, a switch or a domain controller.
  heartbeats: standardHeartbeats({ main: config.require("mainTarget"), backup: config.require("backupTarget") }),
});

export const reachableAt = pair.reachableAt;
export const online = pair.online;
export const led = pair.led;
export const problems = pair.problems;
