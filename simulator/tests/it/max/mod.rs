//! The simulated MAX.

mod dialogs;
mod files;
mod messages;
mod pages;
mod rooms;
mod webhook;
mod world;
