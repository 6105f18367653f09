// Two DataMiner Agents become one Failover pair that is reached through a virtual IP address.
// Every value comes from the stack's configuration (`pulumi config set mainHost 10.10.10.1`), so this file runs anywhere as it is.
import * as pulumi from "@pulumi/pulumi";
import { DmaAgent, FailoverPair, standardHeartbeats } from "pulumi-dataminer-failover";

const config = new pulumi.Config();

// Only the variable's name goes into state, never the token. `protocol`, `port` and `caFile` may stay unset.
const connection = {
  tokenEnv: "DMA_TOKEN",
  protocol: config.get<"http" | "https">("protocol"),
  port: config.getNumber("port"),
  caFile: config.get("caFile"),
};

const main = new DmaAgent("main", { host: config.require("mainHost"), ...connection });
const backup = new DmaAgent("backup", { host: config.require("backupHost"), ...connection });

const pair = new FailoverPair("pair", {
  main,
  backup,
  virtualIps: [{ network: "corporate", address: config.require("virtualIp"), prefixLength: config.getNumber("prefixLength") ?? 24 }],
  mode: config.get<"automatic" | "manual">("mode") ?? "automatic",
  // What each Agent pings to find out whether it is itself cut off: a gateway, a switch or a domain controller.
  heartbeats: standardHeartbeats({ main: config.require("mainTarget"), backup: config.require("backupTarget") }),
});

export const reachableAt = pair.reachableAt;
export const online = pair.online;
export const led = pair.led;
export const problems = pair.problems;
