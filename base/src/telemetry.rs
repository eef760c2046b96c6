//! Logs and metrics of the process: one subscriber and one recorder, because the macros of `tracing` and `metrics` use
//! globals. `docs/logging.md` says what goes into a log line.

mod catalog;
mod process;
pub mod traces;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::clock::Clock;

pub use catalog::start_counters_of;

/// The log filter when `RUST_LOG` is unset.
const DEFAULT_FILTER: &str = "info,actix_server=warn,sea_orm_migration=warn";
/// What a filter leaves out unless it names the target: actix reports each malformed request as an error, and anyone can
/// send one.
const STRANGERS: &str = "actix_http::h1::dispatcher";
/// Histogram buckets in seconds, from a local commit to the slowest call we wait for.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0];
/// Those of `parom_hook_lag_seconds`, whose times are full seconds: a slow queue's hooks come minutes late.
const LAG_BUCKETS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0];
/// How often samples of histograms are folded into buckets even when nothing scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// The recorder of the process. A static, because `metrics` can install only one and tests start many servers.
static RECORDER: OnceLock<Result<Metrics, MetricsError>> = OnceLock::new();

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
            std::panic::set_hook(Box::new(|panic| {
                tracing::error!(request.id = crate::request_id::current(), %panic, "a thread panicked");
            }));
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
pub struct Metrics {
    recorder: PrometheusHandle,
    /// When it was installed, in milliseconds since 1970.
    since: i64,
}

impl Metrics {
    /// The recorder of this process; the first call installs it.
    pub fn install() -> Result<Self, MetricsError> {
        RECORDER.get_or_init(install).clone()
    }

    /// The body of `/metrics`.
    pub fn render(&self) -> String {
        self.recorder.render() + &process::page(self.since)
    }

    /// Keeps the memory of histograms bounded until `stop`. Each server runs it as a task; several are harmless.
    pub async fn keep_up(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
            self.recorder.run_upkeep();
        }
    }
}

fn install() -> Result<Metrics, MetricsError> {
    let lag = Matcher::Full("parom_hook_lag_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets(BUCKETS);
    let builder = builder.and_then(|builder| builder.set_buckets_for_metric(lag, LAG_BUCKETS));
    let recorder = builder.map_err(|error| MetricsError::Build(error.to_string()))?.build_recorder();
    let metrics = Metrics { recorder: recorder.handle(), since: Clock::system().millis() };
    metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Taken)?;
    catalog::start();
    Ok(metrics)
}

/// Says in the metrics which build this process is.
pub fn name_build(version: &'static str, commit: &'static str) {
    metrics::gauge!("parom_build_info", "version" => version, "commit" => commit).set(1.0);
}

// Non-blocking log output: a thread writes the lines, so that logging never waits for a slow reader. Lines that do not
// fit into the queue are dropped and counted: a log is worth less than a message.

/// Capacity of the queue, in lines.
const LINES: usize = 4_096;
/// How long a stopping process waits for its last lines to be written.
const LAST: Duration = Duration::from_secs(1);

enum Out {
    Line(Vec<u8>),
    /// A flush request: confirmed once everything before it is written.
    Flush(SyncSender<()>),
}

/// The queue of lines; clones share it.
#[derive(Clone)]
struct LogQueue {
    way: SyncSender<Out>,
    dropped: Arc<AtomicU64>,
}

/// Flushes the log when dropped, unless its reader hangs.
#[must_use]
pub struct LogFlusher(Option<LogQueue>);

impl LogQueue {
    /// Writes to stderr without its lock: other code writes there too, and would wait for it.
    pub fn to_stderr() -> io::Result<Self> {
        Self::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))
    }

    fn to(place: impl Write + Send + 'static) -> io::Result<Self> {
        let (way, lines) = sync_channel(LINES);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write_all(&lines, place, &counted))?;
        Ok(Self { way, dropped })
    }

    pub fn written_at_the_end(self) -> LogFlusher {
        LogFlusher(Some(self))
    }
}

impl LogFlusher {
    /// A handle with nothing to flush.
    pub const fn already() -> Self {
        Self(None)
    }
}

impl Drop for LogFlusher {
    fn drop(&mut self) {
        let Some(lines) = self.0.take() else { return };
        let (reply, done) = sync_channel(1);
        let end = Instant::now() + LAST;
        let mut last = Some(Out::Flush(reply));
        while let Some(Err(TrySendError::Full(full))) = last.take().map(|last| lines.way.try_send(last)) {
            if Instant::now() > end {
                return;
            }
            last = Some(full);
            std::thread::park_timeout(LAST / 100);
        }
        let _ = done.recv_timeout(LAST);
    }
}

impl MakeWriter<'_> for LogQueue {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for LogQueue {
    /// Queues a whole line: `tracing` writes each line in one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.way.try_send(Out::Line(line.to_vec())).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("parom_log_lines_dropped_total").increment(1);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(lines: &Receiver<Out>, mut place: impl Write, dropped: &AtomicU64) {
    while let Ok(out) = lines.recv() {
        match out {
            // A failed log cannot be reported anywhere.
            Out::Line(line) => drop(place.write_all(&line)),
            Out::Flush(reply) => drop(reply.send(())),
        }
        let lines = dropped.swap(0, Ordering::Relaxed);
        if lines > 0 {
            tracing::warn!(lines, "log lines were dropped: the reader was too slow");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

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

    /// Reads a line when allowed to.
    struct LineReader {
        let_go: Receiver<()>,
        read: Sender<Vec<u8>>,
    }

    impl Write for LineReader {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.let_go.recv();
            let _ = self.read.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn writing_a_log_line_never_blocks() {
        let ((read, came), (reads, let_go)) = (channel(), channel());
        let mut lines = LogQueue::to(LineReader { let_go, read }).unwrap();
        let all = LINES + 100;
        for number in 0..all {
            lines.write_all(format!("{number}\n").as_bytes()).unwrap();
        }
        let dropped = lines.dropped.load(Ordering::Relaxed);
        // One may have been handed to the reader already.
        assert!([99, 100].contains(&dropped), "{dropped}");
        drop(reads);
        drop(lines.written_at_the_end());
        let written: Vec<Vec<u8>> = came.try_iter().collect();
        assert_eq!(written[0], b"0\n");
        assert_eq!(
            u64::try_from(written.len()).unwrap() + dropped,
            u64::try_from(all).unwrap(),
            "the first ones, in order"
        );
    }
}
