//! `parom spool drain`: hooks that a process left on its disk and will not come back for.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use base::spool::drain_folder;
use clap::Subcommand;
use parom::app::App;
use parom::intake::ladder;

#[derive(Debug, Subcommand)]
pub enum SpoolCommand {
    /// Brings the hooks of a folder that no running server uses into the database, in order. May be repeated
    Drain {
        /// What `spool.dir` was there, or one numbered folder of it
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

/// Runs the command and tells how many hooks went over.
pub async fn run(command: SpoolCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let SpoolCommand::Drain { dir } = command;
    let drained = drain_folder(&dir, ladder::conversation_of, |hook| ladder::late(app.clone(), hook)).await?;
    writeln!(out, "{} hooks are in the database.", drained.hooks)?;
    if drained.damaged == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::bail!(
        "{} bytes could not be read; their files are kept in {} with the ending .damaged",
        drained.damaged,
        dir.display()
    )
}
