import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pulumiEnvironment } from "../pulumi/environment";
import { findPulumi } from "../pulumi/find";
import type { Narrator } from "./narrator";

const repository = resolve(__dirname, "../..");

export interface Run {
  code: number | null;
  output: string;
}

/** The real Pulumi CLI on the repository's own Pulumi.yaml, with a state of its own that every demo starts anew. */
export class DemoCli {
  private constructor(
    private readonly command: string,
    private readonly environment: Record<string, string>,
    private readonly narrator: Narrator,
    readonly version: string,
  ) {}

  static async prepare(narrator: Narrator, secrets: Record<string, string>): Promise<DemoCli> {
    const pulumi = await findPulumi();
    const folder = join(repository, ".demo");
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, "backend"), { recursive: true });
    // The salt in Pulumi.demo.yaml belongs to an empty passphrase, so a passphrase of the user's own must not be used.
    const environment: NodeJS.ProcessEnv = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "" };
    delete environment.PULUMI_CONFIG_PASSPHRASE_FILE;
    const composed = pulumiEnvironment({ pulumi, backend: join(folder, "backend"), home: join(folder, "home"), environment });
    const cli = new DemoCli(pulumi.command, { ...composed, ...secrets }, narrator, pulumi.version);
    const { code, output } = await cli.quietly("stack", "init", "demo");
    if (code !== 0) throw new Error(`pulumi stack init demo ended with ${code}:\n${output}`);
    return cli;
  }

  /** Shows the command and what it prints, and holds it to its exit code. */
  async run(expectedCode: number, ...args: string[]): Promise<string> {
    this.narrator.say(`$ pulumi ${args.join(" ")}`);
    const { code, output } = await this.quietly(...args, "--stack", "demo");
    // Lines with @ only stand for a spinner.
    this.narrator.quote(output.replace(/^@ .*\n/gm, "").replace(/\n{2,}/g, "\n"));
    if (code !== expectedCode) throw new Error(`pulumi ${args[0]} ended with ${code}, expected ${expectedCode}.`);
    this.narrator.say(`✓ exit code ${code}`);
    return output;
  }

  async output(name: string): Promise<unknown> {
    const { code, output } = await this.quietly("stack", "output", name, "--json", "--stack", "demo");
    if (code !== 0) throw new Error(`pulumi stack output ${name} ended with ${code}:\n${output}`);
    return JSON.parse(output) as unknown;
  }

  private quietly(...args: string[]): Promise<Run> {
    return new Promise((done, failed) => {
      const child = spawn(this.command, [...args, "--non-interactive", "--color=never"], {
        cwd: repository,
        env: this.environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      child.stdout.on("data", (text: Buffer) => {
        output += text.toString();
      });
      child.stderr.on("data", (text: Buffer) => {
        output += text.toString();
      });
      child.on("error", failed);
      child.on("close", (code) => done({ code, output }));
    });
  }
}
