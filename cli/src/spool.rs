//! `parom spool drain`: stores the hooks that a process spooled to disk and will not store itself.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use base::spool::drain_folder;
use clap::Subcommand;
use parom::app::App;
use parom::intake::crm::spool;

#[derive(Debug, Subcommand)]
pub enum SpoolCommand {
    /// Stores the hooks of a spool folder that no running server uses in the database, in order. Can be repeated safely
    Drain {
        /// The folder that was `spool.dir`, or one of its numbered subfolders
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Runs the command and prints how many hooks were stored.
pub async fn run(command: SpoolCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let SpoolCommand::Drain { dir } = command;
    let drained = drain_folder(&dir, spool::conversation_of, |hook| spool::late(app.intake.clone(), hook)).await?;
    let hooks = if drained.hooks == 1 { "1 hook is".to_owned() } else { format!("{} hooks are", drained.hooks) };
    writeln!(out, "{hooks} in the database.")?;
    if drained.damaged == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::bail!(
        "{} bytes could not be read; their files are kept in {} with the ending .damaged",
        drained.damaged,
        dir.display()
    )
}
