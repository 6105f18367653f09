import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pulumiEnvironment } from "../pulumi/environment";
import { findPulumi } from "../pulumi/find";
import type { Narrator } from "./narrator";

const repository = resolve(__dirname, "../..");
const folder = join(repository, ".demo");

export interface Run {
  code: number | null;
  output: string;
}

/** The real Pulumi CLI, with a state of its own that every demo starts anew. */
export class DemoCli {
  private constructor(
    private readonly command: string,
    private readonly environment: Record<string, string>,
    private readonly narrator: Narrator,
    readonly version: string,
  ) {}

  static async prepare(narrator: Narrator, secrets: Record<string, string>): Promise<DemoCli> {
    const pulumi = await findPulumi();
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, "backend"), { recursive: true });
    // The salt in Pulumi.demo.yaml belongs to an empty passphrase, so a passphrase of the user's own must not be used.
    const environment: NodeJS.ProcessEnv = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "" };
    delete environment.PULUMI_CONFIG_PASSPHRASE_FILE;
    const composed = pulumiEnvironment({ pulumi, backend: join(folder, "backend"), home: join(folder, "home"), environment });
    return new DemoCli(pulumi.command, { ...composed, ...secrets }, narrator, pulumi.version);
  }

  /** The stack of the repository's own Pulumi.yaml, configured in Pulumi.demo.yaml. */
  demoStack(): Promise<DemoStack> {
    return this.initialized(repository);
  }

  /** A stack of another program, whose project and configuration are the demo's own. */
  async stackOf(program: string, config: Record<string, string>): Promise<DemoStack> {
    const project = join(folder, program);
    await mkdir(project, { recursive: true });
    await writeFile(
      join(project, "Pulumi.yaml"),
      `name: dataminer-failover\ndescription: ${program}\nruntime: nodejs\nmain: ${join(repository, program)}\n`,
    );
    const stack = await this.initialized(project);
    for (const [key, value] of Object.entries(config)) await stack.quietly("config", "set", key, value);
    return stack;
  }

  private async initialized(project: string): Promise<DemoStack> {
    const stack = new DemoStack((args) => this.spawn(project, args), this.narrator);
    await stack.quietly("stack", "init", project === repository ? "demo" : basename(project));
    return stack;
  }

  private spawn(cwd: string, args: readonly string[]): Promise<Run> {
    return new Promise((done, failed) => {
      const child = spawn(this.command, [...args, "--non-interactive", "--color=never"], {
        cwd,
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

/** One stack of the demo. */
export class DemoStack {
  constructor(
    private readonly spawned: (args: readonly string[]) => Promise<Run>,
    private readonly narrator: Narrator,
  ) {}

  /** Shows the command and what it prints, and holds it to its exit code. */
  async run(expectedCode: number, ...args: string[]): Promise<string> {
    this.narrator.say(`$ pulumi ${args.join(" ")}`);
    const { code, output } = await this.spawned(args);
    // Lines with @ only stand for a spinner.
    this.narrator.quote(output.replace(/^@ .*\n/gm, "").replace(/\n{2,}/g, "\n"));
    if (code !== expectedCode) throw new Error(`pulumi ${args[0]} ended with ${code}, expected ${expectedCode}.`);
    this.narrator.say(`✓ exit code ${code}`);
    return output;
  }

  async output(name: string): Promise<unknown> {
    return JSON.parse(await this.quietly("stack", "output", name, "--json")) as unknown;
  }

  /** A command that must succeed and is not shown. */
  async quietly(...args: string[]): Promise<string> {
    const { code, output } = await this.spawned(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }
}
