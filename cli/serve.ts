import { type Command, InvalidArgumentError, Option } from "commander";
import { RefusedError } from "pulumi-dataminer-failover/core";
import { readStatus } from "pulumi-dataminer-failover/operations";
import { fail } from "./failure.js";
import type { Terminal } from "./output/terminal.js";
import { addTargetOptions, type TargetOptions, targetsOf } from "./targets.js";
import { type PageSecretOptions, pageCertificate, pageToken } from "./web/pageSecrets.js";
import { isLoopback } from "./web/requestGuards.js";

interface ServeOptions extends TargetOptions, PageSecretOptions {
  host: string;
  pagePort: number;
  pageUrl?: string;
}

/** `dma-failover serve`: the status page, until it is stopped. */
export function addServe(program: Command, terminal: Terminal): void {
  addTargetOptions(
    program
      .command("serve")
      .description("Serve a status page of any number of pairs; nothing there changes anything")
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
The page is /, its JSON /api/status, Prometheus metrics /metrics, and /healthz says whether it runs.
With a token a browser is asked for it once; programs send "Authorization: Bearer <token>".

Exit codes:
  0    stopped by Ctrl+C or SIGTERM
  1    an error: nothing was served

Examples:
  dma-failover serve --inventory pairs.yaml
  dma-failover serve --stack production --host 0.0.0.0 --page-token-env STATUS_TOKEN
  dma-failover serve -i pairs.yaml --page-url https://status.example.com/ --page-token-file /run/secrets/status`,
    )
    .action(async (options: ServeOptions) => {
      try {
        await serve(options, terminal);
      } catch (error) {
        fail(error, terminal);
      }
    });
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<void> {
  const { host, pagePort: port, pageUrl } = options;
  const token = pageToken(options);
  const tls = pageCertificate(options);
  const isPublic = !isLoopback(host) || pageUrl !== undefined;
  if (pageUrl !== undefined && !/^https?:$/.test(URL.canParse(pageUrl) ? new URL(pageUrl).protocol : "")) {
    throw new RefusedError("PAGE_NOT_SERVED", `Serving the status page at ${pageUrl}: expected an address. Give it as https://host/.`);
  }
  if (isPublic && token === undefined) {
    const seen = `Serving the status page at ${pageUrl ?? host}: without a token everybody there could read it.`;
    throw new RefusedError("PAGE_NOT_SERVED", `${seen} Give --page-token-env or --page-token-file.`);
  }
  const isSecure = tls !== undefined || pageUrl?.startsWith("https:") === true;
  const stopped = terminal.interrupted();
  const targets = await targetsOf(options, stopped);
  // The page's packages are loaded for this command only: the others start sooner.
  const [{ Poller }, { createStatusPage }, { servePage }] = await Promise.all([
    import("./web/poller.js"),
    import("./web/statusPage.js"),
    import("./web/servePage.js"),
  ]);
  const poller = new Poller({ targets, read: readStatus });
  const served = await servePage(createStatusPage({ poller, token, isSecure }), { host, port, tls });
  terminal.print(`Status page of ${targets.length === 1 ? "1 pair" : `${targets.length} pairs`}: ${pageUrl ?? served.url}`);
  if (terminal.isInteractive) terminal.say("Ctrl+C stops it.");
  if (isPublic && !isSecure) {
    terminal.say(
      "warning: it is not encrypted, so whoever is in between can read it and its token. " +
        "Give --page-certificate and --page-key, or --page-url https://... of a proxy that encrypts.",
    );
  }
  const polling = poller.run();
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    stopped.addEventListener("abort", () => resolve());
  });
  poller.stop();
  await Promise.all([polling, served.close()]);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return port;
}
