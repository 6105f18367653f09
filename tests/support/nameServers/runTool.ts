import { spawn } from "node:child_process";
import { getProgram } from "./programs.js";

/** Runs one of the tools that come with BIND; what it printed, or an error with that. */
export async function runTool(name: "dig" | "nsupdate", args: string[], input?: string): Promise<string> {
  const program = await getProgram(name, name, "bind9-dnsutils");
  const child = spawn(program, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  let output = "";
  let problems = "";
  child.stdout?.on("data", (text: Buffer) => (output += text.toString()));
  child.stderr?.on("data", (text: Buffer) => (problems += text.toString()));
  // One that does not read it ends with what it says below.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const code = await new Promise((done, failed) => child.on("error", failed).on("close", done));
  // nsupdate goes on without a key that it cannot read.
  if (code !== 0 || /could not read key/.test(problems))
    throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${problems}${output}\n${input ?? ""}`);
  return output;
}
