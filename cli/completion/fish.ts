import type { CommandWords, OptionWords } from "./words.js";

/** A completion script for fish. */
export function fishCompletion(program: string, commands: readonly CommandWords[]): string {
  return [
    `# fish completion of ${program}`,
    `complete -c ${program} -f`,
    ...commands.map(({ name, description }) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d '${quoted(description)}'`),
    ...commands.flatMap((command) => commandLines(program, command)),
  ].join("\n");
}

function commandLines(program: string, { name, options, values }: CommandWords): string[] {
  const begin = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...(values.length > 0 ? [`${begin} -a '${values.join(" ")}'`] : []),
    ...options.map((option) => `${begin}${flagsOf(option)}${valueWords(option)} -d '${quoted(option.description)}'`),
  ];
}

const flagsOf = ({ flags }: OptionWords): string =>
  flags.map((flag) => (flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join("");

function valueWords({ value }: OptionWords): string {
  if (value === null) return "";
  if (value === "text") return " -x";
  if (value === "file") return " -r -F";
  return value === "folder" ? " -x -a '(__fish_complete_directories)'" : ` -x -a '${value.join(" ")}'`;
}

const quoted = (text: string): string => text.replace(/[\\']/g, "\\$&");
