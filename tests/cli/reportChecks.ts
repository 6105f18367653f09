import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/**
 * Schema of Jenkins' xUnit plugin (types/model/xsd/junit-10.xsd), MIT licence, its notice inside; this copy is the one in the source
 * distribution of pytest 8.3.5 (testing/example_scripts).
 */
const schema = resolve(__dirname, "junit-10.xsd");

/** What xmllint (libxml2) says of a JUnit file, held to the schema of Jenkins' xUnit plugin; undefined when it is valid. */
export function junitProblem(file: string): Promise<string | undefined> {
  return problemOf("xmllint", ["--noout", "--nonet", "--schema", schema, file], "xmllint is missing: apt-get install libxml2-utils");
}

const parse = `
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(open(sys.argv[1]).read()):
    for sample in family.samples:
        print(sample.name, sorted(sample.labels.items()), sample.value)
`;

/** Every sample of a file of metrics, as prometheus_client's own parser reads it; where promtool is installed it must have no complaint, too. */
export async function readMetrics(file: string): Promise<string[]> {
  const { code: verdict, errors: complaint } = await run("sh", ["-c", 'promtool check metrics < "$1"', "sh", file]);
  if (verdict !== 0 && verdict !== notFound) throw new Error(`promtool does not accept ${file}:\n${complaint}`);
  // Debian's package is for Debian's interpreter; another one may stand before it on PATH.
  const pythons = ["/usr/bin/python3", "python3"].filter((name) => name === "python3" || existsSync(name));
  const missing = "prometheus_client is missing: apt-get install python3-prometheus-client";
  for (const python of pythons) {
    const isThere = await run(python, ["-c", "import prometheus_client.parser"]);
    if (isThere.code !== 0) continue;
    const { code, output, errors } = await run(python, ["-c", parse, file]);
    if (code !== 0) throw new Error(`prometheus_client does not accept ${file}:\n${errors}`);
    return output.trimEnd().split("\n");
  }
  throw new Error(missing);
}

/** How a shell says that there is no such command. */
const notFound = 127;

async function problemOf(command: string, args: string[], missing: string): Promise<string | undefined> {
  const { code, errors } = await run(command, args);
  if (code === "ENOENT") throw new Error(missing);
  return code === 0 ? undefined : errors;
}

function run(command: string, args: string[]): Promise<{ code: number | string; output: string; errors: string }> {
  return new Promise((done) => {
    execFile(command, args, (error, output, errors) => done({ code: error ? (error.code ?? "killed") : 0, output, errors }));
  });
}
