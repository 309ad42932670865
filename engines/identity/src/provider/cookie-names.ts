/** The engine's cookies: the session of a browser, and a sign-in under way. */
export const cookieNames = {
  session: "gatehouse_identity_session",
  interaction: "gatehouse_identity_login",
  resume: "gatehouse_identity_resume",
} as const
