//! What shells, manual pages, programs and people learn about these commands: `parom completions`, `parom man`, `parom openapi`,
//! and hints beyond an error.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::Styles;
use clap::error::ErrorKind;
use clap::{Command as Commands, CommandFactory, Subcommand};
use clap_complete::Shell;
use parom::app::App;
use parom::doctor::is_served;

use crate::Arguments;

/// The commands by what they are for, as the help shows them.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Try it", &["demo", "sandbox"]),
    ("Server", &["serve", "migrate", "config", "doctor", "health", "backup", "secrets"]),
    ("Accounts", &["tenant", "customer", "import", "routes", "sales"]),
    ("What was not delivered", &["dead", "quarantine", "spool"]),
    ("Vendor", &["integration", "channel", "widget", "vendor", "key"]),
    ("Developers", &["chats", "connector", "openapi", "completions", "man"]),
];

/// The template of `parom --help`. Clap has no groups of commands.
pub fn in_groups() -> String {
    let commands = crate::Command::augment_subcommands(Commands::new("parom"));
    let styles = Styles::styled();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut template = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (title, names) in GROUPS {
        let shown = names.iter().filter_map(|name| commands.find_subcommand(name)).filter(|one| !one.is_hide_set());
        let lines: Vec<String> = shown
            .map(|one| {
                let about = one.get_about().map(ToString::to_string).unwrap_or_default();
                format!("  {literal}{:<12}{literal:#} {about}\n", one.get_name())
            })
            .collect();
        if !lines.is_empty() {
            template += &format!("\n{header}{title}:{header:#}\n{}", lines.concat());
        }
    }
    template + &format!("\n{header}Options:{header:#}\n{{options}}\n\nMore about a command: parom help COMMAND")
}

#[derive(clap::Args)]
pub struct CompletionsCommand {
    /// The shell that loads the script.
    shell: Shell,
}

#[derive(clap::Args)]
pub struct ManCommand {
    /// The folder for the pages; it is created if it does not exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints the script that completes commands and options in a shell.
pub fn completions(command: &CompletionsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    // Through memory, because clap_complete panics when its output is closed.
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Arguments::command(), "parom", &mut script);
    out.write_all(&script).and_then(|()| out.flush()).context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a manual page for each command: parom.1, parom-doctor.1 and so on.
pub fn man(command: &ManCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let count = pages(&command.out).with_context(|| format!("cannot write into {}", command.out.display()))?;
    writeln!(out, "{count} pages in {}", command.out.display()).context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

/// How clap_mangen begins the text behind a command's options.
const EXTRA: &str = ".SH EXTRA\nExamples:\n";

fn pages(folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)?;
    let paths = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let mut count = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "1")) {
        // clap_mangen knows no such section.
        let page = std::fs::read_to_string(&path)?;
        if page.contains(EXTRA) {
            std::fs::write(&path, page.replace(EXTRA, ".SH EXAMPLES\n.nf\n"))?;
        }
        count += 1;
    }
    Ok(count)
}

/// Prints the OpenAPI document of the public API, the same that `/api/openapi.json` serves.
pub fn openapi(out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let document = parom::api::openapi::printed().context("the document could not be written as JSON")?;
    out.write_all(document.as_bytes()).and_then(|()| out.flush()).context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

/// Prints clap's error or help, and the commands that there are after an unknown one.
pub(super) fn refuse_arguments(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.kind() == ErrorKind::InvalidSubcommand {
        let (path, names) = commands_of(std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()));
        let _ = writeln!(std::io::stderr(), "\nCommands of {path}: {names}");
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// The deepest command that these words name, and the names of its own commands.
fn commands_of(words: impl Iterator<Item = String>) -> (String, String) {
    let (mut command, mut path) = (Arguments::command(), "parom".to_owned());
    for word in words {
        let Some(found) = command.find_subcommand(&word).cloned() else { continue };
        path = format!("{path} {word}");
        command = found;
    }
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    (path, names.join(", "))
}

/// Says that the command left its work to a server, and none runs.
pub(super) async fn left_to_a_server(app: &App) {
    if !is_served(&app.store).await {
        nothing_listed("no server is running: the work begins when one is started (parom serve)");
    }
}

/// Says that a list is empty, and why.
pub(super) fn nothing_listed(text: &str) {
    let _ = writeln!(std::io::stderr(), "parom: {text}");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_shell_completes_commands_and_their_options() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            let mut script = Vec::new();
            completions(&CompletionsCommand { shell }, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            for word in ["doctor", "completions", "rotate", "tenant", "dead"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn each_command_is_in_one_group_of_the_help() {
        let grouped = GROUPS.into_iter().flat_map(|(_, names)| names).copied();
        let all = Arguments::command();
        assert_eq!(grouped.collect::<BTreeSet<_>>(), all.get_subcommands().map(clap::Command::get_name).collect());
        let shown = Arguments::command().render_help().to_string();
        for command in all.get_subcommands().filter(|one| !one.is_hide_set()) {
            let about = command.get_about().unwrap().to_string();
            let line = format!("\n  {:<12} {about}\n", command.get_name());
            assert_eq!(shown.matches(&line).count(), 1, "{line}{shown}");
            assert!(line.trim().len() <= 90, "{line}");
        }
        assert!(shown.contains("--config") && !shown.contains("Commands:"), "{shown}");
    }

    #[test]
    fn each_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("man1");
        let mut said = Vec::new();
        man(&ManCommand { out: folder.clone() }, &mut said).unwrap();
        let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(page("parom.1").contains(r"parom\-doctor(1)"), "{}", page("parom.1"));
        assert!(page("parom-doctor.1").contains("Checks the configuration"));
        assert!(page("parom-secrets-rotate.1").contains("parom"));
        let doctor = page("parom-doctor.1");
        assert!(doctor.contains(".SH EXAMPLES") && doctor.contains("parom doctor"), "{doctor}");
        assert!(!doctor.contains("EXTRA"), "{doctor}");
        assert!(String::from_utf8(said).unwrap().contains(" pages in "));
    }

    /// The examples of a command and of those below it.
    fn examples(command: &clap::Command) -> Vec<String> {
        let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let own = own.lines().filter_map(|line| line.strip_prefix("  parom ")).map(str::to_owned).collect::<Vec<_>>();
        own.into_iter().chain(command.get_subcommands().flat_map(examples)).collect()
    }

    #[test]
    fn each_example_is_a_command() {
        let examples = examples(&Arguments::command());
        assert!(examples.len() > 15, "{examples:?}");
        for example in examples {
            let words = example.split(['<', '>']).next().unwrap().split_whitespace();
            let read = Arguments::command().try_get_matches_from(std::iter::once("parom").chain(words));
            assert!(read.is_ok(), "{example}: {}", read.unwrap_err());
        }
    }

    #[test]
    fn an_unknown_command_is_answered_with_those_that_there_are() {
        let of = |words: &[&str]| commands_of(words.iter().map(|word| (*word).to_owned()));
        let (path, names) = of(&["tenant", "show", "x"]);
        assert_eq!(path, "parom tenant");
        assert!(names.starts_with("list, ") && names.contains("plan"), "{names}");
        let (path, names) = of(&["--config", "x.toml", "frobnicate"]);
        assert!(path == "parom" && names.contains("doctor"), "{names}");
    }
}
