//! `parom migrate`.

use std::path::Path;
use std::process::ExitCode;

use base::clock::Clock;
use base::config::Config;
use base::store::Store;

#[derive(clap::Args)]
pub struct MigrateCommand {
    /// Prints JSON: {"applied"}
    #[arg(long)]
    json: bool,
}

/// Runs the migrations that the database does not have yet.
pub async fn run(command: MigrateCommand, config: Option<&Path>) -> anyhow::Result<ExitCode> {
    let store = Store::open(&Config::load(config)?.database, Clock::system()).await?;
    let pending = base::store::pending_migrations(&store).await?;
    base::store::migrate(&store).await?;
    store.close().await;
    super::print_line(&match pending {
        applied if command.json => serde_json::json!({ "applied": applied }).to_string(),
        0 => "Nothing to do.".to_owned(),
        1 => "1 migration applied.".to_owned(),
        count => format!("{count} migrations applied."),
    })?;
    Ok(ExitCode::SUCCESS)
}
