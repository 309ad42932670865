import fc from "fast-check"

/**
 * Loaded before each test file: a process draws one seed for all its property tests, so that a test that is tried once more gets
 * the same cases. With new ones, the second try would pass and hide the counterexample that chance found in the first.
 */
const { seed = Date.now() } = fc.readConfigureGlobal()
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
