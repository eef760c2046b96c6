//! What helps a person beyond an error or an empty list. It goes to stderr, so that programs read no other lines than before.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::Arguments;

/// Prints clap's error or help, and the commands that there are after an unknown one.
pub(super) fn refused(error: &clap::Error) -> ExitCode {
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

/// Says that a list is empty, and why.
pub(super) fn nothing_listed(text: &str) {
    let _ = writeln!(std::io::stderr(), "parom: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

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
