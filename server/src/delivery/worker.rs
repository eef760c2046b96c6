//! Carries what is due: scans the turns, leases lanes where there is room, carries their heads side by side.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use sea_orm::DbErr;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::carry::{carry, cut_off, put_off};
use super::parts::Parts;
use super::queue::letters::amojo_rate;
use super::queue::parcel::{Alias, Side};
use super::queue::{Claim, Rate, Ready, Settled, Settlement, TurnEffect, Wish};
use super::slots::{Offer, Slot, Slots};
use super::traced::Trace;
use crate::app::App;
use crate::message::LetterKind;

/// Longer than any call may take, so that a lease never ends under a call that still runs.
pub const LEASE_MILLIS: i64 = 60_000;
/// No call may take longer.
const CALL: Duration = Duration::from_secs(40);
/// A scan's page.
const PAGE: u32 = 128;
/// Nothing more is begun while the writing down of so many waits.
const UNSETTLED: usize = 512;
/// Targets that share what is free in one scan.
const OFFERS: usize = 128;
/// The whole of `turn` is swept this often, whatever the watermark says.
const SWEEP_MILLIS: i64 = 5_000;
/// Held targets are searched for letters that are too old this often.
const EXPIRE_MILLIS: i64 = 60_000;
/// How far behind the earliest turn served the watermark stays: longer than a commit may take to show.
const MARGIN_MILLIS: i64 = 10_000;
/// Nothing sleeps longer without a look.
const POLL: Duration = Duration::from_secs(1);
/// A second try for which there is no room waits so long, and up to twice as long.
const PUT_OFF_MILLIS: i64 = 1_000;
/// At once to one scope of amojo.
const AMOJO_AT_ONCE: u32 = 8;

/// Runs deliveries.
pub struct Worker {
    app: Arc<App>,
    slots: Slots,
    low: i64,
    swept_at: i64,
    expired_at: i64,
    running: JoinSet<()>,
}

impl Worker {
    pub fn new(app: Arc<App>) -> Self {
        let slots = app.slots.clone();
        Self { app, slots, low: 0, swept_at: 0, expired_at: 0, running: JoinSet::new() }
    }

    /// Carries until cancelled; then lets what is on its way end.
    pub async fn run(mut self, stop: CancellationToken) {
        let stored = self.app.writer.stored();
        while !stop.is_cancelled() {
            let started = match self.round().await {
                Ok(started) => started,
                Err(error) => {
                    tracing::error!(%error, "the queue cannot be read; it is tried again");
                    tokio::select! { () = stop.cancelled() => {}, () = tokio::time::sleep(POLL) => {} }
                    continue;
                }
            };
            while self.running.try_join_next().is_some() {}
            if started > 0 {
                // What was started goes out before more is looked for.
                tokio::task::yield_now().await;
                continue;
            }
            let pause = self.pause().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = stored.notified() => {}
                () = tokio::time::sleep(pause) => {}
                Some(_) = self.running.join_next(), if !self.running.is_empty() => {}
            }
        }
        while self.running.join_next().await.is_some() {}
    }

    /// Carries everything that is due now, and what that makes due, until nothing is.
    pub async fn deliver_all(&mut self) -> anyhow::Result<usize> {
        let mut carried = 0;
        loop {
            (self.swept_at, self.expired_at) = (0, 0);
            let started = self.round().await?;
            carried += started;
            if started == 0 && self.running.join_next().await.is_none() {
                return Ok(carried);
            }
        }
    }

    /// One scan and one claim; gives how many letters started.
    pub async fn round(&mut self) -> Result<usize, DbErr> {
        if self.app.writer.unsettled() >= UNSETTLED {
            return Ok(0);
        }
        let (pools, wishes) = self.wishes().await?;
        let (app, running, mut parts) = (&self.app, &mut self.running, Vec::new());
        let claims = app.queue.claim(&wishes, LEASE_MILLIS, |found| parts.extend(read(app, running, found))).await?;
        let pool_of: HashMap<(Uuid, Uuid), &String> =
            wishes.iter().zip(&pools).map(|(wish, pool)| ((wish.tenant_id, wish.target), pool)).collect();
        let started = claims.len();
        self.start(claims.into_iter().zip(parts), |claim| {
            pool_of.get(&(claim.tenant_id, claim.target)).map(|pool| (*pool).clone()).unwrap_or_default()
        });
        Ok(started + self.end_expired().await?)
    }

    /// Carries leased letters side by side.
    fn start(&mut self, claims: impl Iterator<Item = (Claim, Reading)>, pool_of: impl Fn(&Claim) -> String) {
        for (claim, parts) in claims {
            let pool = pool_of(&claim);
            let slot = self.slots.take(&pool, claim.tenant_id, claim.target);
            let (app, slots) = (self.app.clone(), self.slots.clone());
            self.running.spawn(async move {
                let parts = async move { parts.await.context("it was not read to the end")? };
                deliver(&app, slots, &pool, claim, slot, parts).await;
            });
        }
    }

    /// Waiting has an age, also while held: what is too old ends though its target is not served.
    async fn end_expired(&mut self) -> Result<usize, DbErr> {
        let now = self.app.clock.millis();
        if now - self.expired_at < EXPIRE_MILLIS && now >= self.expired_at {
            return Ok(0);
        }
        self.expired_at = now;
        let clamped = self.app.queue.clamp().await?;
        if clamped > 0 {
            tracing::warn!(rows = clamped, "due times lay more than two hours ahead: did a clock jump?");
        }
        let mut started = 0;
        for held in self.app.queue.held().await? {
            let claims = self.app.queue.claim_expired(held.tenant_id, held.target, LEASE_MILLIS).await?;
            started += claims.len();
            let parts = read(&self.app, &mut self.running, &claims);
            self.start(claims.into_iter().zip(parts), |_| held.pool.clone());
        }
        Ok(started)
    }

    /// Turns that have come and for which there is room, with their pools: the longest waiting come into consideration,
    /// and of them each account gets its share.
    async fn wishes(&mut self) -> Result<(Vec<String>, Vec<Wish>), DbErr> {
        let now = self.app.clock.millis();
        let sweep = now - self.swept_at >= SWEEP_MILLIS || now < self.swept_at;
        let mut low = if sweep { 0 } else { self.low };
        if sweep {
            self.swept_at = now;
        }
        let mut earliest = None;
        let mut seen = HashSet::new();
        let (mut offers, mut rates) = (Vec::new(), Vec::new());
        loop {
            let page = self.app.queue.ready(low, PAGE).await?;
            let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
            let mut fresh = false;
            for ready in page {
                low = low.max(ready.ready_at);
                earliest = earliest.or(Some(ready.ready_at));
                if !seen.insert((ready.tenant_id, ready.target)) {
                    continue;
                }
                fresh = true;
                let (rate, at_once) = self.limits(&ready).await;
                let Ready { pool, tenant_id, target, .. } = ready;
                let weight = self.weight(tenant_id).await;
                offers.push(Offer { pool, tenant_id, target, at_once, weight });
                rates.push(rate);
            }
            if !full || !fresh || offers.len() >= OFFERS {
                break;
            }
        }
        // By the database's time, which may be another than ours.
        self.low = earliest.map_or(self.low, |earliest: i64| earliest - MARGIN_MILLIS);
        let shares = self.slots.share(&offers, now);
        let served = offers.into_iter().zip(rates).zip(shares).filter(|(_, limit)| *limit > 0);
        let wish = |((offer, rate), limit): ((Offer, Rate), u32)| {
            (offer.pool, Wish { tenant_id: offer.tenant_id, target: offer.target, limit, rate })
        };
        Ok(served.map(wish).unzip())
    }

    async fn weight(&self, tenant_id: Uuid) -> u32 {
        let tenant = self.app.lookup.tenant(tenant_id).await.ok().flatten();
        tenant.and_then(|tenant| u32::try_from(tenant.weight).ok()).unwrap_or(1)
    }

    async fn limits(&self, ready: &Ready) -> (Rate, u32) {
        if ready.pool.starts_with("amojo:") {
            return (amojo_rate(&self.app), AMOJO_AT_ONCE);
        }
        let source = self.app.lookup.source(ready.target).await.ok().flatten();
        let connector = source.as_ref().and_then(|source| self.app.connectors.get(&source.kind));
        connector.map_or((Rate::per_second(10), 4), |connector| {
            let abilities = connector.abilities();
            (Rate::per_second(abilities.requests_per_second), abilities.at_once)
        })
    }

    async fn pause(&self) -> Duration {
        let next = self.app.queue.next_ready_in().await.ok().flatten();
        let wait = next.map_or(POLL, |ahead| Duration::from_millis(u64::try_from(ahead).unwrap_or(0)));
        // Turns that have come but have no room wait for a call to end, not in a busy loop.
        wait.clamp(Duration::from_millis(20), POLL)
    }
}

/// What is going to be known of a letter.
type Reading = oneshot::Receiver<anyhow::Result<Parts>>;

/// Begins to read what these letters are about, for all of them at once.
fn read(app: &Arc<App>, running: &mut JoinSet<()>, claims: &[Claim]) -> Vec<Reading> {
    if claims.is_empty() {
        return Vec::new();
    }
    let (readers, readings) = claims.iter().map(|_| oneshot::channel()).unzip();
    let (app, claims) = (app.clone(), claims.to_vec());
    running.spawn(async move { hand_out(Parts::read(&app, &claims).await, readers) });
    readings
}

/// Gives each letter what was read of it, or the reason why nothing was.
fn hand_out(parts: anyhow::Result<Vec<anyhow::Result<Parts>>>, readers: Vec<oneshot::Sender<anyhow::Result<Parts>>>) {
    match parts {
        Ok(parts) => {
            for (reader, parts) in readers.into_iter().zip(parts) {
                let _ = reader.send(parts);
            }
        }
        Err(error) => {
            let why = format!("{error:#}");
            for reader in readers {
                let _ = reader.send(Err(anyhow::Error::msg(why.clone())));
            }
        }
    }
}

/// The slot is given back as soon as the call has ended: what is being written down calls nobody.
async fn deliver(
    app: &Arc<App>,
    slots: Slots,
    pool: &str,
    claim: Claim,
    slot: Slot,
    parts: impl Future<Output = anyhow::Result<Parts>>,
) {
    let started = app.clock.millis();
    let second = claim.letter.attempts > 0 && !claim.probe;
    if !slots.may_try(pool, claim.target, second, started) {
        metrics::counter!("parom_put_off_total", "remote" => pool.to_owned()).increment(1);
        let wait = PUT_OFF_MILLIS + rand::random_range(0..=PUT_OFF_MILLIS);
        app.writer.settle(put_off(claim, wait)).await;
        return;
    }
    let settlement = match tokio::time::timeout(CALL, carry(app, claim.clone(), parts)).await {
        Ok(Ok(settlement)) => settlement,
        Ok(Err(error)) => {
            // Nothing is settled: the lease runs out and the next holder finds out.
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a delivery broke off");
            return;
        }
        Err(_) => {
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, "a delivery took too long and was given up");
            let millis = i32::try_from(app.clock.millis() - started).unwrap_or(i32::MAX);
            cut_off(claim.clone(), started, millis)
        }
    };
    let answered = match settlement.turn {
        TurnEffect::Failing { .. } => Some(false),
        TurnEffect::None | TurnEffect::Unasked => None,
        _ => Some(true),
    };
    if let Some(answered) = answered {
        slots.note(pool, answered, app.clock.millis());
    }
    drop(slot);
    measure(pool, &settlement);
    let trace = Trace::of(app, pool, &settlement, started);
    let told = Told::of(&settlement);
    let conversation_id = settlement.claim.conversation_id;
    if app.writer.settle(settlement).await {
        let _ = app.happened.send(conversation_id);
        trace.settled(app);
        told.tell(app).await;
    } else {
        tracing::warn!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, "a lease was lost before its letter could be settled");
    }
}

/// What the other side made of it, by the slots it was called in: integrations and kinds of messengers, never accounts.
fn measure(pool: &str, settlement: &Settlement) {
    let Some(attempt) = &settlement.attempt else { return };
    let seconds = Duration::from_millis(u64::try_from(attempt.millis).unwrap_or(0));
    metrics::histogram!("parom_remote_seconds", "remote" => pool.to_owned()).record(seconds);
    let error = match attempt.status {
        0 if matches!(attempt.verdict, "retry" | "unknown") => "no_answer",
        429 => "slow_down",
        400..=499 => "refused",
        500.. => "broken",
        _ => return,
    };
    metrics::counter!("parom_remote_errors_total", "remote" => pool.to_owned(), "error" => error).increment(1);
}

/// What the log, the metrics and the source's state are told after the commit.
struct Told {
    claim: Claim,
    verdict: &'static str,
    hold: Option<String>,
    /// The messenger's id of a dialogue that goes on in another conversation from now on.
    dialogue: Option<String>,
    webhook_failed: bool,
}

impl Told {
    fn of(settlement: &Settlement) -> Self {
        let hold = match &settlement.turn {
            TurnEffect::Hold { reason } => Some(reason.clone()),
            _ => None,
        };
        let verdict = match &settlement.settled {
            Settled::Carried => "done",
            Settled::Superseded => "superseded",
            Settled::Again { unknown: true, .. } => "unknown",
            Settled::Again { .. } => "retry",
            Settled::Onward { .. } => "part",
            Settled::Buried { .. } => "bury",
            Settled::GivenBack => "given_back",
        };
        let learned = &settlement.learned;
        let opened = learned.opened.as_ref().map(|opened| opened.external_id.clone());
        let dialogue = opened.or_else(|| learned.used.clone());
        let webhook = settlement.attempt.as_ref().and_then(|attempt| attempt.webhook);
        let webhook_failed = webhook.is_some_and(|webhook| webhook.failed);
        Self { claim: settlement.claim.clone(), verdict, hold, dialogue, webhook_failed }
    }

    async fn tell(self, app: &App) {
        let direction = self.claim.direction.word();
        metrics::counter!("parom_attempts_total", "direction" => direction, "verdict" => self.verdict).increment(1);
        if self.verdict == "done" && self.claim.letter.kind == LetterKind::Message {
            crate::source::prove(app, self.claim.tenant_id, self.claim.source_id).await;
        }
        if self.webhook_failed {
            crate::source::failing(app, self.claim.tenant_id, self.claim.source_id).await;
        }
        if let Some(external_id) = self.dialogue {
            let alias = Alias { side: Side::Messenger, origin: self.claim.source_id, external_id };
            app.lookup.forget_conversation(self.claim.tenant_id, alias).await;
        }
        let Some(reason) = self.hold else { return };
        tracing::warn!(tenant.id = %self.claim.tenant_id, source.id = %self.claim.source_id, reason, "a target is held: its letters wait");
        if let Err(error) = crate::delivery::dead::mark_held(app, &self.claim, &reason).await {
            tracing::error!(tenant.id = %self.claim.tenant_id, error = format!("{error:#}"), "the state of a held target could not be noted");
        }
    }
}
