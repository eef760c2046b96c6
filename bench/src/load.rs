//! The load generator: requests in both directions, made in advance, and plain HTTP/1.1 over kept connections, written
//! by hand to use little of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amocrm::chats::sign::hook_signature;
use anyhow::{Context, ensure};
use base::clock::Clock;
use bytes::Bytes;
use hdrhistogram::Histogram;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fake::text;
use crate::fill::{Line, SECRET};
use crate::stage::Stage;

/// The direction of messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToCrm,
    ToMessenger,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::ToCrm, Self::ToMessenger];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ToCrm => "customer → amoCRM",
            Self::ToMessenger => "manager → messenger",
        }
    }

    /// Whole HTTP requests with numbered texts. A customer's message is a call of the public API by a developer's
    /// messenger, over all conversations in turn; a manager's is a signed hook of amoCRM, over all at random.
    pub fn requests(self, stage: &Stage, count: usize) -> Arc<Vec<Bytes>> {
        let (secret, clock) = (SecretString::from(SECRET), Clock::system());
        let mut random = StdRng::seed_from_u64(7);
        let request = |number: usize| match self {
            Self::ToCrm => customers_message(stage, &stage.lines[number % stage.lines.len()], number),
            Self::ToMessenger => {
                let line = &stage.lines[random.random_range(0..stage.lines.len())];
                hook(stage, line, number, &secret, &clock)
            }
        };
        Arc::new((0..count).map(request).collect())
    }
}

fn customers_message(stage: &Stage, line: &Line, number: usize) -> Bytes {
    let body = json!({
        "id": format!("m-{number}"),
        "conversation": {"id": line.chat},
        "sender": {"role": "client", "id": format!("user-{}", line.chat), "name": "Customer"},
        "content": {"type": "text", "text": text(number)},
    });
    let path = format!("/api/v1/sources/{}/messages", line.source_id);
    post(stage, &path, &format!("Authorization: Bearer {}", stage.key), &body.to_string())
}

fn hook(stage: &Stage, line: &Line, number: usize, secret: &SecretString, clock: &Clock) -> Bytes {
    let millis = clock.millis();
    let body = json!({
        "account_id": line.amojo_id,
        "time": millis / 1000,
        "message": {
            "receiver": { "id": Uuid::new_v4(), "phone": "79151112233", "email": "", "client_id": "user" },
            "sender": { "id": "76fc2bea-902f-425c-9a3d-dcdac4766090" },
            "conversation": { "id": Uuid::new_v4(), "client_id": line.client_id },
            "source": { "external_id": line.source_external_id },
            "timestamp": millis / 1000,
            "msec_timestamp": millis,
            "message": {
                "id": Uuid::new_v4(), "type": "text", "tag": "", "media": "", "thumbnail": "",
                "file_name": "", "file_size": 0,
                "text": text(number),
            },
        },
    })
    .to_string();
    let signature = hook_signature(secret, body.as_bytes());
    post(stage, &format!("/location/{}", line.scope_id), &format!("X-Signature: {signature}"), &body)
}

fn post(stage: &Stage, path: &str, header: &str, body: &str) -> Bytes {
    let (host, length) = (&stage.address, body.len());
    let head = "Content-Type: application/json\r\nContent-Length";
    Bytes::from(format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{header}\r\n{head}: {length}\r\n\r\n{body}"))
}

/// The results; all times in microseconds.
pub struct Outcome {
    /// From the planned time to the answer.
    pub latency: Histogram<u64>,
    /// From the request to its answer.
    pub answered: Histogram<u64>,
    /// From the planned time to the request: the generator's own delay.
    pub lag: Histogram<u64>,
    pub took: Duration,
    /// When each request was planned; none without a rate.
    pub planned: Option<Vec<Instant>>,
    pub refused: usize,
    /// The answer to the first refused request.
    pub answer: Option<String>,
}

impl Outcome {
    fn new() -> anyhow::Result<Self> {
        let nothing = || Histogram::new(3);
        let (latency, answered, lag) = (nothing()?, nothing()?, nothing()?);
        Ok(Self { latency, answered, lag, took: Duration::ZERO, planned: None, refused: 0, answer: None })
    }

    fn add(&mut self, part: &Self) -> anyhow::Result<()> {
        self.latency.add(&part.latency)?;
        self.answered.add(&part.answered)?;
        self.lag.add(&part.lag)?;
        self.refused += part.refused;
        self.answer = self.answer.take().or_else(|| part.answer.clone());
        Ok(())
    }

    /// An error if any was refused.
    pub fn all_taken(&self) -> anyhow::Result<()> {
        let answer = self.answer.as_deref().unwrap_or_default();
        ensure!(self.refused == 0, "{} were refused: {answer}", self.refused);
        Ok(())
    }
}

/// The requests to send, and their schedule.
struct Job {
    requests: Arc<Vec<Bytes>>,
    /// The schedule; none to send as fast as answers come.
    times: Option<Vec<Instant>>,
    next: AtomicUsize,
}

/// Sends all requests over this many connections: on schedule at `rate` per second (Poisson), or without a rate as fast
/// as answers come. The clock starts when all connections are open.
pub async fn send(
    address: &str,
    requests: Arc<Vec<Bytes>>,
    rate: Option<f64>,
    connections: usize,
) -> anyhow::Result<Outcome> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let start = Instant::now() + rate.map_or(Duration::ZERO, |_| Duration::from_millis(50));
    let times = rate.map(|rate| poisson(start, rate, requests.len()));
    let job = Arc::new(Job { requests, times, next: AtomicUsize::new(0) });
    let mut tasks = JoinSet::new();
    for connection in open {
        let job = job.clone();
        tasks.spawn(async move { work(&job, connection).await });
    }
    let mut outcome = Outcome::new()?;
    while let Some(done) = tasks.join_next().await {
        outcome.add(&done.context("a connection")??)?;
    }
    outcome.took = start.elapsed();
    outcome.planned.clone_from(&job.times);
    Ok(outcome)
}

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 65_536] })
    }

    /// Sends one; returns the status of its answer, whose body is empty or announced by Content-Length.
    pub async fn post(&mut self, request: &[u8]) -> anyhow::Result<[u8; 3]> {
        self.stream.write_all(request).await?;
        let (stream, buffer) = (&mut self.stream, &mut self.buffer);
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            let head = &buffer[..filled];
            let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(&head[..end]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if filled >= end + 4 + length.trim().parse::<usize>()? {
                return Ok([buffer[9], buffer[10], buffer[11]]);
            }
        }
    }
}

/// Times of a Poisson process, the same in every run.
fn poisson(start: Instant, rate: f64, count: usize) -> Vec<Instant> {
    let mut random = StdRng::seed_from_u64(11);
    let gap = |even: f64| Duration::from_secs_f64(-(1.0 - even).ln() / rate);
    let mut at = start;
    let mut next = || {
        at += gap(random.random_range(0.0..1.0));
        at
    };
    (0..count).map(|_| next()).collect()
}

async fn work(job: &Job, mut connection: Connection) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::new()?;
    loop {
        let index = job.next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = job.requests.get(index) else { return Ok(outcome) };
        let planned = job.times.as_ref().and_then(|times| times.get(index)).copied();
        if let Some(planned) = planned {
            tokio::time::sleep_until(planned.into()).await;
        }
        let sent = Instant::now();
        let planned = planned.unwrap_or(sent);
        let status = connection.post(request).await?;
        outcome.lag.record(micros(sent.saturating_duration_since(planned))?)?;
        outcome.latency.record(micros(planned.elapsed())?)?;
        outcome.answered.record(micros(sent.elapsed())?)?;
        if !is_taken(status) {
            outcome.refused += 1;
            outcome.answer.get_or_insert_with(|| String::from_utf8_lossy(&status).into_owned());
        }
    }
}

/// 200 or 202.
pub fn is_taken(status: [u8; 3]) -> bool {
    matches!(&status, b"200" | b"202")
}

fn micros(time: Duration) -> anyhow::Result<u64> {
    Ok(u64::try_from(time.as_micros())?.max(1))
}
