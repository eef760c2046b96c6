//! What people see, in a real browser: the demo's two windows, and an administrator's whole way through the widget.

mod journey;
mod screens;
mod windows;
