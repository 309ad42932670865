import type { ArgsDef, ParsedArgs } from "citty"
import type { CliEnvironment } from "../environment.ts"
import type { ExitCode } from "../exit-codes.ts"
import type { Terminal } from "../terminal.ts"
import { parseCommandLine } from "./parse-command-line.ts"

/** What every command runs with. */
export interface CommandTools {
  readonly terminal: Terminal
  readonly environment: CliEnvironment
}

/** A command, ready to be run with the words that follow its name. */
export interface Command {
  readonly args: ArgsDef
  /** Throws `cli.usage` before anything is done where the words are not what the command takes. */
  execute(words: readonly string[], tools: CommandTools): Promise<ExitCode | undefined>
}

/** Declares a command. `run` gives an exit code other than 0 where its answer is one (`check`); failures are thrown. */
export function defineCommand<const Args extends ArgsDef>(definition: {
  readonly args: Args
  /** Whether words may follow the last one that `args` names; all of them are in `args._`. */
  readonly moreWords?: boolean
  readonly run: (context: CommandTools & { readonly args: ParsedArgs<Args> }) => Promise<ExitCode | undefined>
}): Command {
  return {
    args: definition.args,
    execute: async (words, tools) =>
      definition.run({ ...tools, args: parseCommandLine(definition.args, words, definition.moreWords) }),
  }
}
