//! Logs and metrics of the process: one subscriber and one recorder, because the macros of `tracing` and `metrics` use
//! globals. `docs/logging.md` says what goes into a log line.

mod catalog;
mod lines;
pub mod traces;

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

pub use catalog::start_remotes;
pub use lines::LogFlusher;
use lines::LogQueue;

/// The log filter when `RUST_LOG` is unset.
const DEFAULT_FILTER: &str = "info,actix_server=warn,sea_orm_migration=warn";
/// What a filter leaves out unless it names the target: actix reports each malformed request as an error, and anyone can
/// send one.
const STRANGERS: &str = "actix_http::h1::dispatcher";
/// Histogram buckets in seconds, from a local commit to the slowest call we wait for.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0];
/// How often samples of histograms are folded into buckets even when nothing scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of the process. A static, because `metrics` can install only one and tests start many servers.
static RECORDER: OnceLock<Result<PrometheusHandle, MetricsError>> = OnceLock::new();

type Replace = Box<dyn Fn(EnvFilter) -> bool + Send + Sync>;

/// Replaces the filter of the log that was started first.
static REPLACE_FILTER: OnceLock<Replace> = OnceLock::new();

/// Logs by this filter from now on, by the default one without it. `RUST_LOG` takes precedence. False if the filter could not be replaced.
pub fn set_log_filter(wanted: Option<&str>) -> bool {
    if crate::config::variable("RUST_LOG").is_some() {
        return true;
    }
    let Ok(filter) = read(wanted.unwrap_or(DEFAULT_FILTER)) else { return false };
    REPLACE_FILTER.get().is_some_and(|replace| replace(filter))
}

/// Starts logging to stderr: readable text on a terminal, JSON otherwise; `RUST_LOG` sets the filter. Does nothing if
/// this was called before or a test set its own subscriber.
pub fn start_logging() {
    start(DEFAULT_FILTER, BoxMakeWriter::new(std::io::stderr));
}

/// [`start_logging`] for a serving process: a slow reader of the log never blocks it, and panics are logged like
/// everything else. Keep the result until the end.
pub fn start_serving_log() -> LogFlusher {
    match LogQueue::to_stderr() {
        Ok(lines) => {
            start(DEFAULT_FILTER, BoxMakeWriter::new(lines.clone()));
            std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a thread panicked")));
            lines.written_at_the_end()
        }
        Err(error) => {
            start_logging();
            tracing::warn!(%error, "the log has no thread of its own: logging blocks on the reader");
            LogFlusher::already()
        }
    }
}

/// [`start_logging`] that is silent unless `RUST_LOG` is set: for commands whose output people read.
pub fn start_quiet_logging() {
    start("off", BoxMakeWriter::new(std::io::stderr));
}

fn start(default: &str, writer: BoxMakeWriter) {
    let (filter, complaint) = filter(crate::config::variable("RUST_LOG"), default);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let (replace, started): (Replace, _) = if std::io::stderr().is_terminal() {
        let builder = builder.with_filter_reloading();
        let handle = builder.reload_handle();
        (Box::new(move |filter| handle.reload(filter).is_ok()), builder.try_init())
    } else {
        let builder = builder.json().flatten_event(true).with_current_span(true).with_span_list(false);
        let builder = builder.with_filter_reloading();
        let handle = builder.reload_handle();
        (Box::new(move |filter| handle.reload(filter).is_ok()), builder.try_init())
    };
    if started.is_ok() {
        let _ = REPLACE_FILTER.set(replace);
    }
    if let (Ok(()), Some(complaint)) = (started, complaint) {
        tracing::warn!(error = complaint, "RUST_LOG cannot be read, logging {default}");
    }
}

fn filter(wanted: Option<String>, default: &str) -> (EnvFilter, Option<String>) {
    match read(wanted.as_deref().unwrap_or(default)) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(default), Some(error.to_string())),
    }
}

fn read(filter: &str) -> Result<EnvFilter, ParseError> {
    let is_named = filter.contains("actix_http");
    if is_named { EnvFilter::try_new(filter) } else { EnvFilter::try_new(format!("{filter},{STRANGERS}=off")) }
}

/// Why there are no metrics.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MetricsError {
    /// Our own buckets are invalid.
    #[error("the metrics recorder cannot be built: {0}")]
    Build(String),
    /// Another recorder was installed in this process before.
    #[error("another metrics recorder is already installed in this process")]
    Taken,
}

/// The metrics of this process, rendered for Prometheus.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder of this process; the first call installs it.
    pub fn install() -> Result<Self, MetricsError> {
        RECORDER.get_or_init(install).clone().map(Self)
    }

    /// The body of `/metrics`.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Keeps the memory of histograms bounded until `stop`. Each server runs it as a task; several are harmless.
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
    catalog::start();
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
    async fn upkeep_ends_when_it_is_cancelled() {
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
        let wanted = |text: &str| filter(Some(text.to_owned()), DEFAULT_FILTER).0.to_string();
        assert!(wanted("parom=debug").contains("parom=debug"));
        assert!(wanted("parom=debug").contains(&format!("{STRANGERS}=off")), "{}", wanted("parom=debug"));
        assert!(!wanted("info,actix_http=debug").contains("off"), "a filter that names the target is kept");
        let (fallback, complaint) = filter(Some("parom=no=such".to_owned()), DEFAULT_FILTER);
        assert!(fallback.to_string().contains("info"));
        assert!(complaint.is_some());
    }
}
