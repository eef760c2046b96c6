//! WhatsApp's state behind its lock.

use super::{faults::Faults, options::Options, state::State};
use crate::old::{self, Memory};

/// State shared by handlers, pages and the library's functions.
pub(crate) type Core = old::Core<State, Faults, Options>;

impl Memory for State {
    fn set_now(&mut self, millis: i64) {
        self.now = millis;
    }

    fn set_address(&mut self, url: &str) {
        self.base = url.to_owned();
    }
}
