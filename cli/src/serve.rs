//! `parom serve`.

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use base::config::{Config, in_the_clear};
use base::fault::Faults;
use base::telemetry;
use listenfd::ListenFd;
use parom::server::{self, ServerOptions};
use tokio::signal::unix::{SignalKind, signal};

use super::print_line;

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
    let app = running.app.clone();
    let reloads = async {
        while again.recv().await.is_some() {
            server::reload(&app, Config::load(file)).await;
        }
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = stop => {}
        why = running.failed() => {
            running.stop().await;
            return Err(why);
        }
        () = reloads => {}
    }
    drop(app);
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
    Ok(ServerOptions { faults: Faults::from_environment()?, deliver, ..ServerOptions::default() })
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
