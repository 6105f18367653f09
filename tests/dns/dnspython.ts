import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** dnspython in a process of its own: an implementation of DNS that shares nothing with ours. */
export class Dnspython {
  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static start(): Dnspython {
    const python = ["/usr/bin/python3", "python3"].find((name) => spawnSync(name, ["-c", "import dns.tsig"]).status === 0);
    if (python === undefined) throw new Error("No python3 has dnspython: install python3-dnspython.");
    const started = spawn(python, [join(__dirname, "dnspythonPeer.py")]);
    started.stderr.pipe(process.stderr);
    return new Dnspython(started, createInterface(started.stdout)[Symbol.asyncIterator]());
  }

  /** Asks one act of dnspythonPeer.py. What dnspython refuses comes back as the name of its error. */
  async ask<Result>(act: string, request: Record<string, unknown>): Promise<{ result: Result } | { error: string }> {
    this.process.stdin.write(`${JSON.stringify({ act, ...request })}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error("dnspythonPeer.py has ended; its own error stands above.");
    return JSON.parse(line.value);
  }

  /** As ask, for what dnspython must not refuse. */
  async get<Result>(act: string, request: Record<string, unknown>): Promise<Result> {
    const answer = await this.ask<Result>(act, request);
    if ("error" in answer) throw new Error(`dnspython refuses: ${answer.error}.`);
    return answer.result;
  }

  end(): void {
    this.process.stdin.end();
  }
}
