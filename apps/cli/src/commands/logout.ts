import { loginArguments } from "../api/connect.ts"
import { defineCommand } from "../command/define-command.ts"
import { exitCodes } from "../exit-codes.ts"
import { endSession } from "../logins/session.ts"

/** Forgets the login in any case; ends with 1 where the identity server did not confirm that the session ended. */
export const logout = defineCommand({
  args: loginArguments,
  run: async ({ args, terminal, environment }) => {
    const { login, ended } = await endSession(environment, { organization: args.organization, user: args.as })
    const { organization, username } = login
    if (args.json) terminal.out(JSON.stringify({ organization, username, session_ended: ended }))
    else terminal.out(`Logged ${username} out of ${organization}.`)
    if (ended) return undefined
    terminal.note(
      "gatehouse: The identity server did not confirm that the session ended; it ends by itself when unused.",
    )
    return exitCodes.failure
  },
})
