#!/usr/bin/env node
import { Command } from "commander";
import packageJson from "../package.json";
import { addSimulate } from "./simulate.js";

const program = new Command("dma-failover").description("DataMiner Failover pairs from the command line").version(packageJson.version);
addSimulate(program);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
