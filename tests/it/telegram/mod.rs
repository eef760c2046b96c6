//! Telegram, played by a small one with memory.

mod inwards;
mod out;
