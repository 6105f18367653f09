import { spawn } from "node:child_process";

/** What `npm test` begins with, side by side: one build and what reads it, and what reads the sources. Each one's output in one piece. */
const checks = [
  ["build", "package:check"],
  ["typecheck", "lint", "openapi:check"],
];

async function main(): Promise<void> {
  const lanes = await Promise.allSettled(checks.map(inTurn));
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
}

async function inTurn(scripts: readonly string[]): Promise<void> {
  for (const script of scripts) await npmRun(script);
}

function npmRun(script: string): Promise<void> {
  const child = spawn("npm", ["run", "--silent", script], { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) {
        console.log(`${script}: all right`);
        done();
      } else failed(new Error(`${script}, exit ${code}:\n${Buffer.concat(output).toString().trimEnd()}`));
    });
  });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
