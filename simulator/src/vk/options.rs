//! Options of a VK double.

use crate::old::{Now, system_clock};

/// All start options.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; with port 0 the system chooses one: see `Vk::base_url`.
    pub listen: String,
    /// The clock.
    pub now: Now,
    /// Whether more than 20 calls a second with one token get error 6; see `Vk::set_rates`.
    pub rates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), now: system_clock(), rates: false }
    }
}
