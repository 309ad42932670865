/** What a verification comes to: `accepted`, or the code of the error. */
export async function codeOf(verification: Promise<unknown>): Promise<string> {
  try {
    await verification
    return "accepted"
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
