#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addSimulate } from "./simulate.js";

const manifest = JSON.parse(readFileSync(require.resolve("pulumi-dataminer-failover/package.json"), "utf8")) as { version: string };
const program = new Command("dma-failover").description("DataMiner Failover pairs from the command line").version(manifest.version);
addSimulate(program);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
