//! Settings of all tests with generated inputs. `PROPTEST_CASES` sets the number of cases; `npm run fuzz` sets a
//! large one.

use proptest::test_runner::Config;

/// A failure prints its smallest input, to be made a test by hand; no file of seeds is written.
pub fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}
