//! `parom demo` as a real process, and the addresses that it prints.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::drill::LIMIT;

/// The line after which nothing more is printed.
const LAST: &str = "Stop with Ctrl-C";

/// A running demo. It is killed when it is dropped.
pub struct Demo {
    child: Child,
    output: Vec<String>,
    // Its end would break the demo's stdout.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    /// Starts it for a terminal in this language, on the data of this folder, and waits until it is ready.
    pub async fn start(binary: &Path, language: &str, data: &Path) -> Self {
        let mut command = Command::new(binary);
        command.arg("demo").arg("--data").arg(data).env_remove("PAROM_CONFIG").env_remove("LC_ALL");
        command.env_remove("LC_MESSAGES").env("LANG", format!("{language}.UTF-8")).kill_on_drop(true);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        let mut output = Vec::new();
        while output.last().is_none_or(|line: &String| !line.contains(LAST)) {
            let line = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it is ready in time");
            output.push(line.expect("its stdout is text").unwrap_or_else(|| panic!("the demo ended: {output:#?}")));
        }
        Self { child, output, _lines: lines }
    }

    /// The address that it printed under this name.
    #[track_caller]
    pub fn address(&self, name: &str) -> String {
        let line = self.output.iter().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix("  "));
        let line = line.unwrap_or_else(|| panic!("no {name}: {:#?}", self.output));
        line.split_whitespace().next().expect("an address").to_owned()
    }

    /// Kills it.
    pub async fn is_killed(mut self) {
        self.child.kill().await.expect("it is killed");
    }
}
