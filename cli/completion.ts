import { Argument, type Command, type Option } from "commander";
import type { Terminal } from "./output/terminal.js";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `dma-failover completion`: a script that teaches a shell the commands and options of this very version. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command("completion")
    .description("Print a completion script for a shell")
    .addArgument(new Argument("<shell>", "which one").choices(Object.keys(shells)))
    .addHelpText(
      "after",
      `
  bash   source <(dma-failover completion bash)                                  in ~/.bashrc
  zsh    source <(dma-failover completion zsh)                                   in ~/.zshrc, after compinit
  fish   dma-failover completion fish | source                                   in ~/.config/fish/config.fish`,
    )
    .action((shell: keyof typeof shells) => terminal.print(shells[shell](program.name(), wordsOf(program))));
}

/** One option as a shell completes it. */
interface OptionWords {
  /** "-i", "--inventory". */
  flags: string[];
  description: string;
  /** What comes after it; null: nothing does. */
  value: "file" | "folder" | "text" | readonly string[] | null;
}

/** One command as a shell completes it. */
interface CommandWords {
  name: string;
  description: string;
  options: OptionWords[];
  /** Values of its argument. */
  values: readonly string[];
}

/** Every command with its options, as they are declared: nothing is written twice. */
function wordsOf(program: Command): CommandWords[] {
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

/** A completion script for bash 3.2 and later, without the bash-completion package. */
function bashCompletion(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll("-", "_")}`;
  return `# bash completion of ${program}
${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${[...commands.map((command) => command.name), "--help", "--version"].join(" ")}" -- "$cur"))
    return
  fi
  case "$command $prev" in
${commands.flatMap((command) => command.options.flatMap((option) => bashValueCase(command, option))).join("\n")}
  esac
  case "$command" in
${commands.map((command) => bashCommandCase(command)).join("\n")}
  esac
}
complete -F ${name} ${program}`;
}

function bashValueCase(command: CommandWords, { flags, value }: OptionWords): string[] {
  if (value === null) return [];
  const pattern = flags.map((flag) => `"${command.name} ${flag}"`).join("|");
  return [`    ${pattern}) ${bashValue(value)}return ;;`];
}

function bashValue(value: Exclude<OptionWords["value"], null>): string {
  if (value === "text") return "";
  if (typeof value !== "string") return `COMPREPLY=($(compgen -W "${value.join(" ")}" -- "$cur")); `;
  // Names of files may have spaces.
  return `local IFS=$'\\n'; COMPREPLY=($(compgen ${value === "file" ? "-f" : "-d"} -- "$cur")); `;
}

const bashCommandCase = ({ name, options, values }: CommandWords): string =>
  `    ${name}) COMPREPLY=($(compgen -W "${[...values, ...options.flatMap(({ flags }) => flags)].join(" ")}" -- "$cur")) ;;`;

/** A completion script for zsh. */
function zshCompletion(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program}`;
  return `#compdef ${program}
${name}() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map((command) => `      '${zshQuoted(`${zshColonless(command.name)}:${command.description}`)}'`).join("\n")}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(zshCommandCase).join("\n")}
  esac
}
compdef ${name} ${program}`;
}

function zshCommandCase({ name, options, values }: CommandWords): string {
  const specs = [...options.flatMap(zshOptionSpecs), ...(values.length > 0 ? [`':value:(${values.join(" ")})'`] : [])];
  return `    ${name})\n      _arguments \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}\n      ;;`;
}

/** Each spelling on its own, and as often as it is given: "*--stack[Pulumi stacks]:value:". */
function zshOptionSpecs({ flags, description, value }: OptionWords): string[] {
  const shown = zshQuoted(description.replace(/[[\]]/g, "\\$&"));
  return flags.map((flag) => `'*${flag}[${shown}]${zshValue(value)}'`);
}

function zshValue(value: OptionWords["value"]): string {
  if (value === null) return "";
  if (value === "text") return ":value:";
  if (value === "file") return ":file:_files";
  return value === "folder" ? ":folder:_files -/" : `:value:(${value.join(" ")})`;
}

const zshQuoted = (text: string): string => text.replaceAll("'", "'\\''");
const zshColonless = (text: string): string => text.replaceAll(":", "\\:");

/** A completion script for fish. */
function fishCompletion(program: string, commands: readonly CommandWords[]): string {
  return [
    `# fish completion of ${program}`,
    `complete -c ${program} -f`,
    ...commands.map(
      ({ name, description }) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d '${fishQuoted(description)}'`,
    ),
    ...commands.flatMap((command) => fishLines(program, command)),
  ].join("\n");
}

function fishLines(program: string, { name, options, values }: CommandWords): string[] {
  const begin = `complete -c ${program} -n '__fish_seen_subcommand_from ${name}'`;
  return [
    ...(values.length > 0 ? [`${begin} -a '${values.join(" ")}'`] : []),
    ...options.map((option) => `${begin}${fishFlags(option)}${fishValue(option)} -d '${fishQuoted(option.description)}'`),
  ];
}

const fishFlags = ({ flags }: OptionWords): string =>
  flags.map((flag) => (flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`)).join("");

function fishValue({ value }: OptionWords): string {
  if (value === null) return "";
  if (value === "text") return " -x";
  if (value === "file") return " -r -F";
  return value === "folder" ? " -x -a '(__fish_complete_directories)'" : ` -x -a '${value.join(" ")}'`;
}

const fishQuoted = (text: string): string => text.replace(/[\\']/g, "\\$&");
