//! What the unit tests of several messengers share: a server for their fakes, messages to send, and mangled bodies.

pub mod fixtures;
pub mod mangled;
mod outgoing;
pub mod server;

pub use outgoing::{attempts, failure, kept, message, outgoing, taken, text, to_the_end};
