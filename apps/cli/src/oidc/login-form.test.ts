import { describe, expect, test } from "vitest"
import { findLoginForm } from "./login-form.ts"

describe("findLoginForm", () => {
  test("finds Keycloak's form: action with entities, user name, password, hidden field", () => {
    const page = `<html><form id="kc-form-login" onsubmit="login.disabled = true;" class="x"
      action="http://localhost:8081/realms/acme/login-actions/authenticate?session_code=a&amp;execution=b&amp;tab_id=c" method="post">
      <input tabindex="2" id="username" class="pf" name="username" value="" type="text" autofocus autocomplete="username"/>
      <input id="password" name="password" value="" type="password" autocomplete="current-password">
      <input id="rememberMe" name="rememberMe" type="checkbox"> Remember me
      <input type="hidden" id="id-hidden-input" name="credentialId" />
      <input name="login" id="kc-login" type="submit" value="Sign In"/></form></html>`
    const form = findLoginForm(page)
    expect(form?.action).toBe(
      "http://localhost:8081/realms/acme/login-actions/authenticate?session_code=a&execution=b&tab_id=c",
    )
    expect(Object.fromEntries(form?.fields ?? [])).toEqual({ username: "", password: "", credentialId: "" })
  })

  test("passes over forms that ask for no password", () => {
    const search = '<form action="/search"><input name="q"></form>'
    const login =
      "<form action='/login'><input name='username'><input type='password' name='password'></form>"
    expect(findLoginForm(search + login)?.action).toBe("/login")
    expect(findLoginForm(search)).toBeUndefined()
    expect(findLoginForm("")).toBeUndefined()
  })

  test("a value that names an attribute is a value", () => {
    const page = `<form action="/a"><input name="username" value="type=&quot;password&quot;"><input type="password" name="password"></form>`
    expect(findLoginForm(page)?.fields.get("username")).toBe('type="password"')
  })

  test("a page of megabytes of openings is read once", () => {
    // Whoever read the rest of it anew for each of them would need minutes.
    for (const opening of ["<form <input ", "<form>", '<input name="', "<input a", "<", '"'])
      expect(findLoginForm(opening.repeat(200_000))).toBeUndefined()
  })
})
