//! `bench serve`: the server of this build, run like `parom serve`, for measurements of a separate process.

use base::config::Config;
use parom::server::{self, ServerOptions};
use tokio::signal::unix::{SignalKind, signal};

/// Runs the server configured by `PAROM_CONFIG` until it is asked to stop.
pub async fn run() -> anyhow::Result<()> {
    let mut stop = signal(SignalKind::terminate())?;
    let running = server::start(Config::load(None)?, ServerOptions::default()).await?;
    stop.recv().await;
    running.stop().await;
    Ok(())
}
