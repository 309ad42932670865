import { GatehouseError } from "@gatehouse/sdk/client"
import type { Terminal } from "../terminal.ts"

/** `--yes`, as every command that cannot be undone takes it. */
export const confirmArgument = {
  yes: { type: "boolean", description: "Do not ask" },
} as const

/** Asks before something that cannot be undone. Throws `cli.not_confirmed` without a yes, and where nobody can be asked. */
export async function confirm(terminal: Terminal, question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return
  if (terminal.interactive) {
    const prompts = await import("@clack/prompts")
    const answer = await prompts.confirm({ message: question, initialValue: false, output: process.stderr })
    if (answer === true) return
  }
  throw new GatehouseError("cli.not_confirmed")
}
