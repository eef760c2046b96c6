//! `parom backup`: makes, checks and restores backups.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use base::clock::Clock;
use base::config::Config;
use base::i18n::{Language, Words, duration};
use base::store::{Store, VENDOR};
use base::vault::Vault;
use clap::Subcommand;
use indicatif::ProgressBar;
use parom::backup::{self, BackupStep, Manifest, Restored};
use serde_json::json;

use crate::{audit_log, terminal};

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Copies the database into a new folder, also while servers run. Neither the key file nor the stored files are
    /// copied: keep copies of them too
    Create {
        /// The folder; must not exist or be empty
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Prints the manifest as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads a whole backup and checks that nothing is damaged. Needs no database
    Verify {
        /// The backup's folder
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Prints the manifest as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Loads a backup into the configured database, which must be empty. Start no server before it is done
    Restore {
        /// The backup's folder
        #[arg(value_name = "PATH")]
        path: PathBuf,
        /// Prints the result as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command: a bar on a terminal, a line for each table elsewhere, the result at the end.
pub async fn run(
    command: BackupCommand,
    config: Option<&Path>,
    out: &mut (impl Write + Send),
) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    match command {
        BackupCommand::Create { path, json } => create(&Config::load(config)?, &path, json, clock, out).await?,
        BackupCommand::Verify { path, json } => {
            let mut shown = ShownProgress::new(out, json);
            let manifest = backup::verify(&path, &mut |step| shown.step(&step)).await?;
            shown.finish()?;
            report(&manifest, json, "The backup is whole", out)?;
        }
        BackupCommand::Restore { path, json } => restore(&Config::load(config)?, &path, json, clock, out).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(
    config: &Config,
    path: &Path,
    json: bool,
    clock: Clock,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let store = Store::open_existing(&config.database, clock.clone()).await?;
    let vault = Vault::open(&config.secrets, false)?;
    let mut shown = ShownProgress::new(out, json);
    let made = backup::create(config, &store, &vault, path, &mut |step| shown.step(&step)).await;
    shown.finish()?;
    store.close().await;
    let manifest = made?;
    record(config, &clock, "backup.created", &manifest, json!({ "rows": manifest.rows() })).await?;
    report(&manifest, json, &format!("The backup is in {}", path.display()), out)
}

async fn restore(
    config: &Config,
    path: &Path,
    json: bool,
    clock: Clock,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let mut shown = ShownProgress::new(out, json);
    let done = backup::restore(config, path, &clock, &mut |step| shown.step(&step)).await;
    shown.finish()?;
    let restored = done?;
    let manifest = &restored.manifest;
    let detail = json!({ "rows": manifest.rows(), "age_seconds": restored.age / 1000 });
    record(config, &clock, "backup.restored", manifest, detail).await?;
    let missing = backup::missing_media(config, path).await;
    if json {
        let missing = missing.as_ref().ok();
        let result = json!({
            "manifest": manifest, "age_seconds": restored.age / 1000, "gap_messages": restored.gap(),
            "missing_media_files": missing,
        });
        return writeln!(out, "{result}").context("standard output cannot be written");
    }
    report(manifest, false, "The backup is restored", out)?;
    print_notes(&restored, missing, out)
}

/// What people have to know before they start a server.
fn print_notes(restored: &Restored, missing: anyhow::Result<u64>, out: &mut impl Write) -> anyhow::Result<()> {
    let words = Words::new(Language::En);
    let mut lines = vec![
        format!(
            "The backup is {} old. What came since is not in it: about {} messages, if the days since were like the one \
             before.",
            duration(restored.age, words),
            restored.gap()
        ),
        format!(
            "{} letters are pending. Each is treated as possibly delivered: amoCRM’s history is searched before a message \
             is sent again, so amoCRM gets none twice.",
            restored.manifest.waiting
        ),
        "Accounts whose amoCRM access was renewed since must allow it again, and deletions of customers’ data that were \
         made since must be repeated."
            .to_owned(),
    ];
    lines.push(match missing {
        Ok(0) => format!("All {} stored files are there.", restored.manifest.media_files),
        Ok(missing) => format!(
            "{missing} of {} stored files are missing: copy them into the folder or bucket of [media].",
            restored.manifest.media_files
        ),
        Err(error) => format!("Whether the stored files are there could not be checked: {error:#}."),
    });
    for line in lines {
        writeln!(out, "{line}").context("standard output cannot be written")?;
    }
    Ok(())
}

/// Records the backup in the vendor's audit log.
async fn record(
    config: &Config,
    clock: &Clock,
    action: &'static str,
    manifest: &Manifest,
    detail: serde_json::Value,
) -> anyhow::Result<()> {
    let store = Store::open(&config.database, clock.clone()).await?;
    let recorded =
        audit_log::record(store.write(), clock, action, VENDOR, &manifest.created_at.to_string(), detail).await;
    store.close().await;
    recorded.context("the action was done")
}

fn report(manifest: &Manifest, json: bool, done: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let text = if json {
        json!({ "manifest": manifest }).to_string()
    } else {
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        format!(
            "{done}: {}, made at {} by parom {}, {} tables, {} rows, {} MB.\nTo open it, the key {} is needed; it is not in \
             the backup. Its {} stored files ({} MB) are listed in it, not copied.",
            manifest.engine_name(),
            manifest.created_at,
            manifest.parom,
            manifest.tables.len(),
            manifest.rows(),
            bytes.div_ceil(1_000_000),
            manifest.keys.join(", "),
            manifest.media_files,
            manifest.media_bytes.div_ceil(1_000_000),
        )
    };
    writeln!(out, "{text}").context("standard output cannot be written")
}

/// A bar on a terminal, lines elsewhere, nothing for programs.
struct ShownProgress<'out, W: Write> {
    out: &'out mut W,
    bar: ProgressBar,
    silent: bool,
    failed: Option<io::Error>,
}

impl<'out, W: Write> ShownProgress<'out, W> {
    fn new(out: &'out mut W, silent: bool) -> Self {
        let bar = match silent {
            true => ProgressBar::hidden(),
            false => terminal::bar(0, terminal::COUNT),
        };
        Self { out, bar, silent, failed: None }
    }

    fn step(&mut self, step: &BackupStep) {
        self.bar.set_length(u64::try_from(step.of).unwrap_or_default());
        self.bar.set_position(u64::try_from(step.done).unwrap_or_default());
        self.bar.set_message(step.name.clone());
        if self.bar.is_hidden() && !self.silent {
            let line = writeln!(self.out, "{}/{} {}: {} rows", step.done, step.of, step.name, step.rows);
            self.failed = self.failed.take().or(line.err());
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        self.failed.map_or(Ok(()), Err).context("standard output cannot be written")
    }
}
