//! Refuses free messages that the messenger would refuse: those after the time for free answers (chats-api §5.9).
//! amoCRM shows a clock but sends what a bot writes after it.

use base::i18n::{Words, duration};
use base::message::{Body, FailureCode, SharedDialogue};
use base::millis::HOUR;
use base::verdict::{Report, Verdict};
use connectors::Denied;
use connectors::kinds::has_own_server;
use connectors::template::{RegisteredTemplate, TemplateCategory};
use entity::conversation;
use queue::Claim;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};

use super::{MessengerTarget, bury_with};
use crate::delivery::letters::LetterContext;
use crate::delivery::read::find::with_phone;
use crate::marketing;
use crate::source::window::Window;
use crate::template::{self, Stage};
use crate::tenant::users;

/// The report that refuses a message; none if it may be sent. Templates are sent at any time, and so are public answers
/// to comments. A message that may have arrived already is left to the messenger.
pub(super) async fn refuse_if_closed(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
    body: &Body,
    template: &TemplateUse,
) -> anyhow::Result<Option<Report>> {
    let Some(window) = Window::of(line.connector, line.source) else { return Ok(None) };
    let as_template = window.templates && matches!(template, TemplateUse::Sendable(..));
    if claim.letter.unknown || body.post.is_some() || as_template {
        return Ok(None);
    }
    let (now, row) = (line.app.clock.millis(), &context.conversation);
    if window.is_open_to_bots(row, now) {
        return Ok(None);
    }
    let chats = with_other_chats(line, context).await?;
    if chats.iter().any(|chat| window.is_open_to_bots(chat, now)) {
        return Ok(None);
    }
    let by_people = chats.iter().any(|chat| window.is_open(chat, now));
    if by_people && !is_by_bot(line, body).await {
        return Ok(None);
    }
    let length = if by_people { window.bots } else { window.people };
    let text = match template {
        TemplateUse::AsText(why) => why.clone(),
        _ => refusal_text(line.words, length, window.templates, row.heard_at > 0),
    };
    Ok(Some(bury_with(FailureCode::WindowClosed, text, "the time for free messages is over")))
}

/// Closes the window if the messenger has just refused a message for it, so that the next free one is refused here, with
/// what may be sent instead. What the customer wrote meanwhile opens it again.
pub(super) async fn note(line: &MessengerTarget<'_>, context: &LetterContext, report: &Report) {
    let is_over = matches!(&report.verdict, Verdict::Bury(failure) if failure.code == FailureCode::WindowClosed);
    let Some(window) = Window::of(line.connector, line.source).filter(|_| is_over && report.status > 0) else { return };
    let closed = async {
        for chat in with_other_chats(line, context).await? {
            window.close(&line.app.sources, &chat, line.app.clock.millis()).await?;
        }
        Ok::<_, DbErr>(())
    };
    if let Err(error) = closed.await {
        tracing::warn!(tenant.id = %line.source.tenant_id, source.id = %line.source.id, %error, "that the messenger has closed a window could not be stored; the next message is refused by the messenger again");
    }
}

/// The report that refuses a marketing template whose customer stopped them. Other templates go, and so does a message that may
/// have arrived already.
pub(super) async fn refuse_if_stopped(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
    template: &TemplateUse,
) -> anyhow::Result<Option<Report>> {
    let is_marketing = matches!(template, TemplateUse::Sendable(_, TemplateCategory::Marketing));
    if !is_marketing
        || claim.letter.unknown
        || !marketing::is_stopped(line.app.store.read(), &context.conversation).await?
    {
        return Ok(None);
    }
    let text = line.words.text("failure-marketing_stopped").to_string();
    Ok(Some(bury_with(FailureCode::MarketingStopped, text, "the customer stopped marketing messages")))
}

async fn is_by_bot(line: &MessengerTarget<'_>, body: &Body) -> bool {
    let name = body.sender.name.as_deref().unwrap_or_default();
    users::is_bot(&line.app.tenants, line.source.tenant_id, &body.sender.id, name).await
}

/// The chat and the customer's others on this source: one that a manager started has a row of its own
/// (docs/decisions/0011-write-first.md), and the customer may have written in another one.
async fn with_other_chats(
    line: &MessengerTarget<'_>,
    context: &LetterContext,
) -> Result<Vec<conversation::Model>, DbErr> {
    let (row, db) = (&context.conversation, line.app.store.read());
    let mut chats = if row.shared != SharedDialogue::Not.number() {
        conversation::Entity::of_tenant(row.tenant_id)
            .filter(conversation::Column::SourceId.eq(row.source_id))
            .filter(conversation::Column::ExternalId.eq(row.external_id.as_str()))
            .all(db)
            .await?
    } else if row.external_id.is_empty() {
        with_phone(&line.app.tenants, row.tenant_id, context.contact.phone.as_deref().unwrap_or_default()).await?
    } else {
        Vec::new()
    };
    chats.retain(|chat| chat.source_id == row.source_id);
    chats.push(row.clone());
    Ok(chats)
}

/// The text that amoCRM shows below the message. `length`: the length of the window, in milliseconds.
fn refusal_text(words: Words, length: i64, templates: bool, wrote: bool) -> String {
    let key = match (wrote, templates) {
        (true, true) => "failure-window_closed-over-template",
        (true, false) => "failure-window_closed-over",
        (false, true) => "failure-window_closed-unheard-template",
        (false, false) => "failure-window_closed-unheard",
    };
    words.text(key).with("time", duration_words(words, length)).to_string()
}

/// `24 hours`; lengths that are no whole hours as a duration.
fn duration_words(words: Words, millis: i64) -> String {
    match millis % HOUR {
        0 => words.text("failure-window_closed-hours").with("hours", millis / HOUR).to_string(),
        _ => duration(millis, words),
    }
}

/// How a message is sent.
pub(super) enum TemplateUse {
    /// It was not made from a template.
    None,
    /// As a template, at any time; with its registration where the messenger has one, and its category.
    Sendable(Option<RegisteredTemplate>, TemplateCategory),
    /// As text, because the messenger does not allow the template now; with the reason.
    AsText(String),
    /// Later, because the messenger could not be asked whether it has the template.
    Later,
}

/// Decides how a message is sent. A custom messenger gets every template except those that it rejected.
pub(super) async fn template_of(line: &MessengerTarget<'_>, body: &Body) -> anyhow::Result<TemplateUse> {
    let Some(template) = &body.template else { return Ok(TemplateUse::None) };
    if !line.connector.reviews_templates() {
        return Ok(TemplateUse::Sendable(None, TemplateCategory::default()));
    }
    let row = match template.id.parse() {
        Ok(crm_id) => template::of_source(&line.app.sources, line.source, crm_id).await?,
        Err(_) => None,
    };
    // One that was created again in amoCRM has another id there.
    let row = match (row, template.external_id.as_deref()) {
        (None, Some(external_id)) => {
            template::named(&line.app.sources, line.source, external_id, &template.content).await?
        }
        (row, _) => row,
    };
    let row = match row {
        None => match template::adopt(&line.app.sources, line.source, template).await? {
            Ok(row) => row,
            Err(Denied::Away(_)) => return Ok(TemplateUse::Later),
            Err(denied) => {
                tracing::warn!(tenant.id = %line.source.tenant_id, source.id = %line.source.id, reason = %denied, "the messenger does not list its templates; a message made from one that is not known goes as text");
                None
            }
        },
        row => row,
    };
    let Some(row) = row else {
        return Ok(match has_own_server(&line.source.kind) {
            true => TemplateUse::Sendable(None, TemplateCategory::default()),
            false => TemplateUse::AsText(line.words.text("failure-template-unknown").to_string()),
        });
    };
    Ok(match template::usable(&row) {
        Some(usable) => TemplateUse::Sendable(Some(usable), TemplateCategory::of(&row.category)),
        None => TemplateUse::AsText(fallback_text(line.words, Stage::of(&row), &row.title)),
    })
}

/// Why it cannot be sent as a template.
fn fallback_text(words: Words, stage: Stage, title: &str) -> String {
    words.text_of("failure-template-", stage.word()).with("template", title).to_string()
}
