import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { reasonOf } from "../core/errors.js";
import { unsetVariable, variableOf } from "../core/variable.js";
import { DnsError } from "../dns/errors.js";
import { parseKeyFile } from "../dns/keyFile.js";
import { canonicalAlgorithm, hmacSigner, isWeakAlgorithm, type Signer, secretBytes } from "../dns/signer.js";
import { DomainName } from "./declaredName.js";

const keyFields = {
  /** No input of a key: a whole key file is `dns.keyFile`, in the place of `key`. */
  keyFile: z.undefined({ error: "expected no keyFile here: write it as dns.keyFile, in the place of key." }).optional(),
  /** Name of the key, as the server's configuration has it. */
  name: DomainName,
  /**
   * `hmac-sha224`, `hmac-sha256`, `hmac-sha384` or `hmac-sha512` (RFC 8945 6); `hmac-sha1` and `hmac-md5` with a warning. Default:
   * `"hmac-sha256"`.
   */
  algorithm: z
    .string()
    .refine((text) => isAlgorithm(text), "expected hmac-sha224, hmac-sha256, hmac-sha384 or hmac-sha512")
    .overwrite((text) => text.toLowerCase().replace(/\.$/, ""))
    .optional(),
  /** Name of the environment variable that holds the secret in base64. Only the name goes into state. */
  secretEnv: variableOf("secret").optional(),
  /** Path of the file that holds the secret in base64, and nothing else. Only the path goes into state. */
  secretFile: z.string().min(1).optional(),
  /** The secret itself in base64, kept as a secret: encrypted in state. Prefer `secretEnv`, `secretFile` or `keyFile`. */
  secret: z.string().min(1).optional(),
};

type KeyShape = typeof keyFields;
export interface KeyFields extends KeyShape {}

/** A key in the program, with one source of its secret. */
export const Key: z.ZodObject<KeyFields, z.core.$strict> = z.strictObject(keyFields).superRefine((key, context) => {
  const sources = (["secretEnv", "secretFile", "secret"] as const).filter((source) => key[source] !== undefined);
  if (sources.length === 1) return;
  const message =
    sources.length === 0
      ? "expected one of secretEnv, secretFile or secret."
      : `expected one source of the secret, found ${sources.join(" and ")}.`;
  context.addIssue({ code: "custom", path: [sources[1] ?? "secretEnv"], message });
});

/** What a program says of its key. */
export interface DeclaredKey {
  key?: z.infer<typeof Key> | undefined;
  keyFile?: string | undefined;
}

/** Signs with the key as it is now, so that a rotated one is seen at once; undefined without one. `note`: each file that holds a part of it. Throws DNS_KEY_FILE. */
export function signerOf({ key, keyFile }: DeclaredKey, note: (file: string) => void = () => {}): Signer | undefined {
  if (keyFile !== undefined) {
    const file = fileOf(keyFile);
    const read = (path: string) => {
      note(path);
      return readText(`key file ${path}`, path);
    };
    const { name, algorithm, secret } = parseKeyFile(read(file), file, read);
    return hmacSigner({ name, algorithm, secret: secretBytes(secret, `key file ${keyFile}`) });
  }
  if (key === undefined) return undefined;
  if (key.secretFile !== undefined) note(key.secretFile);
  const { text, source } = secretOf(key);
  return hmacSigner({
    name: key.name,
    secret: secretBytes(text, source),
    ...(key.algorithm === undefined ? {} : { algorithm: key.algorithm }),
  });
}

/** What is wrong with a key that works: lines for a warning. */
export function keyWarnings(declared: DeclaredKey): string[] {
  const files: string[] = [];
  const signer = signerOf(declared, (file) => files.push(file));
  const lines = files
    .filter(isReadByEverybody)
    .map((file) => `everybody on this machine can read the secret in ${file}; take that right away (chmod 600), and change the secret.`);
  if (signer && isWeakAlgorithm(signer.algorithm)) {
    const algorithm = /^hmac-[a-z0-9]+/.exec(signer.algorithm)?.[0];
    lines.push(
      `key "${signer.keyName}" signs with ${algorithm}, which is weak (RFC 8945 6); make one with hmac-sha256 for the server and here.`,
    );
  }
  return lines;
}

/** Windows has no such bits, and says that all are set. */
const isReadByEverybody = (file: string): boolean => process.platform !== "win32" && (statSync(file).mode & 0o004) !== 0;

/** As `nsupdate -k` takes it: a pair of K files may be given without the end of either. */
const fileOf = (file: string): string => (/^K.+\+\d{3}\+\d{5}\.?$/.test(basename(file)) ? `${file.replace(/\.$/, "")}.private` : file);

function isAlgorithm(text: string): boolean {
  try {
    return canonicalAlgorithm(text, "key") !== "";
  } catch {
    return false;
  }
}

function secretOf({ name, secretEnv, secretFile, secret }: z.infer<typeof Key>): { text: string; source: string } {
  if (secretEnv !== undefined) {
    const text = process.env[secretEnv]?.trim();
    if (!text) {
      const { seen, cure } = unsetVariable(secretEnv, "secretEnv");
      throw new DnsError("DNS_KEY_FILE", `Reading key ${name}: ${seen}. ${cure}`);
    }
    return { text, source: `the secret of key ${name} in environment variable ${secretEnv}` };
  }
  if (secretFile !== undefined) {
    return { text: readText(`the secret of key ${name}`, secretFile).trim(), source: `the secret of key ${name} in ${secretFile}` };
  }
  return { text: secret?.trim() ?? "", source: `the secret of key ${name}` };
}

function readText(what: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new DnsError(
      "DNS_KEY_FILE",
      `Reading ${what}: ${file} cannot be read (${reasonOf(error)}). Give a path that exists where Pulumi runs.`,
      { cause: error },
    );
  }
}
