import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { isValueItself, keepSecret, RefusedError, reasonOf, unsetVariable } from "pulumi-dataminer-failover/core";

/** What is given by name or file only, never as an argument that everybody on the machine could see. */
export interface PageSecretOptions {
  pageTokenEnv?: string;
  pageTokenFile?: string;
  pageCertificate?: string;
  pageKey?: string;
}

/** Long enough that guessing, which is slowed down, comes to nothing. */
const shortestToken = 16;

/** The token that viewers give; undefined when none is asked for. */
export function pageToken({ pageTokenEnv: name, pageTokenFile: file }: PageSecretOptions): string | undefined {
  if (name === undefined && file === undefined) return undefined;
  const text = file === undefined ? readVariable(name ?? "") : readText(file, "--page-token-file");
  const token = keepSecret(text.trim());
  if (new RegExp(`^[!-~]{${shortestToken},}$`).test(token)) return token;
  throw refusal(
    `${file ?? `environment variable ${name}`} holds no token of ${shortestToken} or more letters, digits and signs`,
    "Make one with: openssl rand -hex 32",
  );
}

/** What https needs; undefined for http. */
export function pageCertificate(options: PageSecretOptions): { cert: string; key: string } | undefined {
  const { pageCertificate: certFile, pageKey: keyFile } = options;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    throw refusal(`${certFile === undefined ? "--page-certificate" : "--page-key"} is missing`, "https needs both.");
  }
  const [cert, key] = [readText(certFile, "--page-certificate"), keepSecret(readText(keyFile, "--page-key"))];
  try {
    new X509Certificate(cert);
    createSecureContext({ cert, key });
  } catch (error) {
    throw refusal(`${certFile} and ${keyFile} are no certificate and its key (${reasonOf(error)})`, "Give both as PEM files.");
  }
  return { cert, key };
}

function readVariable(name: string): string {
  if (!isValueItself(name)) return process.env[name] ?? "";
  const { seen, cure } = unsetVariable(name, "--page-token-env");
  throw refusal(seen, cure);
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw refusal(`${option} cannot be read (${reasonOf(error)})`, "Give a file that exists here.");
  }
}

const refusal = (seen: string, cure: string): RefusedError =>
  new RefusedError("PAGE_NOT_SERVED", `Serving the status page: ${seen}. ${cure}`);
