/** What a gatehouse command ends with. `gatehouse help exit-codes` and the README show this table. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  denied: 3,
  notFound: 4,
  notLoggedIn: 5,
  refused: 6,
  changed: 7,
  interrupted: 130,
} as const

/** A number of the table above; no command ends with another. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The table, a row a code. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.ok, "done"],
  [
    exitCodes.failure,
    "something failed: a server could not be reached, a part did not start, a test of `model test`",
  ],
  [exitCodes.usage, "the command line is wrong; nothing was tried"],
  [exitCodes.denied, "denied: you may see it, but not do that with it; `check` or `explain` answered no"],
  [exitCodes.notFound, "not found, or nothing that you may see"],
  [exitCodes.notLoggedIn, "not logged in, or the session has ended"],
  [exitCodes.refused, "the request or a file was refused as it is: its form, size, or a conflict"],
  [exitCodes.changed, "`model diff` found that access changes, or could not rule it out"],
  [exitCodes.interrupted, "interrupted with Ctrl-C"],
]

/** The exit code for an error's HTTP status. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401) return exitCodes.notLoggedIn
  if (status === 403) return exitCodes.denied
  if (status === 404) return exitCodes.notFound
  return status >= 400 && status < 500 ? exitCodes.refused : exitCodes.failure
}
