import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readStatus } from "../operations/index.js";
import { keepSecret } from "../provider/core/redaction.js";
import { addTargetOptions, type TargetOptions, targetsOf } from "./targets.js";
import { Poller } from "./web/poller.js";
import { isLoopback } from "./web/requestGuards.js";
import { servePage } from "./web/servePage.js";
import { createStatusPage } from "./web/statusPage.js";

export interface ServeOptions extends TargetOptions {
  host: string;
  pagePort: number;
  pageTokenEnv?: string;
  pageTokenFile?: string;
  pageCertificate?: string;
  pageKey?: string;
  pageUrl?: string;
}

/** Long enough that guessing, which is slowed down, comes to nothing. */
const shortestToken = 16;

/** `dma-failover serve`: the status page, until it is stopped. */
export function addServe(program: Command): void {
  addTargetOptions(
    program
      .command("serve")
      .description("Serve a status page of any number of pairs; it changes nothing")
      .optionsGroup("Where the page is:")
      .option("--host <address>", "where it listens; any other than this machine's own needs a token", "127.0.0.1")
      .option("--page-port <port>", "0: any free one", portNumber, 8120)
      .option("--page-token-env <name>", "variable that holds the token that viewers give")
      .addOption(new Option("--page-token-file <file>", "file that holds it instead").conflicts("pageTokenEnv"))
      .option("--page-certificate <file>", "PEM file; with --page-key, the page is served over https")
      .option("--page-key <file>", "PEM file of the certificate's private key")
      .option("--page-url <url>", "where viewers find it, when a proxy stands before it; needs a token"),
  )
    .addHelpText(
      "after",
      `
Routes: / (the page), /api/status (JSON), /metrics (Prometheus), /healthz.
With a token, programs send "Authorization: Bearer <token>"; a browser is asked for it once.
Exit codes: 0 after SIGINT or SIGTERM, 1 for everything else.`,
    )
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const stopped = stopSignal();
  const { host, pagePort: port, pageUrl } = options;
  const token = pageToken(options);
  const tls = certificate(options);
  const isPublic = !isLoopback(host) || pageUrl !== undefined;
  if (isPublic && token === undefined) {
    throw new Error(
      `Serving the status page at ${pageUrl ?? host}: others than this machine could read it. Give --page-token-env or --page-token-file.`,
    );
  }
  const isSecure = tls !== undefined || pageUrl?.startsWith("https:") === true;
  const poller = new Poller({ targets: await targetsOf(options), read: readStatus });
  const served = await servePage(createStatusPage({ poller, token, isSecure }), { host, port, tls });
  const count = poller.pairs.length;
  console.log(`Status page of ${count} ${count === 1 ? "pair" : "pairs"}: ${pageUrl ?? served.url}\nCtrl+C stops it.`);
  if (isPublic && !isSecure) {
    console.error(
      "warning: it is not encrypted, so whoever is in between can read it, and its token. " +
        "Give --page-certificate and --page-key, or --page-url https://... of a proxy that encrypts.",
    );
  }
  const polling = poller.run();
  try {
    await stopped;
  } finally {
    poller.stop();
    await Promise.all([polling, served.close()]);
  }
}

function pageToken({ pageTokenEnv, pageTokenFile }: ServeOptions): string | undefined {
  if (pageTokenEnv === undefined && pageTokenFile === undefined) return undefined;
  const source = pageTokenFile ?? `environment variable ${pageTokenEnv}`;
  const token =
    (pageTokenFile === undefined ? process.env[pageTokenEnv ?? ""] : readText(pageTokenFile, "--page-token-file"))?.trim() ?? "";
  keepSecret(token);
  if (new RegExp(`^[!-~]{${shortestToken},}$`).test(token)) return token;
  throw new Error(
    `Serving the status page: ${source} holds no token of ${shortestToken} or more letters, digits or signs without spaces. ` +
      "Make one with: openssl rand -hex 32",
  );
}

function certificate({ pageCertificate, pageKey }: ServeOptions): { cert: string; key: string } | undefined {
  if (pageCertificate === undefined && pageKey === undefined) return undefined;
  if (pageCertificate === undefined || pageKey === undefined) {
    throw new Error("Serving the status page over https: --page-certificate and --page-key belong together. Give both.");
  }
  return { cert: readText(pageCertificate, "--page-certificate"), key: readText(pageKey, "--page-key") };
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`Reading ${option} ${file}: ${(error as NodeJS.ErrnoException).code}. Give a file that can be read here.`);
  }
}

/** Resolves at SIGINT or SIGTERM; a second one ends the process as usual. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}
