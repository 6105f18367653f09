import type { Command, Option } from "commander";

/** One option as a shell completes it. */
export interface OptionWords {
  /** "-i", "--inventory". */
  flags: string[];
  description: string;
  /** What comes after it; null: nothing does. */
  value: "file" | "folder" | "text" | readonly string[] | null;
}

/** One command as a shell completes it. */
export interface CommandWords {
  name: string;
  description: string;
  options: OptionWords[];
  /** Values of its argument. */
  values: readonly string[];
}

/** Every command with its options, as they are declared: nothing is written twice. */
export function wordsOf(program: Command): CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: firstSentence(command.description()),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionWords), help],
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
}

const help: OptionWords = { flags: ["-h", "--help"], description: "display help for command", value: null };

function optionWords({ short, long, description, required, optional, argChoices, flags }: Option): OptionWords {
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description: firstSentence(description),
    value: required || optional ? (argChoices ?? kindOf(flags)) : null,
  };
}

function kindOf(flags: string): "file" | "folder" | "text" {
  if (/<file(\.\.\.)?>/.test(flags)) return "file";
  return /<folder(\.\.\.)?>/.test(flags) ? "folder" : "text";
}

/** Shells show one short line. */
const firstSentence = (text: string): string => text.split(/[;:(]/)[0]?.trim() ?? "";
