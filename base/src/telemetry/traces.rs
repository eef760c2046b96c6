//! OpenTelemetry traces: one follows a message from the hook to the receipt, through the queue, across restarts and
//! processes. It needs no propagated context: the trace id is the message's id, and its root span is derived from it,
//! so every delivery knows both. The trace is found by the message's id.
//!
//! Off unless `telemetry.otlp_url` or OpenTelemetry's own variable of that meaning is set; then nothing is created or sent.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::EnvResourceDetector;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config;

/// Spans waiting to be sent; more are dropped.
const WAITING: usize = 8_192;
/// Spans per request.
const BATCH: usize = 512;
/// Spans within this time are sent together.
const GATHER: Duration = Duration::from_secs(1);
/// Time limit of a request, after which its batch is dropped.
const LIMIT: Duration = Duration::from_secs(10);

/// The exporter of spans. Clones share it.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<Sending>>);

struct Sending {
    spans: mpsc::Sender<SpanData>,
    /// Held by the sending task.
    sender: Mutex<(mpsc::Receiver<SpanData>, SpanExporter)>,
    share: f64,
    scope: InstrumentationScope,
}

/// A span of a message.
#[derive(Debug)]
pub struct TraceSpan {
    pub message_id: Uuid,
    pub name: &'static str,
    pub kind: SpanKind,
    /// Milliseconds since 1970.
    pub from: i64,
    pub to: i64,
    /// The error; empty if there was none.
    pub error: String,
    /// Without message texts, names and secrets.
    pub attributes: Vec<KeyValue>,
}

impl Traces {
    /// Opens the exporter for the configured collector, or the one that `OTEL_…` variables name; the exporter itself adds the headers
    /// of `OTEL_EXPORTER_OTLP_HEADERS`. Sends nothing yet, and nothing at all without a collector.
    pub fn open(settings: &config::Telemetry, client: &reqwest::Client) -> anyhow::Result<Self> {
        let Some((address, share)) = wanted(settings, config::variable) else { return Ok(Self::default()) };
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client.clone())
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(address)
            .with_timeout(LIMIT)
            .build()
            .context("the collector of traces")?;
        exporter.set_resource(&resource());
        let (spans, taken) = mpsc::channel(WAITING);
        let scope = InstrumentationScope::builder("parom").with_version(env!("CARGO_PKG_VERSION")).build();
        let sender = Mutex::new((taken, exporter));
        Ok(Self(Some(Arc::new(Sending { spans, sender, share, scope }))))
    }

    /// Whether this message is sampled: the same answer in every process, at any time.
    pub fn follows(&self, message_id: Uuid) -> bool {
        self.0.as_ref().is_some_and(|sending| !message_id.is_nil() && chosen(message_id, sending.share))
    }

    /// The root span of a message: its acceptance.
    pub fn root(&self, part: TraceSpan) {
        let id = root_of(part.message_id);
        self.send(part, id, SpanId::INVALID);
    }

    /// A child of the root span; returns its id.
    pub fn below_root(&self, part: TraceSpan) -> SpanId {
        let parent = root_of(part.message_id);
        self.below(part, parent)
    }

    /// A child of another span of the message; returns its id.
    pub fn below(&self, part: TraceSpan, parent: SpanId) -> SpanId {
        let id = SpanId::from_bytes(rand::random::<[u8; 8]>());
        self.send(part, id, parent);
        id
    }

    fn send(&self, part: TraceSpan, id: SpanId, parent: SpanId) {
        let Some(sending) = self.0.as_ref().filter(|_| self.follows(part.message_id)) else { return };
        let trace_id = TraceId::from_bytes(part.message_id.into_bytes());
        let status = if part.error.is_empty() { Status::Unset } else { Status::error(part.error) };
        let span = SpanData {
            span_context: SpanContext::new(trace_id, id, TraceFlags::SAMPLED, false, TraceState::NONE),
            parent_span_id: parent,
            parent_span_is_remote: false,
            span_kind: part.kind,
            name: part.name.into(),
            start_time: moment(part.from),
            end_time: moment(part.to.max(part.from)),
            attributes: part.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status,
            instrumentation_scope: sending.scope.clone(),
        };
        if sending.spans.try_send(span).is_err() {
            metrics::counter!("parom_spans_dropped_total").increment(1);
        }
    }

    /// Sends spans until the stop, and then the rest. A failing collector costs spans, never messages.
    pub async fn run(self, stop: CancellationToken) {
        let Some(sending) = self.0 else {
            stop.cancelled().await;
            return;
        };
        let mut sender = sending.sender.lock().await;
        let (spans, exporter) = &mut *sender;
        loop {
            let over = stop.run_until_cancelled(tokio::time::sleep(GATHER)).await.is_none();
            while send_batch(spans, exporter).await {}
            if over {
                return;
            }
        }
    }
}

/// The address of the collector and the share of messages, unless there is none. Keys of the configuration precede variables.
fn wanted(settings: &config::Telemetry, variable: impl Fn(&str) -> Option<String>) -> Option<(String, f64)> {
    if variable("OTEL_SDK_DISABLED").is_some_and(|disabled| disabled.eq_ignore_ascii_case("true")) {
        return None;
    }
    let own = settings.otlp_url.as_ref().map(|url| config::base(url).to_owned());
    let of_traces = || variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
    let given = own.is_none().then(of_traces).flatten();
    let of_all = || own.or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT"));
    let address = given.or_else(|| of_all().map(|base| format!("{}/v1/traces", base.trim_end_matches('/'))))?;
    Some((address, settings.trace_share.unwrap_or_else(|| sampled(variable))))
}

/// The share by `OTEL_TRACES_SAMPLER`. No trace begins elsewhere, so a sampler by parent is the one of roots.
fn sampled(variable: impl Fn(&str) -> Option<String>) -> f64 {
    let ratio = || variable("OTEL_TRACES_SAMPLER_ARG").map_or(Some(1.0), |ratio| ratio.parse().ok());
    let sampler = variable("OTEL_TRACES_SAMPLER").unwrap_or_default();
    let share = match sampler.trim_start_matches("parentbased_") {
        "" | "always_on" => Some(1.0),
        "always_off" => Some(0.0),
        "traceidratio" => ratio().filter(|ratio| (0.0..=1.0).contains(ratio)),
        _ => None,
    };
    share.unwrap_or_else(|| {
        tracing::warn!(sampler, "OTEL_TRACES_SAMPLER or its argument cannot be used: all messages are traced");
        1.0
    })
}

/// What sends the spans: this program, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` name it.
fn resource() -> Resource {
    let named = config::variable("OTEL_SERVICE_NAME").map(|name| KeyValue::new("service.name", name));
    Resource::builder_empty()
        .with_service_name("parom")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .with_attributes(named)
        .build()
}

/// False when the queue is closed and empty.
async fn send_batch(spans: &mut mpsc::Receiver<SpanData>, exporter: &SpanExporter) -> bool {
    let mut batch = Vec::new();
    while batch.len() < BATCH {
        let Ok(span) = spans.try_recv() else { break };
        batch.push(span);
    }
    if batch.is_empty() {
        return false;
    }
    let count = u64::try_from(batch.len()).unwrap_or(0);
    if let Err(error) = exporter.export(batch).await {
        metrics::counter!("parom_spans_dropped_total").increment(count);
        tracing::debug!(%error, "the collector did not accept spans");
    }
    true
}

fn moment(millis: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// The random half of the id, never zero: it contains the variant's bits.
fn root_of(message_id: Uuid) -> SpanId {
    let [.., a, b, c, d, e, f, g, h] = message_id.into_bytes();
    SpanId::from_bytes([a, b, c, d, e, f, g, h])
}

/// By the last bytes of the id, which are random.
fn chosen(message_id: Uuid, share: f64) -> bool {
    let [.., a, b, c, d] = message_id.into_bytes();
    f64::from(u32::from_be_bytes([a, b, c, d])) < share * (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_messages_is_followed_and_always_the_same() {
        let clock = crate::clock::Clock::frozen(1_795_000_000_000);
        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.uuid_v7()).collect();
        let of = |share: f64| ids.iter().filter(|id| chosen(**id, share)).count();
        assert_eq!((of(0.0), of(1.0)), (0, ids.len()));
        assert!((800..1_200).contains(&of(0.1)), "{}", of(0.1));
        assert!(ids.iter().all(|id| chosen(*id, 0.1) <= chosen(*id, 0.2)));
        assert!(!Traces::default().follows(ids[0]));
    }

    #[test]
    fn variables_count_where_the_configuration_says_nothing() {
        let with = |settings: &str, variables: &[(&str, &str)]| {
            let config = config::Config::from_toml(&format!("[telemetry]\n{settings}")).unwrap();
            let of = |name: &str| variables.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned());
            wanted(&config.telemetry, of)
        };
        let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318/");
        let here = |share: f64| Some(("http://all:4318/v1/traces".to_owned(), share));
        assert_eq!(with("", &[]), None);
        assert_eq!(with("", &[collector]), here(1.0));
        let of_traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces/here");
        assert_eq!(with("", &[collector, of_traces]), Some(("http://traces/here".to_owned(), 1.0)));
        let own = "otlp_url = \"http://own:4318\"\n";
        assert_eq!(with(own, &[collector, of_traces]), Some(("http://own:4318/v1/traces".to_owned(), 1.0)));
        assert_eq!(with(own, &[("OTEL_SDK_DISABLED", "TRUE")]), None);
        for (sampler, argument, share) in [
            ("always_off", "", 0.0),
            ("parentbased_always_on", "", 1.0),
            ("traceidratio", "0.25", 0.25),
            ("parentbased_traceidratio", "0.5", 0.5),
            ("traceidratio", "2", 1.0),
            ("jaeger_remote", "", 1.0),
        ] {
            let given = [collector, ("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)];
            assert_eq!(with("", &given), here(share), "{sampler} {argument}");
            assert_eq!(with("trace_share = 0.125", &given), here(0.125), "{sampler} {argument}");
        }
    }

    #[test]
    fn first_spans_are_known_by_the_message() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ff);
        assert_eq!(root_of(id).to_string(), "80000000000000ff");
        assert_eq!(root_of(id), root_of(id));
    }
}
