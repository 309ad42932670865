import { stripVTControlCharacters } from "node:util"
import { type CommandDef, renderUsage } from "citty"
import { exitCodeMeanings } from "../exit-codes.ts"
import { type CommandGroup, type CommandTree, commandTree } from "./command-tree.ts"
import type { Command } from "./define-command.ts"

/** Help for one command: what it is for, its words and options. */
export async function commandUsage(
  path: readonly string[],
  summary: string,
  command: Pick<Command, "args">,
): Promise<string> {
  const definition: CommandDef = {
    meta: { name: ["gatehouse", ...path].join(" "), description: summary },
    args: command.args,
  }
  return stripVTControlCharacters(await renderUsage(definition)).trimEnd()
}

/** The usage alone, in one line: what stands beside an error. */
export async function usageLine(path: readonly string[], command: Pick<Command, "args">): Promise<string> {
  const text = await commandUsage(path, "", command)
  const line = text.split("\n").find((candidate) => candidate.startsWith("USAGE "))
  return line?.replace(/^USAGE /, "Usage: ").trimEnd() ?? ""
}

/** Help for a word that opens further ones. */
export function groupUsage(path: readonly string[], group: CommandGroup): string {
  const name = ["gatehouse", ...path].join(" ")
  return [
    `${group.summary} (${name})`,
    "",
    ...listCommands(
      Object.entries(group.commands).map(([word, { summary }]) => [`${name} ${word}`, summary]),
    ),
    "",
    `${name} COMMAND --help says more about one.`,
  ].join("\n")
}

/** Help for gatehouse as a whole. */
export function mainUsage(version: string, tree: CommandTree = commandTree): string {
  const rows = Object.entries(tree).flatMap(([word, entry]): [string, string][] =>
    "commands" in entry
      ? Object.entries(entry.commands).map(([sub, { summary }]) => [`${word} ${sub}`, summary])
      : [[word, entry.summary]],
  )
  return [
    `gatehouse ${version}: the security plane of a multi-tenant platform`,
    "",
    ...listCommands(rows),
    "",
    "gatehouse COMMAND --help says more about one; gatehouse help exit-codes lists what commands end with.",
  ].join("\n")
}

/** What commands end with. */
export function exitCodeUsage(): string {
  return exitCodeMeanings.map(([code, meaning]) => `${String(code).padStart(3)}  ${meaning}`).join("\n")
}

function listCommands(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`)
}
