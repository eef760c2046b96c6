//! Delivers leased letters: their contexts are read together, then each is sent in parallel and settled.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use base::http_client::{Pace, SentRequest, record};
use base::message::{Direction, LetterKind};
use base::telemetry::traces::TraceSpan;
use chrono::TimeDelta;
use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use entity::chat_email::{self, Column};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;
use queue::accept_batch::{Alias, Side};
use queue::{Attempt, Claim, Settled, Settlement, StoredContext, TurnEffect};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::alert;
use crate::delivery::attempt::{attempt, cut_off, put_off};
use crate::delivery::letters::LetterContext;
use crate::delivery::slots::Slot;
use crate::delivery::{DeliveryContext, pause};

/// Time limit of a call.
const CALL: Duration = Duration::from_secs(40);
/// Delay of a retry without budget; randomised up to twice as long.
const PUT_OFF: TimeDelta = TimeDelta::seconds(1);

/// The pending context of a letter.
pub(in crate::delivery) enum Reading {
    /// Read together with those of other letters.
    Together(oneshot::Receiver<anyhow::Result<LetterContext>>),
    /// Its stored part was read by the commit that leased the letter.
    Stored(Box<StoredContext>),
}

impl Reading {
    async fn ended(self, app: &DeliveryContext, claim: &Claim) -> anyhow::Result<LetterContext> {
        match self {
            Self::Together(reading) => reading.await.context("it was not read to the end")?,
            Self::Stored(stored) => LetterContext::with(app, claim, *stored).await,
        }
    }
}

/// Starts reading the context of these letters, for all of them at once.
pub(in crate::delivery) fn read(
    app: &Arc<DeliveryContext>,
    running: &mut JoinSet<()>,
    claims: &[Claim],
) -> Vec<Reading> {
    if claims.is_empty() {
        return Vec::new();
    }
    let (readings, work) = reading(app, claims);
    running.spawn(work);
    readings
}

/// The contexts of these letters, and the work that reads them.
pub(super) fn reading(
    app: &Arc<DeliveryContext>,
    claims: &[Claim],
) -> (Vec<Reading>, impl Future<Output = ()> + Send + use<>) {
    let (readers, readings): (Vec<_>, Vec<_>) = claims.iter().map(|_| oneshot::channel()).unzip();
    let readings = readings.into_iter().map(Reading::Together).collect();
    let (app, claims) = (app.clone(), claims.to_vec());
    (readings, async move { hand_out(LetterContext::read(&app, &claims).await, readers) })
}

/// Passes each letter its context, or the reason why it could not be read.
fn hand_out(
    contexts: anyhow::Result<Vec<anyhow::Result<LetterContext>>>,
    readers: Vec<oneshot::Sender<anyhow::Result<LetterContext>>>,
) {
    match contexts {
        Ok(contexts) => {
            for (reader, context) in readers.into_iter().zip(contexts) {
                let _ = reader.send(context);
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

/// A letter being delivered, in a slot of its pool.
pub(super) struct RunningDelivery {
    pub pool: String,
    pub claim: Claim,
    pub slot: Slot,
    pub context: Reading,
}

impl RunningDelivery {
    /// Delivers and settles it. The slot is returned as soon as the call has ended, because settling makes no call.
    pub async fn go(self, app: &Arc<DeliveryContext>) {
        let Self { pool, claim, slot, context } = self;
        let started = app.clock.millis();
        let second = claim.letter.attempts > 0 && !claim.probe;
        if !app.slots.may_try(&pool, claim.target, second, started) {
            metrics::counter!("parom_put_off_total", "remote" => pool).increment(1);
            let wait = PUT_OFF.num_milliseconds() + rand::random_range(0..=PUT_OFF.num_milliseconds());
            app.writer.settle(put_off(claim, wait)).await;
            return;
        }
        let Some(settlement) = run_attempt(app, claim, context).await else { return };
        let answered = match settlement.turn {
            TurnEffect::Failing { .. } => Some(false),
            TurnEffect::None | TurnEffect::Unasked => None,
            TurnEffect::Hold { .. } if !made_call(&settlement) => None,
            _ => Some(true),
        };
        if let Some(answered) = answered {
            app.slots.note(&pool, settlement.claim.tenant_id, answered, app.clock.millis());
        }
        drop(slot);
        write_down(app, &pool, settlement, started).await;
    }
}

/// Attempts a letter, and returns the settlement to store. None after an error that leaves the outcome unknown: the
/// lease expires, and the next holder resolves it.
pub(in crate::delivery) async fn run_attempt(
    app: &Arc<DeliveryContext>,
    claim: Claim,
    context: Reading,
) -> Option<Settlement> {
    let started = app.clock.millis();
    let (context_of, claim_of) = (app.clone(), claim.clone());
    let context = async move { context.ended(&context_of, &claim_of).await };
    // Boxed: each layer around it would otherwise hold the whole attempt once more.
    let attempt = Box::pin(attempt(app, claim.clone(), context));
    let (ended, sent) = record(pace(app, &claim).await, tokio::time::timeout(CALL, attempt)).await;
    let settlement = match ended {
        Ok(Ok(settlement)) => Some(settlement),
        Ok(Err(error)) => {
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, error = format!("{error:#}"), "a delivery was interrupted");
            None
        }
        Err(_) => {
            tracing::error!(tenant.id = %claim.tenant_id, letter.id = %claim.letter.id, "a delivery timed out");
            let millis = i32::try_from(app.clock.millis() - started).unwrap_or(i32::MAX);
            Some(cut_off(claim, started, millis))
        }
    };
    settlement.map(|settlement| with_request(settlement, sent))
}

/// The pace of an attempt's calls. None for amoCRM, where an attempt is one call.
async fn pace(app: &DeliveryContext, claim: &Claim) -> Option<Pace> {
    if claim.direction == Direction::ToCrm {
        return None;
    }
    let source = app.lookup.source(claim.target).await.ok()??;
    Some(app.pace(claim.target, app.connectors.get(&source.kind)?.as_ref()))
}

/// Adds what a failed attempt sent last. That of a success is not kept: no person needs it, and it would be most of
/// what an attempt writes. If nothing was sent, nothing was learned about the other side.
fn with_request(mut settlement: Settlement, sent: Option<SentRequest>) -> Settlement {
    let is_buried = matches!(settlement.settled, Settled::Buried { .. });
    if sent.is_none()
        && matches!(settlement.turn, TurnEffect::Healthy | TurnEffect::Slowed | TurnEffect::Failing { .. })
    {
        settlement.turn = TurnEffect::Unasked;
    }
    if let (Some(attempt), Some(sent)) = (&mut settlement.attempt, sent)
        && (is_buried || attempt.verdict != "done")
    {
        attempt.request = sent.masked();
    }
    settlement
}

/// Settles a letter and notifies those who wait for it. `started`: milliseconds since 1970.
pub(in crate::delivery) async fn write_down(
    app: &Arc<DeliveryContext>,
    pool: &str,
    settlement: Settlement,
    started: i64,
) {
    measure(app, pool, &settlement);
    let trace = Trace::of(app, pool, &settlement, started);
    let after_commit = AfterCommit::of(&settlement);
    let conversation_id = settlement.claim.conversation_id;
    let (tenant_id, letter_id) = (settlement.claim.tenant_id, settlement.claim.letter.id);
    // Before the commit: an e-mail that turns out to have no answer is not sent; one that is forgotten never would be.
    note_missed_answer(app, &settlement).await;
    if app.writer.settle(settlement).await {
        let _ = app.changes.send(conversation_id);
        trace.settled(app);
        after_commit.report(app).await;
    } else {
        tracing::warn!(tenant.id = %tenant_id, letter.id = %letter_id, "a lease was lost before its letter could be settled");
    }
}

fn made_call(settlement: &Settlement) -> bool {
    settlement.attempt.as_ref().is_some_and(Attempt::made_call)
}

/// Metrics of a call, labelled by pool: an integration or a kind of messenger, never an account.
fn measure(app: &DeliveryContext, pool: &str, settlement: &Settlement) {
    let Some(attempt) = settlement.attempt.as_ref().filter(|attempt| attempt.made_call()) else { return };
    let seconds = Duration::from_millis(u64::try_from(attempt.millis).unwrap_or(0));
    metrics::histogram!("parom_remote_seconds", "remote" => pool.to_owned()).record(seconds);
    let error = match attempt.status {
        0 if matches!(attempt.verdict, "retry" | "unknown") => Some("no_answer"),
        429 => Some("slow_down"),
        400..=499 => Some("refused"),
        500.. => Some("broken"),
        _ => None,
    };
    app.slots.measure(pool, attempt.millis.into(), attempt.call_failed(), app.clock.millis());
    if let Some(error) = error {
        metrics::counter!("parom_remote_errors_total", "remote" => pool.to_owned(), "error" => error).increment(1);
    }
}

/// Data for the log, the metrics and the source's state, reported after the commit.
struct AfterCommit {
    claim: Claim,
    verdict: &'static str,
    made_call: bool,
    hold: Option<String>,
    /// The messenger's id of a dialogue that continues in another conversation.
    dialogue: Option<String>,
    webhook_failed: bool,
    /// Whether amojo took a message, or refused it because the account is not paid.
    is_paid: Option<bool>,
    /// A repeated call was answered: what did not answer before does so now.
    answers_again: bool,
    /// Its source is paused.
    put_off: bool,
}

impl AfterCommit {
    fn of(settlement: &Settlement) -> Self {
        let hold = match &settlement.turn {
            TurnEffect::Hold { reason } => Some(reason.clone()),
            _ => None,
        };
        let verdict = match &settlement.settled {
            Settled::Delivered => "done",
            Settled::Superseded => "superseded",
            Settled::Retry { unknown: true, .. } => "unknown",
            Settled::Retry { .. } => "retry",
            Settled::Partial { .. } => "part",
            Settled::Buried { .. } => "bury",
            Settled::GivenBack => "given_back",
        };
        let learned = &settlement.learned;
        let opened = learned.opened.as_ref().map(|opened| opened.external_id.clone());
        let dialogue = opened.or_else(|| learned.used.clone());
        let webhook = settlement.attempt.as_ref().and_then(|attempt| attempt.webhook);
        let webhook_failed = webhook.is_some_and(|webhook| webhook.failed);
        let to_crm = settlement.claim.direction == Direction::ToCrm;
        let status = settlement.attempt.as_ref().map_or(0, |attempt| attempt.status);
        let is_paid = match (verdict, status) {
            (_, 402) if to_crm => Some(false),
            ("done", _) if to_crm => Some(true),
            _ => None,
        };
        let is_repeat = settlement.claim.letter.attempts > 0;
        let answers_again = is_repeat && matches!(settlement.turn, TurnEffect::Healthy | TurnEffect::Slowed);
        let put_off = pause::is_put_off(settlement);
        let (claim, made_call) = (settlement.claim.clone(), made_call(settlement));
        Self { claim, verdict, made_call, hold, dialogue, webhook_failed, is_paid, answers_again, put_off }
    }

    async fn report(self, app: &DeliveryContext) {
        if self.made_call {
            let direction = self.claim.direction.word();
            metrics::counter!("parom_attempts_total", "direction" => direction, "verdict" => self.verdict).increment(1);
        }
        if self.verdict == "done" && self.claim.letter.kind == LetterKind::Message {
            crate::source::prove(&app.sources, self.claim.tenant_id, self.claim.source_id);
        }
        if let Some(is_paid) = self.is_paid
            && let Err(error) = crate::tenant::chats_answered(&app.tenants, self.claim.tenant_id, is_paid).await
        {
            tracing::warn!(tenant.id = %self.claim.tenant_id, %error, "whether the account is paid could not be stored; the next message reports it again");
        }
        if self.webhook_failed {
            crate::source::failing(&app.sources, self.claim.tenant_id, self.claim.source_id).await;
        }
        if self.answers_again {
            self.end_silence(app).await;
        }
        if let Some(external_id) = self.dialogue {
            let alias = Alias { side: Side::Messenger, origin: self.claim.source_id, external_id };
            app.lookup.forget_conversation(self.claim.tenant_id, alias).await;
        }
        if self.put_off {
            pause::look_again(app, &self.claim).await;
        }
        let Some(reason) = self.hold else { return };
        tracing::warn!(tenant.id = %self.claim.tenant_id, source.id = %self.claim.source_id, reason, "a target is on hold: its letters wait");
        if let Err(error) = crate::delivery::dead_letters::mark_held(app, &self.claim, &reason).await {
            tracing::error!(tenant.id = %self.claim.tenant_id, error = format!("{error:#}"), "the state of a target on hold could not be stored");
        }
    }

    /// The round of alerts would see it a minute later, while messages arrive below a notice that nothing answers.
    async fn end_silence(&self, app: &DeliveryContext) {
        let (kind, object) = match self.claim.direction {
            Direction::ToCrm => (alert::CRM_UNREACHABLE, String::new()),
            Direction::ToMessenger => (alert::MESSENGER_UNREACHABLE, self.claim.source_id.to_string()),
        };
        let tenant_id = self.claim.tenant_id;
        if let Err(error) = alert::resolve_if_open(app, tenant_id, kind, &object).await {
            tracing::warn!(tenant.id = %tenant_id, %error, "an alert whose cause is over was not closed; the next round closes it");
        }
    }
}

/// Reported once the attempt is settled; none if its message is not followed.
struct Trace(Option<Box<TracedAttempt>>);

struct TracedAttempt {
    claim: Claim,
    pool: String,
    attempt: Option<Attempt>,
    from: i64,
}

impl Trace {
    pub fn of(app: &DeliveryContext, pool: &str, settlement: &Settlement, from: i64) -> Self {
        let followed = app.traces.follows(settlement.claim.letter.message_id);
        Self(followed.then(|| {
            let (claim, attempt) = (settlement.claim.clone(), settlement.attempt.clone());
            Box::new(TracedAttempt { claim, pool: pool.to_owned(), attempt, from })
        }))
    }

    /// Called after the settlement was written.
    pub fn settled(self, app: &DeliveryContext) {
        let Some(tried) = self.0 else { return };
        let letter = &tried.claim.letter;
        let part = |name, kind, from, to, attributes| TraceSpan {
            message_id: letter.message_id,
            name,
            kind,
            from,
            to,
            error: String::new(),
            attributes,
        };
        let attributes = vec![
            KeyValue::new("parom.direction", tried.claim.direction.word()),
            KeyValue::new("parom.letter", kind_of(letter.kind)),
            KeyValue::new("parom.tenant_id", tried.claim.tenant_id.to_string()),
            KeyValue::new("parom.attempt", i64::from(letter.attempts) + 1),
        ];
        let name = if letter.kind == LetterKind::Status { "receipt" } else { "deliver" };
        let to = app.clock.millis();
        let deliver = app.traces.below_root(part(name, SpanKind::Consumer, tried.from, to, attributes));
        let Some(attempt) = tried.attempt.filter(Attempt::made_call) else { return };
        let attributes = vec![
            KeyValue::new("parom.remote", tried.pool),
            KeyValue::new("parom.verdict", attempt.verdict),
            KeyValue::new("http.response.status_code", i64::from(attempt.status)),
        ];
        let end = attempt.at + i64::from(attempt.millis);
        let call = part("call", SpanKind::Client, attempt.at, end, attributes);
        let error = if attempt.verdict == "done" { String::new() } else { attempt.reason };
        app.traces.below(TraceSpan { error, ..call }, deliver);
    }
}

fn kind_of(kind: LetterKind) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An answer in a web chat: makes the e-mail about it due, unless an earlier answer did. Chats without answers by e-mail
/// cost nothing.
async fn note_missed_answer(app: &DeliveryContext, settlement: &Settlement) {
    let claim = &settlement.claim;
    let is_answer = claim.direction == Direction::ToMessenger && claim.letter.kind == LetterKind::Message;
    if !is_answer || !matches!(settlement.settled, Settled::Delivered) {
        return;
    }
    let source = app.lookup.source(claim.source_id).await.ok().flatten();
    let Some(source) = source.filter(|source| is_web_chat(&source.kind)) else { return };
    let Some(minutes) = WebChatSettings::stored(&source.settings).email_answers_after else { return };
    if let Err(error) = answered(app, settlement, TimeDelta::minutes(i64::from(minutes))).await {
        tracing::warn!(tenant.id = %claim.tenant_id, source.id = %claim.source_id, %error, "an answer in a chat is in no e-mail to its visitor");
    }
}

async fn answered(app: &DeliveryContext, settlement: &Settlement, after: TimeDelta) -> Result<(), DbErr> {
    let now = app.clock.millis();
    let due = Func::coalesce([Expr::col(Column::NextAt), Expr::value(now + after.num_milliseconds())]);
    chat_email::Entity::update_of(settlement.claim.tenant_id)
        .col_expr(Column::AnsweredAt, Expr::value(now))
        .col_expr(Column::NextAt, due.into())
        .filter(Column::ConversationId.eq(settlement.claim.conversation_id))
        .filter(Column::ConfirmedAt.gt(0))
        .exec(app.store.write())
        .await?;
    Ok(())
}
