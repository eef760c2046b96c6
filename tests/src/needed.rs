//! External programs that tests need, found through environment variables.

use base::config::variable;

/// The value of the variable. `None`, with a line on stdout, if unset: the test is to be skipped.
///
/// # Panics
/// Instead of skipping, if `PAROM_TEST_ALL` is set: `tests/run` installs everything, so nothing may be missing there.
pub fn needed(name: &str) -> Option<String> {
    let value = variable(name);
    if value.is_none() {
        assert!(variable("PAROM_TEST_ALL").is_none(), "{name} is not set, and no test may be skipped (PAROM_TEST_ALL)");
        println!("skipped: {name} is not set; tests/run installs what it names and sets it");
    }
    value
}
