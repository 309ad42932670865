import { GatehouseError } from "@gatehouse/sdk/client"
import { type ArgsDef, type ParsedArgs, parseArgs } from "citty"

/** `cli.usage` with one sentence. The sentence may name options of the command, never a word that was typed. */
export function usageError(publicMessage: string): GatehouseError {
  return new GatehouseError("cli.usage", { publicMessage })
}

/**
 * Parses the words after a command's name. citty lets unknown options and surplus words pass, and takes a missing value for
 * an empty one; here each of them is `cli.usage`. With `moreWords`, words may follow the last one that has a name.
 */
export function parseCommandLine<const Args extends ArgsDef>(
  definition: Args,
  words: readonly string[],
  moreWords = false,
): ParsedArgs<Args> {
  // Unknown options first: a mistyped one may be why a word is missing.
  const parsed: Readonly<Record<string, unknown>> & { _: string[] } = parse(allOptional(definition), words)
  const known = knownNames(definition)
  for (const [name, value] of Object.entries(parsed)) {
    if (!known.has(name))
      throw usageError(`There is no option ${optionName(value === false ? `no-${name}` : name)}.`)
  }
  for (const [name, { type }] of Object.entries(definition)) {
    const value = parsed[name]
    // An option in the place of a value: the value was forgotten.
    if (type === "string" && typeof value === "string" && (value === "" || value.startsWith("--")))
      throw usageError(`${optionName(name)} needs a value.`)
  }
  const wanted = Object.values(definition).filter(({ type }) => type === "positional").length
  if (parsed._.length > wanted && !moreWords) {
    throw usageError(
      wanted === 0 ? "The command takes options alone." : `The command takes at most ${wanted} words.`,
    )
  }
  return parse<Args>(definition, words)
}

/** Every name under which citty gives an argument: its own, its aliases, and both in camel case. */
function knownNames(definition: ArgsDef): ReadonlySet<string> {
  const names = Object.entries(definition).flatMap(([name, argument]) => [
    name,
    ...("alias" in argument ? [argument.alias ?? []].flat() : []),
  ])
  const inCamelCase = names.map((name) =>
    name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  )
  return new Set(["_", ...names, ...inCamelCase])
}

function allOptional(definition: ArgsDef): ArgsDef {
  return Object.fromEntries(
    Object.entries(definition).map(([name, argument]) => [name, { ...argument, required: false }]),
  )
}

function parse<Args extends ArgsDef>(definition: Args, words: readonly string[]): ParsedArgs<Args> {
  try {
    return parseArgs<Args>([...words], definition)
  } catch (error) {
    // citty's class is not exported; its message may quote a typed value, so that only the part before it is kept.
    const missing = /^Missing required (?:positional )?argument: ([\w-]+)$/.exec(
      error instanceof Error ? error.message : "",
    )
    throw usageError(missing ? `${missing[1]} is missing.` : "An option has a value that it does not take.")
  }
}

/** A mistyped option may be a secret that lost its space; only what looks like an option's name is shown. */
function optionName(name: string): string {
  const shown = /^[a-zA-Z][a-zA-Z0-9-]{0,30}$/.test(name) ? name : "like that"
  if (shown !== name) return shown
  return name.length === 1 ? `-${name}` : `--${name}`
}
