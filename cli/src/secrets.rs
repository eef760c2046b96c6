//! `parom secrets`: the key by which tokens, passwords and keys are sealed in the database.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use parom::app::App;
use parom::audit::{self, Actor, Deed};
use parom::rotation::{self, Step, Turned};
use parom::store::VENDOR;
use serde_json::json;

/// Plain lines tell of every so many values.
const TOLD_EVERY: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub enum SecretsCommand {
    /// Replaces the key: a new one on top of the key file, everything sealed anew, the old one dropped. May be killed
    /// and started again
    Rotate,
}

/// Does what was asked, and tells how far it is: a bar on a terminal, lines elsewhere.
pub async fn run(command: SecretsCommand, app: &Arc<App>, out: &mut (impl Write + Send)) -> anyhow::Result<ExitCode> {
    let SecretsCommand::Rotate = command;
    let mut told = Told { out, bar: bar(), resealed: 0, counted: 0, failed: None };
    let turned = rotation::turn(app, &mut |step| told.step(&step)).await;
    told.bar.finish_and_clear();
    let (resealed, failed) = (told.resealed, told.failed);
    let turned = turned?;
    failed.map_or(Ok(()), Err).context("standard output is closed")?;
    let (key, last) = match turned {
        Turned::Done { key } => (key, format!("Done: the key file {} holds the key {key} alone.", file(app))),
        Turned::DropOthers { key } => {
            (key, format!("Done: everything is sealed by the key {key}. Take the others out of the configuration now."))
        }
    };
    let (action, object, detail) = ("vault.turned", key.to_string(), json!({ "resealed": resealed }));
    let deed =
        Deed { tenant_id: VENDOR, actor: &Actor::Cli, action, object: &object, detail, address: None, done: true };
    audit::record(app, app.store.write(), deed)
        .await
        .context("the key is turned, but that could not be written down")?;
    writeln!(out, "Sealed anew: {}.\n{last}", counted(resealed)).context("standard output is closed")?;
    Ok(ExitCode::SUCCESS)
}

fn counted(values: u64) -> String {
    if values == 1 { "1 value".to_owned() } else { format!("{values} values") }
}

fn file(app: &App) -> String {
    app.vault.key_file().map(|file| file.display().to_string()).unwrap_or_default()
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

struct Told<'out, W: Write> {
    out: &'out mut W,
    bar: ProgressBar,
    resealed: u64,
    counted: u64,
    failed: Option<io::Error>,
}

impl<W: Write> Told<'_, W> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Turning { key, new: true } => self.line(&format!("A new key {key} is put on top.")),
            Step::Turning { key, new: false } => self.line(&format!("The key {key} is on its way in: it goes on.")),
            Step::Waiting { processes } => self.line(&match processes {
                1 => "1 serving process takes the keys up.".to_owned(),
                more => format!("{more} serving processes take the keys up."),
            }),
            Step::Counted { values } => {
                self.counted = *values;
                self.bar.set_length(*values);
                self.line(&format!("{} to be sealed anew.", counted(*values)));
            }
            Step::Resealed { values } => self.resealed(*values),
            Step::Shut { table, values } => {
                let values = counted(*values);
                self.line(&format!("{values} of {table} cannot be opened by any key that is known; left as found."));
            }
        }
    }

    fn resealed(&mut self, values: u64) {
        let before = self.resealed / TOLD_EVERY;
        self.resealed += values;
        // What is written meanwhile by processes that had not taken the key up comes on top.
        self.counted = self.counted.max(self.resealed);
        self.bar.set_length(self.counted);
        self.bar.set_position(self.resealed);
        if self.bar.is_hidden() && self.resealed / TOLD_EVERY > before {
            self.line(&format!("{} of {} are sealed anew.", self.resealed, self.counted));
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
