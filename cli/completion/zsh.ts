import type { CommandWords, OptionWords } from "./words.js";

/** A completion script for zsh. */
export function zshCompletion(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program}`;
  return `#compdef ${program}
${name}() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map((command) => `      '${quoted(`${colonless(command.name)}:${command.description}`)}'`).join("\n")}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
compdef ${name} ${program}`;
}

function commandCase({ name, options, values }: CommandWords): string {
  const specs = [...options.flatMap(optionSpecs), ...(values.length > 0 ? [`':value:(${values.join(" ")})'`] : [])];
  return `    ${name})\n      _arguments \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}\n      ;;`;
}

/** Each spelling on its own, and as often as it is given: "*--stack[Pulumi stacks]:value:". */
function optionSpecs({ flags, description, value }: OptionWords): string[] {
  const shown = quoted(description.replace(/[[\]]/g, "\\$&"));
  return flags.map((flag) => `'*${flag}[${shown}]${valueSpec(value)}'`);
}

function valueSpec(value: OptionWords["value"]): string {
  if (value === null) return "";
  if (value === "text") return ":value:";
  if (value === "file") return ":file:_files";
  return value === "folder" ? ":folder:_files -/" : `:value:(${value.join(" ")})`;
}

const quoted = (text: string): string => text.replaceAll("'", "'\\''");
const colonless = (text: string): string => text.replaceAll(":", "\\:");
