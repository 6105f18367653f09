import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { pulumiEnvironment } from "./environment";
import type { PulumiCli } from "./executable";
import { findPulumi } from "./find";

/** `npm run pulumi -- <args>`: the CLI with a backend of files inside this repository. What the caller's environment sets, wins. */
function run(pulumi: PulumiCli): void {
  const own = join(__dirname, "../../.cache/pulumi");
  const backend = process.env.PULUMI_BACKEND_URL || join(own, "backend");
  const home = process.env.PULUMI_HOME || join(own, "home");
  if (!backend.includes("://")) mkdirSync(backend, { recursive: true });
  mkdirSync(home, { recursive: true });

  // npm starts scripts in the folder of package.json; a person means paths from where they stand.
  const cwd = process.env.npm_lifecycle_event === "pulumi" ? process.env.INIT_CWD : undefined;
  const child = spawn(pulumi.command, process.argv.slice(2), {
    env: pulumiEnvironment({ pulumi, backend, home }),
    stdio: "inherit",
    ...(cwd ? { cwd } : {}),
  });
  // Ctrl-C reaches the CLI from the terminal itself; it then ends in its own time, and we wait for it.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => fail(new Error(`Running ${pulumi.command}: ${error.message}. Run "npx tsx tools/pulumi/install.ts".`)));
  child.on("close", (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
}

function fail(error: Error): void {
  console.error(error.message);
  process.exitCode = 1;
}

findPulumi().then(run).catch(fail);
