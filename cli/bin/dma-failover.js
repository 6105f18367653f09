#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "..", "dist", "main.js");
if (existsSync(main)) require(main);
else {
  console.error("dma-failover is not built: run `npm run build` first.");
  process.exitCode = 1;
}
