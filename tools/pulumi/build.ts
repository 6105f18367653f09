import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { dynamicProvider, minimumVersion } from "./executable";
import type { Say } from "./say";

const giveUpAfterMinutes = 45;
const minimumGo = "1.25.6";

export const buildAnnouncement = "2 to 10 minutes and 3 GB in Go's own caches the first time";

const remedies =
  `Install Pulumi ${minimumVersion} or later (https://www.pulumi.com/docs/install/), or set PULUMI_CLI to its executable, ` +
  `or install Go ${minimumGo} or later and run this again`;

/** Both modules only pin what is built: a `go install` of Pulumi is refused, because its own modules carry replace directives. */
const cli = { folder: "cli", module: "github.com/pulumi/pulumi/pkg/v3", command: "cmd/pulumi" };
const host = { folder: "nodejsHost", module: "github.com/pulumi/pulumi/sdk/v3", command: "nodejs/cmd/pulumi-language-nodejs" };

export async function buildVersion(): Promise<string> {
  return pinnedVersion(cli);
}

/** Pulumi's CLI and its Node.js language host, built by Go from their published modules into `folder`/bin. */
export async function build(folder: string, say: Say): Promise<void> {
  const bin = join(folder, "bin");
  // The CLI and its language host speak a stable protocol; this is the host's last version that the sdk module holds.
  for (const part of [host, cli]) await goBuild(part, bin, say);
  await copyFile(join(require.resolve("@pulumi/pulumi/package.json"), "..", dynamicProvider), join(bin, dynamicProvider));
  await chmod(join(bin, dynamicProvider), 0o755);
}

async function goBuild(part: typeof cli, bin: string, say: Say): Promise<void> {
  // Without a version in it the CLI answers `pulumi version` with nothing, and the Automation API refuses it.
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${await pinnedVersion(part)}`;
  const options = ["-mod=readonly", "-trimpath", "-v", "-tags", "osusergo,grpcnotrace", "-ldflags", `-s -w -X ${version}`];
  // For this machine whatever else is being built here, without a C compiler as Pulumi's own releases, and by our go.mod alone.
  const env = { ...process.env, GOOS: "", GOARCH: "", CGO_ENABLED: "0", GO111MODULE: "on", GOWORK: "off" };
  const name = part.command.split("/").at(-1);
  const go = spawn("go", ["build", ...options, "-o", `${bin}/`, `${part.module}/${part.command}`], {
    cwd: join(__dirname, part.folder),
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const progress = new BuildProgress();
  createInterface({ input: go.stderr }).on("line", (line) => progress.read(line));
  const clock = setInterval(() => say(`Building ${name}: ${progress.report()}`), 15_000);
  // Not spawn's own timeout: when there is no go, that one still keeps us running until it is over.
  const deadline = setTimeout(() => go.kill(), giveUpAfterMinutes * 60_000);
  try {
    const [code, signal] = await once(go, "close");
    if (code === 0) return;
    const seen = progress.complaints() || `ended by ${signal ?? `exit code ${code}`} (${progress.report()})`;
    throw new Error(`Building ${name} with go: ${seen}. ${remedies}.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const seen = "there is no usable pulumi, the official download did not work, and there is no go on PATH";
    throw new Error(`Getting a Pulumi CLI: ${seen}. ${remedies}.`, { cause: error });
  } finally {
    clearInterval(clock);
    clearTimeout(deadline);
  }
}

/** Reads what `go build -v` prints: `go: downloading …`, then one import path a line; anything else is a complaint. */
class BuildProgress {
  private readonly started = Date.now();
  private downloaded = 0;
  private compiled = 0;
  private latest = "";
  private readonly rest: string[] = [];

  read(line: string): void {
    if (line.startsWith("go: downloading ")) this.downloaded++;
    else if (/^[\w.~/+-]+$/.test(line)) [this.latest, this.compiled] = [line, this.compiled + 1];
    else this.rest.push(line.trim());
  }

  report(): string {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const latest = this.latest && `, latest ${this.latest}`;
    return `${seconds} s, ${this.downloaded} modules downloaded, ${this.compiled} packages compiled${latest}`;
  }

  complaints(): string {
    return this.rest.slice(-4).join(" ").slice(0, 500);
  }
}

async function pinnedVersion(part: typeof cli): Promise<string> {
  const requirements = await readFile(join(__dirname, part.folder, "go.mod"), "utf8");
  const line = requirements.split("\n").find((candidate) => candidate.trim().startsWith(`${part.module} v`));
  if (line === undefined) throw new Error(`Reading ${part.folder}/go.mod: it does not require ${part.module}. Restore the file.`);
  return line.trim().split(" v").at(-1)?.split(" ")[0] ?? "";
}
