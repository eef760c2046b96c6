//! The local amoCRM from outside: real HTTP, a caller written for these tests, an in-test receiver of hooks.

mod acts;
mod archive;
mod breakage;
mod caller;
mod chats;
mod files;
mod hook_kinds;
mod hooks;
mod hosts;
mod media;
mod methods;
mod oauth;
mod others;
mod pages;
mod receiver;
mod rest;
mod sources;
mod strict;
mod window;
mod window_browser;
