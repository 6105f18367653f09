import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DnsClient, hmacSigner } from "pulumi-dataminer-failover/dns";
import { getProgram } from "./programs.js";

export const zone = "bench.test.";
const host = "127.0.0.1";
const startMilliseconds = 10_000;
/** BIND writes every update to disk before it answers; in memory that does not hide what is compared. */
const memory = "/dev/shm";

/** BIND with one zone that a key may change, in a folder of its own. */
export class BindServer {
  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly secret: Buffer,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<BindServer> {
    const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "dns-bench-"));
    const port = await freePort();
    const secret = randomBytes(32);
    const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
    write("key.conf", `key "bench-key" { algorithm hmac-sha256; secret "${secret.toString("base64")}"; };\n`);
    write("zone", `${zone} 300 IN SOA ns.test. admin.test. 1 3600 600 86400 60\n${zone} 300 IN NS ns.test.\n`);
    write("named.conf", configuration(folder, port));
    const child = spawn(unconfined(getProgram("named"), folder), ["-g", "-c", join(folder, "named.conf")], { stdio: "ignore" });
    const server = new BindServer(folder, port, secret, child);
    await server.untilItAnswers().catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return server;
  }

  client(): DnsClient {
    return new DnsClient({ servers: [{ host, port: this.port }], signer: hmacSigner({ name: "bench-key", secret: this.secret }) });
  }

  /** What every script for nsupdate begins with; the zone is named, so nsupdate asks nobody for it. */
  get scriptHead(): string[] {
    return [`server ${host} ${this.port}`, `zone ${zone}`];
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill();
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilItAnswers(): Promise<void> {
    const end = Date.now() + startMilliseconds;
    const client = this.client();
    try {
      for (;;) {
        try {
          await client.findZone(zone);
          return;
        } catch (error) {
          if (Date.now() > end || this.child.exitCode !== null) throw error;
          await pause(50);
        }
      }
    } finally {
      client.close();
    }
  }
}

/** AppArmor keeps the installed program from reading a folder of ours, and goes by its path; so it gets a copy where there is a profile. */
function unconfined(program: string, folder: string): string {
  if (!existsSync("/sys/kernel/security/apparmor/profiles")) return program;
  const copy = join(folder, "named");
  copyFileSync(program, copy);
  return copy;
}

const configuration = (folder: string, port: number): string => `
include "${folder}/key.conf";
options {
  directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on port ${port} { ${host}; }; listen-on-v6 { none; };
  recursion no; notify no; dnssec-validation no; empty-zones-enable no;
};
controls { };
zone "${zone}" { type master; file "${folder}/zone"; allow-update { key bench-key; }; };
`;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, host, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
