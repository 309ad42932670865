import { findCommand } from "./command/command-tree.ts"
import { type CliEnvironment, readEnvironment } from "./environment.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import { processTerminal, type Terminal } from "./terminal.ts"
import { version } from "./version.ts"

const helpWords: ReadonlySet<string> = new Set(["--help", "-h"])

/**
 * Runs one command line (the words after `gatehouse`) and gives its exit code. Nothing escapes: every failure becomes one line
 * on standard error.
 */
export async function main(
  words: readonly string[],
  terminal: Terminal = processTerminal(),
  environment: CliEnvironment = readEnvironment(),
): Promise<ExitCode> {
  const [first, second] = words
  if (first === "--version" || first === "-v") {
    terminal.out(version)
    return exitCodes.ok
  }
  if (first === undefined || helpWords.has(first) || first === "help")
    return help(second, words, terminal, environment)
  const found = findCommand(words)
  if (found.kind === "unknown")
    return usageProblem(terminal, "There is no such command.", "Usage: gatehouse COMMAND")
  if (found.kind === "group") {
    const { groupUsage } = await import("./command/usage.ts")
    const wantsHelp = found.known || words.some((word) => helpWords.has(word))
    if (!wantsHelp)
      return usageProblem(
        terminal,
        "There is no such command.",
        `Usage: gatehouse ${found.path.join(" ")} COMMAND`,
      )
    terminal.out(groupUsage(found.path, found.group))
    return words.length > 1 ? exitCodes.ok : exitCodes.usage
  }
  const { path, entry, rest } = found
  const command = await entry.load()
  if (wantsHelp(rest)) {
    const { commandUsage } = await import("./command/usage.ts")
    terminal.out(await commandUsage(path, entry.summary, command))
    return exitCodes.ok
  }
  try {
    return (await command.execute(rest, { terminal, environment })) ?? exitCodes.ok
  } catch (error) {
    const { reportError } = await import("./output/report-error.ts")
    const code = reportError(error, { terminal, environment, json: rest.includes("--json") })
    if (code === exitCodes.usage) {
      const { usageLine } = await import("./command/usage.ts")
      terminal.note(await usageLine(path, command))
    }
    return code
  }
}

/** Words after `--` are values, not options. */
function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--")
  return (end < 0 ? words : words.slice(0, end)).some((word) => helpWords.has(word))
}

async function help(
  topic: string | undefined,
  words: readonly string[],
  terminal: Terminal,
  environment: CliEnvironment,
): Promise<ExitCode> {
  const usage = await import("./command/usage.ts")
  if (words[0] === "help" && topic === "exit-codes") {
    terminal.out(usage.exitCodeUsage())
    return exitCodes.ok
  }
  if (words[0] === "help" && topic !== undefined)
    return main([...words.slice(1), "--help"], terminal, environment)
  terminal.out(usage.mainUsage(version))
  return words.length === 0 ? exitCodes.usage : exitCodes.ok
}

function usageProblem(terminal: Terminal, problem: string, usage: string): ExitCode {
  terminal.note(`gatehouse: ${problem} Run gatehouse --help. (cli.usage)`)
  terminal.note(usage)
  return exitCodes.usage
}
