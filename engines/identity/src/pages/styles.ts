/** The style of every page. Its hash stands in the policy, so nothing else styles a page. */
export const pageStyles = `
:root {
  color-scheme: light dark;
  --ground: #eef1f6; --card: #ffffff; --ink: #10192b; --quiet: #55627a; --line: #c3cbd9; --field: #77849c;
  --accent: #1f4fd8; --accent-strong: #163ba6; --accent-ink: #ffffff; --ring: #7fa3ff;
  --bad: #a3172a; --bad-ground: #fdecee; --bad-line: #efb8bf; --shadow: 0 1px 2px #10192b14, 0 12px 32px #10192b1a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c111c; --card: #151d2e; --ink: #e9eefa; --quiet: #a3b0c8; --line: #36435c; --field: #7382a3;
    --accent: #7ea2ff; --accent-strong: #a3bdff; --accent-ink: #0b1430; --ring: #5a83f0;
    --bad: #ffb3bc; --bad-ground: #3a1820; --bad-line: #6e2e3a; --shadow: 0 1px 2px #0006, 0 16px 40px #0008;
  }
}
* { box-sizing: border-box; }
html { min-height: 100%; background: var(--ground); }
body {
  margin: 0; min-height: 100vh; padding: 24px 16px; display: flex; flex-direction: column; align-items: center;
  justify-content: center; color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  background: radial-gradient(1200px 480px at 50% -120px, #1f4fd829, transparent 70%), var(--ground);
}
main {
  width: 100%; max-width: 416px; background: var(--card); border-radius: 16px; padding: 36px 32px 32px;
  box-shadow: var(--shadow); border: 1px solid color-mix(in srgb, var(--line) 55%, transparent);
}
.mark { display: block; width: 44px; height: 44px; margin: 0 0 20px -2px; color: var(--accent); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; letter-spacing: -0.01em; font-weight: 650; overflow-wrap: anywhere; }
.lead { margin: 6px 0 0; color: var(--quiet); overflow-wrap: anywhere; }
.error {
  margin: 20px 0 0; padding: 10px 14px; border-radius: 10px; color: var(--bad); background: var(--bad-ground);
  border: 1px solid var(--bad-line); display: flex; gap: 10px; align-items: flex-start;
}
.error svg { flex: none; width: 20px; height: 20px; margin-top: 2px; }
form { margin: 24px 0 0; display: grid; gap: 18px; }
label { display: block; font-weight: 600; font-size: 0.9375rem; margin-bottom: 6px; }
input {
  width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--field);
  border-radius: 10px; padding: 11px 13px; min-height: 46px;
}
input[aria-invalid="true"] { border-color: var(--bad); }
button {
  font: inherit; font-weight: 650; width: 100%; min-height: 48px; border: 0; border-radius: 10px; cursor: pointer;
  color: var(--accent-ink); background: var(--accent); margin-top: 4px;
}
button:hover { background: var(--accent-strong); }
input:focus-visible, button:focus-visible, a:focus-visible {
  outline: 3px solid var(--ring); outline-offset: 2px; border-color: var(--accent);
}
a { color: var(--accent); }
.code { margin: 20px 0 0; font-size: 0.875rem; color: var(--quiet); }
footer { margin-top: 20px; font-size: 0.8125rem; color: var(--quiet); }
@media (max-width: 420px) { main { padding: 28px 20px 24px; } }
@media (forced-colors: active) { main, input, button { border: 1px solid; } }
`
