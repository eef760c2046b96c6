//! What commands share with the person at the terminal: the output, the language, progress bars, and ids.

use std::io::{self, ErrorKind, IsTerminal, Write};

use base::config::variable;
use base::i18n::Language;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

/// Standard output. If its reader has gone, as with `| head -1`, writing fails with an error that [`is_unread`] recognises.
pub struct Output;

/// The exit code of a command whose output was not read to its end: as of one that SIGPIPE ended.
pub const UNREAD: u8 = 128 + 13;

impl Output {
    fn marked(error: io::Error) -> io::Error {
        if error.kind() == ErrorKind::BrokenPipe { io::Error::new(ErrorKind::BrokenPipe, Unread) } else { error }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes).map_err(Self::marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush().map_err(Self::marked)
    }
}

#[derive(Debug)]
struct Unread;

impl std::fmt::Display for Unread {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("nobody reads it any more")
    }
}

impl std::error::Error for Unread {}

/// Whether a command failed only because the reader of its output had gone, which is not reported.
pub fn is_unread(error: &anyhow::Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.filter_map(io::Error::get_ref).any(|inner| inner.is::<Unread>())
}

/// From `LC_ALL`, `LC_MESSAGES`, `LANG`; else English.
pub fn language() -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    set.and_then(|code| Language::of_code(&code)).unwrap_or(Language::En).complete()
}

/// A list as lines of columns. A person at a terminal reads their headings first; programs take `--json`, or the rows alone.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> String {
    let is_headed = !rows.is_empty() && io::stdout().is_terminal();
    let heading = is_headed.then(|| headings.map(str::to_owned));
    columns(&heading.into_iter().chain(rows).collect::<Vec<_>>())
}

fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |text: &String| text.chars().count();
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().filter_map(|row| row.get(column).map(width)).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(text, width)| format!("{text:<width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

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

/// Parses one of Parom's ids. The error shows what an id looks like instead of the parser's message.
pub fn id(text: &str) -> Result<Uuid, String> {
    let where_from = "the panel shows it on the page of the source, and lists of the command line in the first column";
    Uuid::try_parse(text).map_err(|_| format!("an id looks like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b; {where_from}"))
}

/// The error for an id that no source has. No command lists sources, so it names the page that shows the id.
pub fn no_source(id: Uuid) -> String {
    format!(
        "there is no source with the id {id}: the panel shows the id on the page of the source, and so does GET /api/v1/tenants/ID/sources"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_list_are_aligned() {
        let rows = [["NAME", "STATE"], ["Ольга", "valid"], ["a", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "NAME   STATE\nОльга  valid\na\n");
    }

    #[test]
    fn the_error_for_a_wrong_id_shows_what_an_id_looks_like() {
        let message = id("abc").unwrap_err();
        assert!(message.contains("looks like 0190a1b2") && !message.contains("length"), "{message}");
        assert!(id("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b").is_ok());
    }
}
