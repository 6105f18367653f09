import { basename } from "node:path";
import { DnsError } from "./errors.js";
import { findCanonicalName } from "./names.js";
import { canonicalAlgorithm, secretBytes } from "./signer.js";

export { secretBytes } from "./signer.js";

/** A key as its file tells it. */
export interface KeyFile {
  name: string;
  /** Without trailing dot. */
  algorithm: string;
  /** In base64. */
  secret: string;
}

/**
 * Reads a TSIG key as `nsupdate -k` does: a `key` statement as tsig-keygen and named.conf write it, or a file `K<name>+<algorithm>+<id>.private`.
 * `file` is its path, for errors and because the second kind has its name only there. Throws DnsError DNS_KEY_FILE, which never shows
 * what is in the file.
 */
export function parseKeyFile(text: string, file: string): KeyFile {
  const found = /^Private-key-format:/.test(text) ? parsePrivateFile(text, file) : parseStatement(text, file);
  const name = findCanonicalName(found.name);
  if (name === undefined)
    throw unreadable(file, "its key has a name that is no domain name", "Make a key with letters, digits and hyphens.");
  const algorithm = canonicalAlgorithm(found.algorithm, `key file ${file}`);
  secretBytes(found.secret, `key file ${file}`);
  return { name, algorithm: algorithm.slice(0, -1), secret: found.secret };
}

interface Token {
  /** A word with or without quotes, or one of `{`, `}` and `;`. */
  text: string;
  isMark: boolean;
  line: number;
}

/** The lexer of named.conf: space, three styles of comment, text in quotes, marks, and words, which any of these ends. */
const lexer = /\s+|\/\/.*|#.*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\[\s\S])*)"|([{};])|((?:[^\s{};"#/]|\/(?![/*]))+)/gy;

function tokensOf(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let end = 0;
  for (const [all, inQuotes, mark, word] of text.matchAll(lexer)) {
    end += all.length;
    const found = inQuotes?.replace(/\\([\s\S])/g, "$1") ?? mark ?? word;
    if (found !== undefined) tokens.push({ text: found, isMark: mark !== undefined, line });
    line += all.split("\n").length - 1;
  }
  if (end < text.length) throw unreadable(file, `line ${line} begins a text or comment that has no end`, statementCure);
  return tokens;
}

const statementCure = 'It should read: key "name" { algorithm hmac-sha256; secret "..."; };';

function parseStatement(text: string, file: string): KeyFile {
  const tokens = tokensOf(text, file);
  if (tokens.length === 0) throw unreadable(file, "it is empty", statementCure);
  let at = 0;
  const wrong = () => {
    const line = (tokens[at] ?? tokens.at(-1))?.line;
    return unreadable(file, `line ${line} is not as it should be`, statementCure);
  };
  const take = (expected?: string): string => {
    const token = tokens[at];
    const isMarkExpected = expected !== undefined && /^[{};]$/.test(expected);
    if (token === undefined || token.isMark !== isMarkExpected) throw wrong();
    if (expected !== undefined && token.text.toLowerCase() !== expected) throw wrong();
    at++;
    return token.text;
  };
  take("key");
  const name = take();
  take("{");
  const fields = new Map<string, string>();
  while (tokens[at]?.isMark === false) {
    const field = take().toLowerCase();
    if ((field !== "algorithm" && field !== "secret") || fields.has(field)) {
      at--;
      throw wrong();
    }
    fields.set(field, take());
    take(";");
  }
  take("}");
  take(";");
  if (tokens[at] !== undefined)
    throw unreadable(file, `line ${tokens[at]?.line} begins something after its key`, "Keep one key in a file.");
  const [algorithm, secret] = [fields.get("algorithm"), fields.get("secret")];
  if (algorithm === undefined || secret === undefined) {
    throw unreadable(file, `its key has no ${algorithm === undefined ? "algorithm" : "secret"}`, statementCure);
  }
  // Space inside a secret is nothing to the server either.
  return { name, algorithm, secret: secret.replace(/\s/g, "") };
}

/** How dnssec-keygen numbers the algorithms of TSIG keys. */
const algorithmNumbers = new Map([
  ["157", "hmac-md5"],
  ["161", "hmac-sha1"],
  ["162", "hmac-sha224"],
  ["163", "hmac-sha256"],
  ["164", "hmac-sha384"],
  ["165", "hmac-sha512"],
]);

function parsePrivateFile(text: string, file: string): KeyFile {
  const name = /^K(.+)\+\d{3}\+\d{5}\.private$/.exec(basename(file))?.[1];
  if (name === undefined) {
    throw unreadable(file, "its own name does not tell the key's", "Give it back its name K<key name>+<algorithm>+<id>.private.");
  }
  const field = (title: string) => new RegExp(`^${title}:[ \\t]*(\\S*)`, "m").exec(text)?.[1] ?? "";
  const algorithm = algorithmNumbers.get(field("Algorithm"));
  if (algorithm === undefined) {
    throw unreadable(file, "its algorithm is none of TSIG", "Give the key that the server has for updates, not a key of DNSSEC.");
  }
  return { name, algorithm, secret: field("Key") };
}

function unreadable(file: string, seen: string, cure: string): DnsError {
  return new DnsError("DNS_KEY_FILE", `Reading key file ${file}: ${seen}. ${cure}`);
}
