//! End to end over HTTP: what comes in by which door, and what leaves by the other.

mod api;
mod both_ways;
mod hooks;
