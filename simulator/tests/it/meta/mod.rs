//! The simulated Instagram and Messenger.

mod acts;
mod calls;
mod comments;
mod hooks;
mod receiver;
mod tokens;
mod world;
