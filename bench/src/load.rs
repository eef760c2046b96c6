//! The generator: plain HTTP/1.1 over kept connections, written by hand so that it takes little of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::hooks::Hook;

/// What came back.
pub struct Outcome {
    /// Microseconds from the planned time to the answer.
    pub latency: Histogram<u64>,
    pub took: Duration,
    pub refused: usize,
}

/// Sends all hooks: at `rate` a second by plan, or as fast as answers come when none is given.
pub async fn send(
    address: &str,
    hooks: Arc<Vec<Hook>>,
    rate: Option<u32>,
    connections: usize,
) -> anyhow::Result<Outcome> {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now() + Duration::from_millis(50);
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (next, hooks, address) = (next.clone(), hooks.clone(), address.to_owned());
        tasks.spawn(async move { connection(&address, &hooks, &next, rate, start).await });
    }
    let mut latency = Histogram::new(3)?;
    let mut refused = 0;
    while let Some(done) = tasks.join_next().await {
        let (part, part_refused) = done.context("a connection")??;
        latency.add(part)?;
        refused += part_refused;
    }
    Ok(Outcome { latency, took: start.elapsed(), refused })
}

/// Sends what there is over one connection, now.
pub async fn send_now(address: &str, hooks: Arc<Vec<Hook>>) -> anyhow::Result<()> {
    let (_, refused) = connection(address, &hooks, &AtomicUsize::new(0), None, Instant::now()).await?;
    ensure!(refused == 0, "{refused} were refused");
    Ok(())
}

async fn connection(
    address: &str,
    hooks: &[Hook],
    next: &AtomicUsize,
    rate: Option<u32>,
    start: Instant,
) -> anyhow::Result<(Histogram<u64>, usize)> {
    let mut stream = TcpStream::connect(address).await.context("the server")?;
    stream.set_nodelay(true)?;
    let mut latency = Histogram::new(3)?;
    let mut refused = 0;
    let mut answer = vec![0; 4096];
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(hook) = hooks.get(index) else { return Ok((latency, refused)) };
        let planned = match rate {
            Some(rate) => {
                let planned = start + Duration::from_secs(1) * u32::try_from(index)? / rate;
                tokio::time::sleep_until(planned.into()).await;
                planned
            }
            None => Instant::now(),
        };
        stream.write_all(&hook.request).await?;
        let status = read_answer(&mut stream, &mut answer).await?;
        latency.record(u64::try_from(planned.elapsed().as_micros())?.max(1))?;
        refused += usize::from(!matches!(&status, b"200" | b"202"));
    }
}

/// Reads one answer whose body is empty or announced by Content-Length; gives its status.
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
