//! `parom serve`, `parom migrate` and `parom spool drain`.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use base::clock::Clock;
use base::config::{Config, in_the_clear};
use base::fault::{self, Faults};
use base::spool::drain_folder;
use base::store::Store;
use base::telemetry;
use clap::Subcommand;
use listenfd::ListenFd;
use parom::app::App;
use parom::intake::crm::spool;
use parom::server::{self, ServerOptions};
use tokio::signal::unix::{SignalKind, signal};

use crate::{print_line, service_manager};

/// How long connections that were accepted before the stop have for their request. The proxy's are written at once;
/// without this time each stop would cut some off, and amoCRM sends a hook once.
const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// Serves until it is asked to stop.
pub async fn run(config: Config, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let _written = telemetry::start_serving_log();
    telemetry::set_log_filter(config.telemetry.log.as_deref());
    // From here on the signal does not end the process.
    let mut again = signal(SignalKind::hangup()).context("signals cannot be watched")?;
    if config.integrations.is_empty() {
        tracing::warn!("no [[integration]] is configured: no account can install; see parom doctor");
    }
    for found in in_the_clear(&config) {
        tracing::warn!(
            key = found.key(),
            remedy = found.remedy(),
            "secrets leave this machine on an unencrypted or unverified connection"
        );
    }
    let options = options(&config)?;
    let mut running = match handed_over()? {
        Some(listener) => server::start_on(listener, config, options).await?,
        None => server::start(config, options).await?,
    };
    // Before it is reported that it serves: a stop that follows at once must be an orderly one.
    let stop = stop_asked_for()?;
    print_line(&format!("listening {}", running.url()))?;
    if let Some(url) = running.ops_url() {
        print_line(&format!("operators {url}"))?;
    }
    service_manager::ready();
    telemetry::name_build(env!("CARGO_PKG_VERSION"), crate::COMMIT);
    let (app, workers) = (running.app.clone(), running.workers().clone());
    let reloads = async {
        while again.recv().await.is_some() {
            service_manager::reloading();
            server::reload(&app, Config::load(file)).await;
            service_manager::ready();
        }
        std::future::pending::<()>().await
    };
    let failed = tokio::select! {
        () = stop => None,
        why = running.failed() => Some(why),
        () = reloads => None,
        () = service_manager::keep_alive(&workers) => None,
    };
    drop(app);
    service_manager::stopping();
    if let Some(why) = failed {
        running.stop().await;
        return Err(why);
    }
    tracing::info!("stopping: finishing accepted requests and deliveries in progress");
    running.pause().await;
    tokio::time::sleep(LAST_REQUESTS).await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn options(config: &Config) -> anyhow::Result<ServerOptions> {
    let deliver = config.server.deliver;
    if !deliver {
        tracing::warn!(
            "server.deliver is false: other processes on this database must deliver and do the regular work"
        );
    }
    Ok(ServerOptions {
        clock: fault::clock(),
        faults: Faults::from_environment()?,
        deliver,
        ..ServerOptions::default()
    })
}

/// The socket that systemd listens on (`LISTEN_FDS`): it stays open while this process is replaced, so that no
/// connection is refused. It takes precedence over `server.listen`.
fn handed_over() -> anyhow::Result<Option<TcpListener>> {
    ListenFd::from_env().take_tcp_listener(0).context("the socket in LISTEN_FDS cannot be used")
}

/// Ends at SIGTERM or SIGINT. From the call on these signals no longer end the process by themselves.
pub fn stop_asked_for() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be watched")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("signals cannot be watched")?;
    Ok(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    })
}

#[derive(clap::Args)]
pub struct MigrateCommand {
    /// Prints JSON: {"applied"}
    #[arg(long)]
    json: bool,
}

/// Runs the migrations that the database does not have yet.
pub async fn migrate(command: MigrateCommand, config: Option<&Path>) -> anyhow::Result<ExitCode> {
    let store = Store::open(&Config::load(config)?.database, Clock::system()).await?;
    let pending = base::store::pending_migrations(&store).await?;
    base::store::migrate(&store).await?;
    store.close().await;
    crate::print_line(&match pending {
        applied if command.json => serde_json::json!({ "applied": applied }).to_string(),
        0 => "Nothing to do.".to_owned(),
        1 => "1 migration applied.".to_owned(),
        count => format!("{count} migrations applied."),
    })?;
    Ok(ExitCode::SUCCESS)
}

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
pub async fn drain_spool(command: SpoolCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_delivers_unless_its_configuration_says_no() {
        let delivers = |text: &str| options(&Config::from_toml(text).unwrap()).unwrap().deliver;
        assert!(delivers(""));
        assert!(!delivers("[server]\ndeliver = false"));
    }
}
