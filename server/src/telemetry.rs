//! Logs and metrics of the process: one subscriber and one recorder, because the macros of `tracing` and `metrics`
//! reach them without being handed anything. What goes into a log line stands in `docs/logging.md`.

mod catalogue;
mod lines;
pub mod traces;

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

pub use catalogue::start_remotes;
use lines::Lines;
pub use lines::Written;

/// What is logged when `RUST_LOG` does not say.
const DEFAULT_FILTER: &str = "info,actix_server=warn,sea_orm_migration=warn";
/// Seconds; from a local commit to the slowest call we wait for.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0];
/// How often the samples of histograms are folded into buckets when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of the process. A static like the logger: `metrics` allows one for good, tests start many servers.
static RECORDER: OnceLock<Result<PrometheusHandle, MetricsError>> = OnceLock::new();

/// Starts logging to stderr: for people on a terminal, JSON otherwise; `RUST_LOG` chooses what. A second call, and a
/// call after a test set its own subscriber, changes nothing.
pub fn start_logging() {
    start(DEFAULT_FILTER, BoxMakeWriter::new(std::io::stderr));
}

/// The same for a process that serves: nobody in it ever waits for whoever reads the log, and a panic stands there like
/// everything else. Hold what is given until the end.
pub fn start_serving_log() -> Written {
    match Lines::to_stderr() {
        Ok(lines) => {
            start(DEFAULT_FILTER, BoxMakeWriter::new(lines.clone()));
            std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "something broke off")));
            lines.written_at_the_end()
        }
        Err(error) => {
            start_logging();
            tracing::warn!(%error, "the log has no thread of its own: who logs waits for who reads");
            Written::already()
        }
    }
}

/// The same, but silent unless `RUST_LOG` asks: for commands whose output a person reads.
pub fn start_quiet_logging() {
    start("off", BoxMakeWriter::new(std::io::stderr));
}

fn start(default: &str, writer: BoxMakeWriter) {
    let (filter, complaint) = filter(crate::config::variable("RUST_LOG"), default);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let started = if std::io::stderr().is_terminal() {
        builder.try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    if let (Ok(()), Some(complaint)) = (started, complaint) {
        tracing::warn!(error = complaint, "RUST_LOG cannot be read, logging {default}");
    }
}

fn filter(wanted: Option<String>, default: &str) -> (EnvFilter, Option<String>) {
    match EnvFilter::try_new(wanted.as_deref().unwrap_or(default)) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(default), Some(error.to_string())),
    }
}

/// Why there are no metrics.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MetricsError {
    /// Our own table of buckets is wrong.
    #[error("the metrics recorder cannot be built: {0}")]
    Build(String),
    /// Something else in this process set a recorder before us.
    #[error("another metrics recorder is already installed in this process")]
    Taken,
}

/// The metrics of this process, rendered for Prometheus.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder of this process, installed by the first call.
    pub fn install() -> Result<Self, MetricsError> {
        RECORDER.get_or_init(install).clone().map(Self)
    }

    /// The body of `/metrics`.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the memory of histograms bounded until `stop`; run it as a task of each server, several do no harm.
    pub async fn keep_up(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
            self.0.run_upkeep();
        }
    }
}

fn install() -> Result<PrometheusHandle, MetricsError> {
    let builder = PrometheusBuilder::new().set_buckets(BUCKETS);
    let recorder = builder.map_err(|error| MetricsError::Build(error.to_string()))?.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Taken)?;
    catalogue::start();
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorder_is_installed_once_and_shared() {
        let servers: Vec<_> = (0..4).map(|_| std::thread::spawn(|| Metrics::install().unwrap())).collect();
        let servers: Vec<Metrics> = servers.into_iter().map(|server| server.join().unwrap()).collect();
        metrics::counter!("telemetry_test_total", "kind" => "a").increment(2);
        metrics::histogram!("telemetry_test_seconds").record(0.2);
        for server in servers {
            let page = server.render();
            assert!(page.contains("telemetry_test_total{kind=\"a\"} 2"), "{page}");
            assert!(page.contains("telemetry_test_seconds_bucket{le=\"0.25\"} 1"), "{page}");
        }
    }

    #[tokio::test]
    async fn upkeep_ends_when_told() {
        let stop = CancellationToken::new();
        let task = tokio::spawn(Metrics::install().unwrap().keep_up(stop.clone()));
        stop.cancel();
        task.await.unwrap();
    }

    #[test]
    fn logging_starts_twice_and_survives_a_bad_filter() {
        start_logging();
        start_logging();
        assert!(filter(None, DEFAULT_FILTER).0.to_string().contains("info"));
        assert_eq!(filter(Some("parom=debug".to_owned()), DEFAULT_FILTER).0.to_string(), "parom=debug");
        let (fallback, complaint) = filter(Some("parom=no=such".to_owned()), DEFAULT_FILTER);
        assert!(fallback.to_string().contains("info"));
        assert!(complaint.is_some());
    }
}
