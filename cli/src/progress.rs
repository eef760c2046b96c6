//! How commands show their progress: a bar on a terminal, which programs that read the output never see.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// Done and all steps behind the bar.
pub(crate) const COUNT: &str = "{wide_bar} {pos}/{len}  {msg}";
/// The share that is done behind the bar.
pub(crate) const PERCENT: &str = "{wide_bar} {percent:>3} %  {msg}";

/// A bar of `length` steps; hidden if standard error is no terminal.
pub(crate) fn bar(length: u64, template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
