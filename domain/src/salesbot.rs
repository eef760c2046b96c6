//! Steps of Salesbots: "ask and wait", "is the customer within the window?", "template or else" (docs/salesbot.md).
//!
//! ```text
//! step stored (intake/crm/salesbot.rs) ─▶ newest chat of the card ─▶ window: told at once ───────────────▶ the bot goes on
//!                                                                └▶ sent ─▶ waits: the customer's answer ┘
//!                                                                           the messenger's word, the time's end
//! ```
//!
//! What is sent has the stop of the bot as its key, so that an attempt after a crash finds it. Waiting is a job of the chat:
//! it looks at once when the customer writes, and by itself ever more rarely.

use std::ops::RangeInclusive;
use std::sync::Arc;

use amocrm::rest::Rest;
use base::message::{Body, Button, Content, Direction, Failure, Markup, State};
use base::millis::{DAY, HOUR};
use chrono::DateTime;
use entity::{conversation, job, message, source, tenant};
use queue::accept_batch::{AcceptBatch, Conversation, Priority};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::delivery::read::reason::HoldReasons;
use crate::intake::IntakeContext;
pub use crate::intake::crm::salesbot::KIND;
use crate::intake::crm::salesbot::{BotStop, waiting_key};
use crate::intake::enquiry::is_written;
use crate::intake::messenger::automatic_answer::BotMessage;
use crate::job::{NewJob, NextRun, schedule_new};
use crate::source::window::Window;
use crate::template::{self, FilledTemplate};
use crate::tenant::TenantStatus;
use crate::tenant::token::with_token;

/// Hours that an answer is waited for.
const HOURS: RangeInclusive<i64> = 1..=24 * 30;
const DEFAULT_HOURS: i64 = 24;
/// How long the messenger's word about a template is waited for.
const SENDING: i64 = HOUR;
/// The customer's messages after a question that are looked at.
const ANSWERS: u64 = 20;
/// Who writes, as its id.
pub const SENDER: &str = "salesbot";

/// What a step does, as the widget's settings say it.
#[derive(Debug)]
enum BotStep {
    Ask {
        text: String,
        buttons: Vec<String>,
        hours: i64,
    },
    Window,
    Template {
        name: String,
        values: Vec<String>,
        text: String,
    },
    /// Of a later version of the widget.
    Unknown,
}

impl BotStep {
    fn of(data: &Value) -> Self {
        let text = |name: &str| data[name].as_str().unwrap_or_default().trim().to_owned();
        let list = |name: &str| {
            let parts = data[name].as_str().unwrap_or_default().split(';').map(|part| part.trim().to_owned());
            parts.collect::<Vec<_>>()
        };
        match data["step"].as_str().unwrap_or_default() {
            "ask" => {
                let hours = data["hours"].as_i64().or_else(|| text("hours").parse().ok()).unwrap_or(DEFAULT_HOURS);
                let mut buttons = list("buttons");
                buttons.retain(|button| !button.is_empty());
                Self::Ask { text: text("text"), buttons, hours: hours.clamp(*HOURS.start(), *HOURS.end()) }
            }
            "window" => Self::Window,
            "template" => Self::Template { name: text("template"), values: list("values"), text: text("text") },
            _ => Self::Unknown,
        }
    }
}

/// A step as its job has it.
#[derive(Serialize, Deserialize)]
struct BotWork {
    #[serde(flatten)]
    stop: BotStop,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits: Option<Waiting>,
}

/// What was sent for a step, and until when the step waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    conversation_id: Uuid,
    message_id: Uuid,
    /// Milliseconds since 1970.
    until: i64,
}

/// How far a step has come.
enum Progress {
    /// The bot goes on with this.
    Done(Value),
    Waits(Waiting),
    LooksAgain(i64),
}

fn refused(reason: &str) -> Progress {
    Progress::Done(json!({"status": "refused", "reason": reason}))
}

/// An attempt. Safe to repeat.
pub async fn go_on(app: Arc<IntakeContext>, job: job::Model) -> anyhow::Result<NextRun> {
    let app = &app;
    let work: BotWork = serde_json::from_str(&job.payload)?;
    let tenant = app.lookup.tenant(job.tenant_id).await?;
    let Some(tenant) = tenant.filter(|tenant| TenantStatus::shown(tenant) != TenantStatus::Uninstalled) else {
        return Ok(NextRun::Never);
    };
    let step = BotStep::of(&work.stop.data);
    let progress = match &work.waits {
        Some(waits) => look(app, tenant.tenant_id, &step, waits).await?,
        None => Box::pin(begin(app, &tenant, &work.stop, &step)).await?,
    };
    match progress {
        Progress::LooksAgain(at) => Ok(NextRun::At(at)),
        Progress::Waits(waits) => {
            app.faults.hit("salesbot.sent")?;
            wait(app, &tenant, work.stop, waits).await?;
            Ok(NextRun::Never)
        }
        Progress::Done(data) => continue_bot(app, tenant.tenant_id, &work.stop, data).await,
    }
}

/// Lets the bot go on, at the account's own host.
async fn continue_bot(
    app: &Arc<IntakeContext>,
    tenant_id: Uuid,
    stop: &BotStop,
    data: Value,
) -> anyhow::Result<NextRun> {
    app.faults.hit("salesbot.before_continue")?;
    let status = data["status"].as_str().unwrap_or_default().to_owned();
    let place = stop.place;
    let ask = |rest: Rest, token| {
        let data = data.clone();
        async move { rest.continue_bot(&token, place, &data).await }
    };
    match with_token(&app.tenants, tenant_id, ask).await {
        Ok(()) => tracing::info!(tenant.id = %tenant_id, bot = %place, status, "a Salesbot goes on"),
        Err(error) => match error.refusal() {
            // It went on already, or a person stopped it.
            Some(reason) => {
                tracing::warn!(tenant.id = %tenant_id, bot = %place, reason, "amoCRM does not let a Salesbot go on; look at the bot in the card");
            }
            None => return Err(error.into()),
        },
    }
    Ok(NextRun::Never)
}

/// Does a step, or the part of it before it waits.
async fn begin(
    app: &Arc<IntakeContext>,
    tenant: &tenant::Model,
    stop: &BotStop,
    step: &BotStep,
) -> anyhow::Result<Progress> {
    let chat = newest_chat(app, tenant.tenant_id, stop).await?;
    let Some((chat, source)) = chat else {
        let status = if matches!(step, BotStep::Window) { "no_chat" } else { "refused" };
        return Ok(Progress::Done(json!({"status": status, "reason": "no_chat"})));
    };
    let now = app.clock.millis();
    let window = app.connectors.get(&source.kind).and_then(|connector| Window::of(connector.as_ref(), &source));
    let until = window.and_then(|window| window.bots_until(&chat));
    let is_open = window.is_none_or(|window| window.is_open_to_bots(&chat, now));
    let is_held = HoldReasons::of(app.store.read(), &source).await?.to_messenger.is_some();
    let send = async |said: Said, wait: i64| {
        let waits = say(app, &source, &chat, stop, said, now + wait).await?;
        anyhow::Ok(Progress::Waits(waits))
    };
    match step {
        BotStep::Window => {
            let until = until.and_then(DateTime::from_timestamp_millis).map(|until| until.to_rfc3339());
            let status = if is_open { "within" } else { "outside" };
            let told = json!({"status": status, "until": until, "messenger": source.kind, "source": source.name});
            Ok(Progress::Done(told))
        }
        BotStep::Unknown => Ok(refused("unknown_step")),
        _ if is_held => Ok(refused("source_stopped")),
        BotStep::Ask { .. } if !is_open => Ok(refused("window_closed")),
        BotStep::Ask { text, .. } if text.is_empty() => Ok(refused("no_text")),
        BotStep::Ask { text, buttons, hours } => {
            let row = |text: &String| vec![Button { text: text.clone(), url: None }];
            let markup = (!buttons.is_empty()).then(|| Markup::Buttons(buttons.iter().map(row).collect()));
            send(Said { text: text.clone(), markup, template: None }, hours * HOUR).await
        }
        BotStep::Template { text, .. } if is_open && !text.is_empty() => {
            send(Said { text: text.clone(), markup: None, template: None }, SENDING).await
        }
        BotStep::Template { name, values, .. } => {
            match template::fill(&app.sources, &source, &chat, name, values).await? {
                Err(why) => Ok(refused(why.word())),
                Ok(filled) if !is_open && !filled.passes_window => Ok(refused("window_closed")),
                Ok(FilledTemplate { text, markup, template, .. }) => {
                    send(Said { text, markup, template: Some(template) }, SENDING).await
                }
            }
        }
    }
}

/// The chat of a card in which the customer wrote last, of those through which they can be reached.
async fn newest_chat(
    app: &IntakeContext,
    tenant_id: Uuid,
    stop: &BotStop,
) -> anyhow::Result<Option<(conversation::Model, Arc<source::Model>)>> {
    let (lead, customer) = (stop.lead, stop.customer);
    let chats = |rest: Rest, token| async move {
        let contacts = match (lead, customer) {
            (Some(id), _) => rest.contacts_of_lead(&token, id).await?,
            (None, Some(id)) => rest.contacts_of_customer(&token, id).await?,
            (None, None) => Vec::new(),
        };
        rest.chats_of_contacts(&token, &contacts).await
    };
    let chats = with_token(&app.tenants, tenant_id, chats).await?;
    let mut rows = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::AmocrmChatId.is_in(chats.into_iter().map(|chat| chat.chat_id)))
        .filter(conversation::Column::BlockedAt.eq(0))
        .filter(conversation::Column::ShutAt.eq(0))
        .filter(conversation::Column::ExternalId.ne(""))
        .all(app.store.read())
        .await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.heard_at, row.id)));
    for row in rows {
        let source = app.lookup.source(row.source_id).await?;
        if let Some(source) = source.filter(|source| source.deleted_at.is_none() && !source.is_shadow()) {
            return Ok(Some((row, source)));
        }
    }
    Ok(None)
}

/// What a step sends.
struct Said {
    text: String,
    markup: Option<Markup>,
    template: Option<base::message::Template>,
}

/// Stores a message of the bot; one that is stored already is found.
async fn say(
    app: &IntakeContext,
    source: &source::Model,
    chat: &conversation::Model,
    stop: &BotStop,
    said: Said,
    until: i64,
) -> anyhow::Result<Waiting> {
    let said = BotMessage {
        bot: SENDER,
        key: format!("{SENDER}:{}", stop.place),
        text: said.text,
        markup: said.markup,
        template: said.template,
        customer: serde_json::from_str(&chat.contact)?,
        answers: chat.heard_at,
        true_until: Some(until),
    };
    let entries = said.items(app, source, &Conversation::Known(chat.id))?;
    let batch = AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw: None, entries };
    let outcomes = app.writer.accept(batch).await?;
    let sent = outcomes.first().ok_or_else(|| anyhow::anyhow!("a batch of one message has an outcome"))?;
    Ok(Waiting { conversation_id: chat.id, message_id: sent.message_id(), until })
}

/// Schedules the job that waits, and makes what the customer writes wake it.
async fn wait(app: &IntakeContext, tenant: &tenant::Model, stop: BotStop, waits: Waiting) -> Result<(), anyhow::Error> {
    let now = app.clock.millis();
    // Texts are stored with the message.
    let kept = ["step", "buttons"].map(|name| (name.to_owned(), stop.data[name].clone()));
    let (key, until) = (waiting_key(waits.conversation_id, stop.place), waits.until);
    let stop = BotStop { data: Value::Object(kept.into_iter().collect()), ..stop };
    let payload = serde_json::to_value(BotWork { stop, waits: Some(waits) })?;
    let job = NewJob { payload, ..NewJob::new(tenant.tenant_id, KIND, key, now + next_look(0)) };
    schedule_new(app.store.write(), now, job).await?;
    // A day more than needed, so that it is seldom written.
    if tenant.bots_ask_until.is_none_or(|known| known < until) {
        tenant::Entity::update_of(tenant.tenant_id)
            .col_expr(tenant::Column::BotsAskUntil, Expr::value(until + DAY))
            .exec(app.store.write())
            .await?;
        app.lookup.forget();
    }
    Ok(())
}

/// Until when a bot waits for the answer to this message of its, in milliseconds since 1970; none if it does not.
pub async fn waits_until(db: &impl ConnectionTrait, sent: &message::Model) -> Result<Option<i64>, DbErr> {
    let jobs = job::Entity::of_tenant(sent.tenant_id)
        .filter(job::Column::Kind.eq(KIND))
        .filter(job::Column::Key.starts_with(format!("{}/", sent.conversation_id)));
    let jobs = jobs.all(db).await?;
    let waits = jobs.iter().filter_map(|job| serde_json::from_str::<BotWork>(&job.payload).ok()?.waits);
    Ok(waits.into_iter().find(|waits| waits.message_id == sent.id).map(|waits| waits.until))
}

/// Until the next look at something that is so old, in milliseconds.
fn next_look(age: i64) -> i64 {
    (age / 8).clamp(2_000, 60_000)
}

/// Whether what a step waits for is there.
async fn look(app: &IntakeContext, tenant_id: Uuid, step: &BotStep, waits: &Waiting) -> anyhow::Result<Progress> {
    let db = app.store.read();
    // The customer was erased meanwhile.
    let Some(sent) = message::Entity::find_by_id((tenant_id, waits.message_id)).one(db).await? else {
        return Ok(refused("no_chat"));
    };
    if let BotStep::Ask { buttons, .. } = step
        && let Some(body) = answer(app, &sent, waits).await?
    {
        let text = match &body.content {
            Content::Text { text } => text.as_str(),
            other => other.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
        };
        let is_it = |button: &String| button.to_lowercase() == text.trim().to_lowercase();
        let button = buttons.iter().position(is_it).map_or(0, |place| place + 1);
        let told = json!({"status": "answered", "answer": text, "button": button, "kind": body.content.kind()});
        return Ok(Progress::Done(told));
    }
    let now = app.clock.millis();
    let state = State::from_number(sent.state)?;
    Ok(match step {
        _ if state == State::Failed => {
            let failure: Option<Failure> = serde_json::from_str(&sent.error).ok();
            refused(failure.map_or("other", |failure| failure.code.word()))
        }
        BotStep::Template { .. } if state != State::Queued => {
            let body: Body = serde_json::from_str(&sent.body)?;
            Progress::Done(json!({"status": "sent", "as": if body.template.is_some() { "template" } else { "text" }}))
        }
        BotStep::Template { .. } if now >= waits.until => refused("not_sent_in_time"),
        _ if now >= waits.until => Progress::Done(json!({"status": "timed_out"})),
        _ => Progress::LooksAgain(waits.until.min(now + next_look(now - sent.accepted_at))),
    })
}

/// What the customer wrote first after a question, in time.
async fn answer(app: &IntakeContext, asked: &message::Model, waits: &Waiting) -> Result<Option<Body>, DbErr> {
    let rows = message::Entity::of_tenant(asked.tenant_id)
        .filter(message::Column::ConversationId.eq(waits.conversation_id))
        .filter(message::Column::Id.gt(asked.id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .filter(message::Column::State.ne(State::Shadow.number()))
        .filter(message::Column::AcceptedAt.lt(waits.until))
        .order_by_asc(message::Column::Id)
        .limit(ANSWERS)
        .all(app.store.read())
        .await?;
    let mut bodies = rows.iter().filter_map(|row| serde_json::from_str::<Body>(&row.body).ok());
    Ok(bodies.find(is_written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_step_are_read_as_people_write_them() {
        let ask = |data: Value| match BotStep::of(&data) {
            BotStep::Ask { text, buttons, hours } => (text, buttons.join("|"), hours),
            other => panic!("{other:?}"),
        };
        let form = json!({"step": "ask", "text": " Which day? ", "buttons": "Today; Tomorrow ;;", "hours": "48"});
        assert_eq!(ask(form), ("Which day?".to_owned(), "Today|Tomorrow".to_owned(), 48));
        for (hours, wanted) in
            [(json!(""), 24), (json!("x"), 24), (json!(0), 1), (json!("9999"), 720), (Value::Null, 24)]
        {
            assert_eq!(ask(json!({"step": "ask", "hours": hours})).2, wanted, "{hours}");
        }
        assert!(matches!(BotStep::of(&json!({"step": "dance"})), BotStep::Unknown));
        assert!(matches!(BotStep::of(&Value::Null), BotStep::Unknown));
        assert_eq!([0, 60_000, 3_600_000].map(next_look), [2_000, 7_500, 60_000]);
    }
}
