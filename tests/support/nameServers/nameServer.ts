import { type ChildProcess, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { mkdir, mkdtemp, open, readdir, readFile, rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { patient } from "../patienceFactor.mjs";
import { isThorough } from "../suites.mjs";
import { bind } from "./bind.js";
import { type Keys, writeKeys } from "./keys.js";
import { knot } from "./knot.js";
import { findFreePort } from "./ports.js";
import { powerdns } from "./powerdns.js";
import { endingWithThisProcess, getProgram, unconfined } from "./programs.js";
import type { Listener, Secondary, ServerKind } from "./serverKind.js";
import { makeZones, reverseZoneName } from "./zones.js";

const kinds = { bind, knot, powerdns } as const;
export type NameServerKind = keyof typeof kinds;
/** Those of this suite: the fast one has BIND, the thorough one the others. */
export const nameServerKinds = (Object.keys(kinds) as NameServerKind[]).filter((kind) => (kind !== "bind") === isThorough);

export interface NameServerOptions {
  /** A loopback address that no other test file uses: 127.53.x.y. BIND listens on 127.0.0.1 instead: only on what an interface has. */
  address: string;
  /** Zones beside `skyline.local.`, absolute. */
  zones?: string[];
  /** Networks with a reverse zone. Default: `10.10.10.0/24` and `fd00:10:10:10::/64`. */
  networks?: string[];
  /** Records as `name. ttl TYPE data`, with absolute names. */
  records?: string[];
  /** Listens on an IPv6 address too. */
  ipv6?: boolean;
  /** BIND only: these keys see the zones, whoever else asks sees zones of the same names without the records. Default: one view for all. */
  views?: readonly (keyof Keys)[];
  /** BIND only: a resolver beside its zones, with the empty zones that it has built in (RFC 6303). */
  resolver?: boolean;
  /** BIND only: a secondary of this primary, which forwards updates to it and looks for changes after so many seconds. */
  secondaryOf?: Secondary;
  /** The types of records that the keys may write. Default: all. */
  writableTypes?: readonly string[];
  /** Where the program is looked for. Default: PATH, then the folders for servers. */
  programFolders?: string[];
}

const repository = resolve(__dirname, "../../..");
const startMilliseconds = patient(60_000);

/** A real name server as a child process, with a folder of its own under .cache. Ends with this process at the latest. */
export class NameServer {
  private child: ChildProcess | undefined;

  constructor(
    readonly kind: NameServerKind,
    private readonly listeners: readonly [Listener, ...Listener[]],
    readonly zones: string[],
    readonly keys: Keys,
    readonly folder: string,
    private readonly command: string[],
  ) {}

  get address(): string {
    return this.listeners[0].address;
  }

  get port(): number {
    return this.listeners[0].port;
  }

  /** As a client's `servers` takes it. */
  get server(): { host: string; port: number } {
    return { host: this.address, port: this.port };
  }

  /** The same by IPv6, where `ipv6` was asked for: at ::1, or on a machine without it by the IPv4 address in IPv6 form (RFC 4291 2.5.5.2). */
  get server6(): { host: string; port: number } {
    return { host: this.listeners[1]?.address ?? `::ffff:${this.address}`, port: this.listeners[1]?.port ?? this.port };
  }

  get logFile(): string {
    return join(this.folder, "log");
  }

  /** On the same address and port, with what the zones held when it ended. */
  async start(): Promise<void> {
    const [program = "", ...args] = this.command;
    const log = await open(this.logFile, "a");
    const child = spawn(program, args, { cwd: this.folder, stdio: ["ignore", log.fd, log.fd] });
    await log.close();
    this.child = child;
    const failed = new Promise<string>((done) => child.once("error", ({ message }) => done(message)));
    const exited = new Promise<string>((done) => child.once("exit", (code, signal) => done(`ended with ${code ?? signal}`)));
    const waiting = new AbortController();
    const seen = await Promise.race([failed, exited, this.untilItAnswers(waiting.signal)]);
    waiting.abort();
    if (seen === "answers") return;
    await this.end("SIGKILL");
    const lines = (await readFile(this.logFile, "utf8")).trimEnd().split("\n").slice(-15);
    throw new Error(`Starting ${this.kind} on ${this.address}:${this.port}: ${seen}. ${this.logFile} ends with:\n${lines.join("\n")}`);
  }

  /** An outage: nothing is said or written any more. */
  kill(): Promise<void> {
    return this.end("SIGKILL");
  }

  /** From then on takes connections and packets as ever, and answers nothing before `thaw`. */
  async freeze(): Promise<void> {
    this.child?.kill("SIGSTOP");
    while (!(await this.isStopped())) await pause(1);
  }

  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  /** Its folder goes too. */
  async stop(): Promise<void> {
    this.thaw();
    await this.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The signal reaches one thread, which then stops the others: some may still answer (proc(5), the field after the name). */
  private async isStopped(): Promise<boolean> {
    const threads = `/proc/${this.child?.pid}/task`;
    const states = await Promise.all((await readdir(threads)).map((thread) => readFile(`${threads}/${thread}/stat`, "utf8")));
    return states.every((state) => /\) T/.test(state));
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    const patience = setTimeout(() => child.kill("SIGKILL"), patient(10_000));
    await gone;
    clearTimeout(patience);
  }

  /** Asks for each zone's SOA, as servers listen before they have loaded every zone. */
  private async untilItAnswers(signal: AbortSignal): Promise<string> {
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([`${this.address}:${this.port}`]);
    const end = Date.now() + startMilliseconds;
    let seen = "";
    while (Date.now() < end && !signal.aborted) {
      try {
        for (const zone of this.zones) await resolver.resolveSoa(zone.replace(/\.$/, ""));
        return "answers";
      } catch (error) {
        seen = String((error as NodeJS.ErrnoException).code);
      }
      await pause(20);
    }
    return `does not answer for ${this.zones.join(", ")} within ${startMilliseconds / 1000} s (${seen})`;
  }
}

/** Configures and starts the installed program, and waits until it answers. */
export async function startNameServer(kind: NameServerKind, options: NameServerOptions): Promise<NameServer> {
  const { title, program, packages, configure }: ServerKind = kinds[kind];
  const installed = await getProgram(program, title, packages, options.programFolders);
  const { networks = ["10.10.10.0/24", "fd00:10:10:10::/64"], records = [] } = options;
  const zones = makeZones(["skyline.local.", ...(options.zones ?? []), ...networks.map(reverseZoneName)], records);
  const listeners = await findListeners(kind, options);
  const folder = await makeFolder();
  const keys = await writeKeys(join(folder, "keys"));
  const args = await configure({
    folder,
    listeners,
    zones,
    keys,
    views: options.views,
    resolver: options.resolver ?? false,
    secondaryOf: options.secondaryOf,
    writableTypes: options.writableTypes,
  });
  const command = [...(await endingWithThisProcess()), await unconfined(installed, folder), ...args];
  const names = zones.map(({ name }) => name);
  const server = new NameServer(kind, listeners, names, keys, folder, command);
  await server.start();
  return server;
}

async function findListeners(kind: NameServerKind, options: NameServerOptions): Promise<[Listener, ...Listener[]]> {
  const address = kind === "bind" ? "127.0.0.1" : options.address;
  const first = { address, port: await findFreePort(address) };
  if (!options.ipv6 || !Object.values(networkInterfaces()).some((found) => found?.some((own) => own.address === "::1"))) return [first];
  return [first, { address: "::1", port: await findFreePort("::1") }];
}

async function makeFolder(): Promise<string> {
  const parent = join(repository, ".cache/nameServers");
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, "s"));
}
