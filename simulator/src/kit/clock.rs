//! The clock of a double.

use std::sync::Arc;

/// The clock for dates, expiry, repeats of deliveries and rate limits. A test may move it.
pub type Now = Arc<dyn Fn() -> chrono::DateTime<chrono::Utc> + Send + Sync>;

/// The clock of the machine, for use outside tests.
#[expect(
    clippy::disallowed_methods,
    reason = "the server's Clock is out of reach here: a double shares nothing with it"
)]
pub fn system_clock() -> Now {
    Arc::new(chrono::Utc::now)
}

/// What a simulator starts with: the clock.
macro_rules! options {
    () => {
        /// All start options.
        #[derive(Clone)]
        pub struct Options {
            /// The clock for dates, expiry, repeats and limits. A test may move it.
            pub now: $crate::kit::Now,
        }

        impl Default for Options {
            fn default() -> Self {
                Self { now: $crate::kit::system_clock() }
            }
        }
    };
}

pub(crate) use options;
