import { dirname, resolve } from "node:path";
import { DnsError } from "./errors.js";

export interface Token {
  /** A word with or without quotes, or one of `{`, `}` and `;`. */
  text: string;
  isMark: boolean;
  file: string;
  line: number;
}

/** Gives the text of a file that a key file includes. */
export type ReadIncluded = (file: string) => string;

export const statementCure = 'It should read: key "name" { algorithm hmac-sha256; secret "..."; };';

/** Files that include each other go round for ever. */
const deepest = 8;

/** The lexer of named.conf: space, three styles of comment, text in quotes, marks, and words, which any of these ends. */
const lexer = /\s+|\/\/.*|#.*|\/\*[\s\S]*?\*\/|"((?:[^"\\]|\\[\s\S])*)"|([{};])|((?:[^\s{};"#/]|\/(?![/*]))+)/gy;

/** The words of a key file, with those of the files that it includes in their place: `include "dma.key";`, beside the file itself. */
export function tokensOf(text: string, file: string, read?: ReadIncluded, depth = 0): Token[] {
  const tokens = wordsOf(text, file);
  const included: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [statement, path, end] = tokens.slice(at, at + 3) as [Token, Token?, Token?];
    const begins = at === 0 || (tokens[at - 1]?.isMark && tokens[at - 1]?.text === ";");
    if (!begins || statement.isMark || statement.text.toLowerCase() !== "include" || path?.isMark !== false || end?.text !== ";") {
      included.push(statement);
      continue;
    }
    if (!read) throw unreadable(file, `line ${statement.line} includes another file`, "Give that file itself.");
    if (depth >= deepest) throw unreadable(file, "its includes go round in a circle", "Give the file with the key itself.");
    const target = resolve(dirname(file), path.text);
    included.push(...tokensOf(read(target), target, read, depth + 1));
    at += 2;
  }
  return included;
}

function wordsOf(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let end = 0;
  for (const [all, inQuotes, mark, word] of text.matchAll(lexer)) {
    end += all.length;
    const found = inQuotes?.replace(/\\([\s\S])/g, "$1") ?? mark ?? word;
    if (found !== undefined) tokens.push({ text: found, isMark: mark !== undefined, file, line });
    line += all.split("\n").length - 1;
  }
  if (end < text.length) throw unreadable(file, `line ${line} begins a text or comment that has no end`, statementCure);
  return tokens;
}

export function unreadable(file: string, seen: string, cure: string): DnsError {
  return new DnsError("DNS_KEY_FILE", `Reading key file ${file}: ${seen}. ${cure}`);
}
