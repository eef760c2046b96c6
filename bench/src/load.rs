//! The load generator: plain HTTP/1.1 over kept connections, written by hand to use little of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::fake::Fake;
use crate::figures::per_second;
use crate::hooks::Hook;

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

/// Messages per second, from the first request to the last arrival.
pub async fn end_to_end(
    address: &str,
    letters: Arc<Vec<Hook>>,
    connections: usize,
    fake: &Fake,
) -> anyhow::Result<f64> {
    let count = letters.len();
    let started = Instant::now();
    let sent = send(&[address.to_owned()], letters, None, connections).await?;
    sent.all_taken()?;
    fake.arrivals.wait_for(count).await?;
    Ok(per_second(count, started.elapsed()))
}

/// The requests to send, and their schedule.
struct Job {
    hooks: Arc<Vec<Hook>>,
    /// The schedule; none to send as fast as answers come.
    times: Option<Vec<Instant>>,
    next: AtomicUsize,
}

/// Sends all hooks over this many connections, spread over the addresses: on schedule at `rate` per second (Poisson),
/// or without a rate as fast as answers come. The clock starts when all connections are open.
pub async fn send(
    addresses: &[String],
    hooks: Arc<Vec<Hook>>,
    rate: Option<f64>,
    connections: usize,
) -> anyhow::Result<Outcome> {
    let mut open = Vec::with_capacity(connections);
    for address in addresses.iter().cycle().take(connections) {
        open.push(Connection::open(address).await?);
    }
    let start = Instant::now() + rate.map_or(Duration::ZERO, |_| Duration::from_millis(50));
    let times = rate.map(|rate| poisson(start, rate, hooks.len()));
    let job = Arc::new(Job { hooks, times, next: AtomicUsize::new(0) });
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

    /// Sends one; returns the status of its answer.
    pub async fn post(&mut self, hook: &Hook) -> anyhow::Result<[u8; 3]> {
        self.call(&hook.request).await
    }

    /// The same for any request whose answer announces its length.
    pub async fn call(&mut self, request: &[u8]) -> anyhow::Result<[u8; 3]> {
        self.stream.write_all(request).await?;
        read_answer(&mut self.stream, &mut self.buffer).await
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
        let Some(hook) = job.hooks.get(index) else { return Ok(outcome) };
        let planned = job.times.as_ref().and_then(|times| times.get(index)).copied();
        if let Some(planned) = planned {
            tokio::time::sleep_until(planned.into()).await;
        }
        let sent = Instant::now();
        let planned = planned.unwrap_or(sent);
        let status = connection.post(hook).await?;
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

/// Reads one answer whose body is empty or announced by Content-Length; returns its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<[u8; 3]> {
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
