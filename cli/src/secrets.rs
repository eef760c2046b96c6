//! `parom secrets`: the key that encrypts tokens, passwords and keys in the database.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use base::store::VENDOR;
use clap::Subcommand;
use indicatif::ProgressBar;
use parom::app::App;
use parom::rotation::{self, RotationStep, Turned};
use serde_json::json;

use crate::{audit_log, terminal};

/// Without a progress bar, a line is printed after this many values.
const LINE_EVERY: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Rotates the key: adds a new key to the key file, re-encrypts everything and removes the old key. If it is
    /// interrupted, run it again
    Rotate {
        /// Prints JSON at the end: {"key","resealed","drop_other_keys"}; progress goes to stderr
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command and shows its progress: a bar on a terminal, lines elsewhere.
pub async fn run(command: SecretsCommand, app: &Arc<App>, out: &mut (impl Write + Send)) -> anyhow::Result<ExitCode> {
    let SecretsCommand::Rotate { json } = command;
    let mut errors = io::stderr();
    let shown: &mut (dyn Write + Send) = if json { &mut errors } else { &mut *out };
    let bar = terminal::bar(0, terminal::COUNT);
    let mut progress = RotationProgress { out: shown, bar, resealed: 0, counted: 0, failed: None };
    let turned = rotation::turn(app, &mut |step| progress.step(&step)).await;
    progress.bar.finish_and_clear();
    let (resealed, failed) = (progress.resealed, progress.failed);
    let turned = turned?;
    failed.map_or(Ok(()), Err).context("standard output cannot be written")?;
    let (key, drop_others, last) = match turned {
        Turned::Done { key } => (key, false, format!("Done: the key file {} now holds only the key {key}.", file(app))),
        Turned::DropOthers { key } => (
            key,
            true,
            format!(
                "Done: everything is encrypted with the key {key}. Remove the other keys from the configuration now."
            ),
        ),
    };
    let (db, detail) = (app.store.write(), json!({ "resealed": resealed }));
    let recorded = audit_log::record(db, &app.clock, "vault.turned", VENDOR, &key.to_string(), detail).await;
    recorded.context("the key was replaced")?;
    let object = json!({ "key": key.to_string(), "resealed": resealed, "drop_other_keys": drop_others });
    if json { writeln!(out, "{object}") } else { writeln!(out, "Encrypted again: {}.\n{last}", counted(resealed)) }
        .context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

fn counted(values: u64) -> String {
    if values == 1 { "1 value".to_owned() } else { format!("{values} values") }
}

fn file(app: &App) -> String {
    app.vault.key_file().map(|file| file.display().to_string()).unwrap_or_default()
}

struct RotationProgress<'out> {
    out: &'out mut (dyn Write + Send),
    bar: ProgressBar,
    resealed: u64,
    counted: u64,
    failed: Option<io::Error>,
}

impl RotationProgress<'_> {
    fn step(&mut self, step: &RotationStep) {
        match step {
            RotationStep::Turning { key, new: true } => self.line(&format!("A new key {key} is added.")),
            RotationStep::Turning { key, new: false } => {
                self.line(&format!("Continuing the rotation to the key {key}."))
            }
            RotationStep::Waiting { processes } => self.line(&match processes {
                1 => "1 serving process has not picked up the keys yet.".to_owned(),
                more => format!("{more} serving processes have not picked up the keys yet."),
            }),
            RotationStep::Counted { values } => {
                self.counted = *values;
                self.bar.set_length(*values);
                self.line(&format!("{} to be encrypted again.", counted(*values)));
            }
            RotationStep::Resealed { values } => self.resealed(*values),
            RotationStep::Shut { table, values } => {
                let values = counted(*values);
                self.line(&format!("{values} of {table} cannot be decrypted with any known key; left unchanged."));
            }
        }
    }

    fn resealed(&mut self, values: u64) {
        let before = self.resealed / LINE_EVERY;
        self.resealed += values;
        // Values written meanwhile by processes that had not picked up the key are added.
        self.counted = self.counted.max(self.resealed);
        self.bar.set_length(self.counted);
        self.bar.set_position(self.resealed);
        if self.bar.is_hidden() && self.resealed / LINE_EVERY > before {
            self.line(&format!("{} of {} are encrypted again.", self.resealed, self.counted));
        }
    }

    fn line(&mut self, line: &str) {
        let out = &mut self.out;
        let done = self.bar.suspend(|| writeln!(out, "{line}").and_then(|()| out.flush()));
        if let Err(error) = done {
            self.failed.get_or_insert(error);
        }
    }
}
