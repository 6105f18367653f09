// Two DataMiner Agents become one Failover pair that is reached through a shared hostname, which resolves to both of them.
// Every value comes from the stack's configuration (`pulumi config set hostname dma.example.com`), so this file runs anywhere as it is.
import * as pulumi from "@pulumi/pulumi";
import { DmaAgent, FailoverPair, SharedHostnameRecord, standardHeartbeats } from "pulumi-dataminer-failover";

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

// One name, both primary addresses, and back: DataMiner checks that before it sets the pair up.
const hostname = new SharedHostnameRecord("hostname", {
  hostname: config.require("hostname"),
  addresses: [mainHost, backupHost],
  dns: {
    server: config.require("dnsServer"),
    key: { name: config.require("dnsKeyName"), secretEnv: "DNS_KEY_SECRET" },
  },
});

const pair = new FailoverPair("pair", {
  main,
  backup,
  hostname,
  mode: config.get<"automatic" | "manual">("mode") ?? "automatic",
  // What each Agent pings to find out whether it is itself cut off: a gateway, a switch or a domain controller.
  heartbeats: standardHeartbeats({ main: config.require("mainTarget"), backup: config.require("backupTarget") }),
});

export const reachableAt = pair.reachableAt;
export const online = pair.online;
export const led = pair.led;
export const problems = pair.problems;
