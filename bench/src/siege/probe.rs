//! The measured calls: at a fixed rate, each timed from its planned start to its answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::hooks::{self, Popularity};
use crate::load::Connection;
use crate::stage::Stage;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Hook,
    Api,
    Page,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Hook, Self::Api, Self::Page];

    pub const fn words(self) -> &'static str {
        match self {
            Self::Hook => "amoCRM's hook to its durable 200",
            Self::Api => "API: a source",
            Self::Page => "page: sign-in",
        }
    }
}

/// The results of one kind.
pub struct Measured(Vec<(Kind, Histogram<u64>, usize)>);

impl Measured {
    /// Microseconds.
    pub fn p99(&self, kind: Kind) -> u64 {
        self.of(kind).map_or(0, |(_, times, _)| times.value_at_quantile(0.99))
    }

    /// Calls with another answer than 200.
    pub fn refused(&self, kind: Kind) -> usize {
        self.of(kind).map_or(0, |(_, _, refused)| *refused)
    }

    fn of(&self, kind: Kind) -> Option<&(Kind, Histogram<u64>, usize)> {
        self.0.iter().find(|(known, ..)| *known == kind)
    }
}

/// Calls of all kinds in parallel, at this rate each, for this long.
pub async fn measure(stage: &Stage, address: &str, rate: u32, took: Duration) -> anyhow::Result<Measured> {
    let count = usize::try_from(took.as_secs())? * usize::try_from(rate)?;
    let hooks = hooks::make(&stage.lines, 0..count, address, Popularity::Even)?;
    let hooks: Vec<Vec<u8>> = hooks.into_iter().map(|hook| hook.request.to_vec()).collect();
    let source = stage.lines.first().context("an account")?.source_id;
    let key = &stage.key;
    let api =
        format!("GET /api/v1/sources/{source} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n");
    let page = format!("GET /panel/sign-in HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let mut tasks = JoinSet::new();
    for (kind, calls) in
        [(Kind::Hook, hooks), (Kind::Api, vec![api.into_bytes()]), (Kind::Page, vec![page.into_bytes()])]
    {
        let (address, calls) = (address.to_owned(), Arc::new(calls));
        tasks.spawn(async move { one(kind, &address, &calls, count, rate).await });
    }
    let mut measured = Vec::new();
    while let Some(done) = tasks.join_next().await {
        measured.push(done.context("a kind of calls")??);
    }
    Ok(Measured(measured))
}

async fn one(
    kind: Kind,
    address: &str,
    calls: &[Vec<u8>],
    count: usize,
    rate: u32,
) -> anyhow::Result<(Kind, Histogram<u64>, usize)> {
    let (mut times, mut refused) = (Histogram::new(3)?, 0);
    let mut connection = Connection::open(address).await?;
    let begun = Instant::now();
    for (number, call) in calls.iter().cycle().take(count).enumerate() {
        let planned = begun + Duration::from_secs(1) * u32::try_from(number)? / rate;
        tokio::time::sleep_until(planned.into()).await;
        let status = match connection.call(call).await {
            Ok(status) => Some(status),
            // A kept-alive connection may be closed at any time; opening a new one is part of the call's time.
            Err(_) => {
                connection = Connection::open(address).await?;
                connection.call(call).await.ok()
            }
        };
        times.record(u64::try_from(planned.elapsed().as_micros())?.max(1))?;
        refused += usize::from(status != Some(*b"200"));
    }
    Ok((kind, times, refused))
}
