//! The simulated VK from outside: real HTTP, a caller and a callback server written for these tests.

mod callbacks;
mod comments;
mod files;
mod reading;
mod sending;
mod stage;
