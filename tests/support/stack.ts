import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pulumiEnvironment } from "../../tools/pulumi/environment";
import { findPulumi } from "../../tools/pulumi/find";

export interface Run {
  /** Exit code of the CLI; null when it was killed. */
  code: number | null;
  /** Everything it printed, stdout and stderr as they came. */
  output: string;
}

export interface Resource {
  urn: string;
  id: string;
  type: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** Inside the repository, so that programs and the provider's process find node_modules as a user's project does. */
const storiesFolder = resolve(__dirname, "../../.cache/stories");

/**
 * The program of most stories: it declares what `declaration.json` says, so that a story changes data, never code.
 * Agents, records and virtual IPs are declared as resources by their names, and the pair takes them as they are.
 */
const declaringProgram = `
const { DmaAgent, FailoverPair, SharedHostnameRecord, VirtualIp } = require("pulumi-dataminer-failover");
const { agents = {}, records = {}, virtualIps = {}, pair, pairName = "pair", formerly } = require("./declaration.json");
const make = (declared, one) => Object.fromEntries(Object.entries(declared).map(([name, args]) => [name, one(name, args)]));
const made = make(agents, (name, args) => new DmaAgent(name, args));
const member = (value) => (typeof value === "string" ? made[value] : value);
const shared = make(records, (name, args) => new SharedHostnameRecord(name, args));
const addresses = make(virtualIps, (name, args) => new VirtualIp(name, { ...args, agents: args.agents.map(member) }));
if (pair) {
  const options = formerly ? { aliases: [{ name: formerly }] } : {};
  const { record, ...rest } = pair;
  if (record) rest.hostname = shared[record];
  rest.virtualIps &&= rest.virtualIps.map((value) => (typeof value === "string" ? addresses[value] : value));
  new FailoverPair(pairName, { ...rest, main: member(pair.main), backup: member(pair.backup) }, options);
}
`;

export interface StackOptions {
  /** JavaScript of the program. Default: one that declares what `declare` was given. */
  program?: string;
  /** A program of the repository to run instead, by its folder. */
  main?: string;
  config?: Record<string, string>;
  environment?: Record<string, string>;
  project?: string;
  stack?: string;
  /** The backend of another stack, to share it. */
  backend?: string;
}

/** A stack of its own in a file backend of its own, driven by the real CLI. */
export class Stack {
  readonly project: string;
  stack: string;
  readonly backend: string;

  private constructor(
    readonly folder: string,
    private readonly command: string,
    private readonly environment: Record<string, string>,
    options: StackOptions,
  ) {
    this.project = options.project ?? "story";
    this.stack = options.stack ?? "test";
    this.backend = environment.PULUMI_BACKEND_URL ?? "";
  }

  static async create(options: StackOptions = {}): Promise<Stack> {
    const pulumi = await findPulumi();
    const folder = join(storiesFolder, randomUUID());
    await mkdir(join(folder, "backend"), { recursive: true });
    const environment = {
      ...pulumiEnvironment({ pulumi, backend: options.backend ?? join(folder, "backend"), home: join(folder, "home") }),
      ...options.environment,
    };
    const stack = new Stack(folder, pulumi.command, environment, options);
    await stack.write("Pulumi.yaml", `name: ${stack.project}\nruntime: nodejs\nmain: ${options.main ?? "."}\n`);
    if (options.main === undefined) {
      await stack.write("index.js", options.program ?? declaringProgram);
      await stack.write("package.json", '{ "main": "index.js", "type": "commonjs" }\n');
    }
    await stack.declare({});
    await stack.succeed("stack", "init", stack.stack);
    for (const [key, value] of Object.entries(options.config ?? {})) await stack.succeed("config", "set", key, value);
    return stack;
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text);
  }

  declare(declaration: object): Promise<void> {
    return this.write("declaration.json", JSON.stringify(declaration, null, 2));
  }

  /** Starts the CLI. `kill` ends it with SIGKILL; the provider's process that it started lives on for as long as it likes. */
  start(...args: string[]): { ended: Promise<Run>; kill: () => void } {
    const child = spawn(this.command, [...args, "--non-interactive"], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output += text.toString()));
    const ended = new Promise<Run>((done, failed) => {
      child.on("error", failed);
      child.on("close", (code) => done({ code, output }));
    });
    return { ended, kill: () => void child.kill("SIGKILL") };
  }

  run(...args: string[]): Promise<Run> {
    return this.start(...args).ended;
  }

  /** Runs a command that must succeed; what it printed is in the error when it does not. */
  async succeed(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  up(...args: string[]): Promise<Run> {
    return this.run("up", "--yes", "--skip-preview", ...args);
  }

  /** A drift run: 0 when nothing differs, 7 when something does. */
  drift(...args: string[]): Promise<Run> {
    return this.run("preview", "--refresh", "--expect-no-changes", "--diff", ...args);
  }

  destroy(...args: string[]): Promise<Run> {
    return this.run("destroy", "--yes", "--skip-preview", ...args);
  }

  async rename(name: string): Promise<void> {
    await this.succeed("stack", "rename", name);
    this.stack = name;
  }

  /** State as it stands in the backend, secrets encrypted. */
  async exported(): Promise<{ text: string; resources: Resource[] }> {
    const text = await this.succeed("stack", "export");
    const { deployment } = JSON.parse(text) as { deployment: { resources?: Resource[] } };
    return { text, resources: deployment.resources ?? [] };
  }

  async resource(name: string): Promise<Resource> {
    const { resources } = await this.exported();
    const found = resources.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`no resource ${name} in ${resources.map(({ urn }) => urn).join(", ") || "an empty state"}`);
    return found;
  }

  /** Ends what killed runs left behind, and takes the folder away. */
  async remove(): Promise<void> {
    for (const pid of await this.orphans()) process.kill(pid, "SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Processes of this stack that still run: providers whose CLI was killed. */
  private async orphans(): Promise<number[]> {
    const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
    const ours = pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.includes(`PULUMI_HOME=${this.folder}/`) ? [Number(pid)] : [];
    });
    return (await Promise.all(ours)).flat();
  }
}
