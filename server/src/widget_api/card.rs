//! What a card opens: the chats of its contact, with the state of the last message, the reason of a failure, and the
//! time left for free-form messages; and single-use addresses that open the panel in one click.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use base::error::Error;
use base::i18n::LocalizedText;
use base::json::Moment;
use base::message::{Direction, FailureCode, Person};
use chrono::TimeDelta;
use domain::delivery::read::MessageStatus;
use domain::delivery::read::list::{Ground, MessageFilter, MessageSummary, Reached, page};
use domain::delivery::read::reason::Reason;
use domain::identity::ticket::{self, Asker, TicketTarget, TicketUser};
use domain::source as sources;
use domain::source::window::Window;
use domain::tenant::token::with_token;
use entity::{conversation, conversation_alias, message, source, tenant_channel};
use queue::accept_batch::Side;
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::form_urlencoded;
use uuid::Uuid;

use super::door::{Caller, Result, WidgetCall, WidgetReader, name_of};
use super::sight;
use crate::widget_api::{Answer, AppData, WidgetContext};

/// Most contacts of one card.
const MOST_CONTACTS: usize = 20;
/// How long a contact's chats are cached.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// Most chats returned.
const MOST_CHATS: usize = 20;

#[derive(Debug, Serialize)]
struct CardChatOut {
    conversation_id: Uuid,
    source: CardSourceOut,
    contact: CardContactOut,
    last_message: Option<LastOut>,
    last_failure: Option<CardFailureOut>,
    /// Null if there is no time limit.
    window: Option<CardWindowOut>,
}

#[derive(Debug, Serialize)]
struct CardSourceOut {
    id: Uuid,
    name: String,
    kind: String,
}

#[derive(Debug, Serialize)]
struct CardContactOut {
    name: Option<String>,
}

#[derive(Debug, Serialize)]
struct LastOut {
    id: Uuid,
    direction: Direction,
    status: MessageStatus,
    at: Moment,
    error: Option<WhyOut>,
}

#[derive(Debug, Serialize)]
struct CardFailureOut {
    id: Uuid,
    at: Moment,
    #[serde(flatten)]
    why: WhyOut,
}

/// The reason and what to do, as text.
#[derive(Debug, Serialize)]
struct WhyOut {
    reason: String,
    fix: String,
}

#[derive(Debug, Serialize)]
struct CardWindowOut {
    open: bool,
    /// Null if the customer never wrote.
    until: Option<Moment>,
    /// Whether templates may be sent after it.
    templates: bool,
}

/// Chats of the contacts in `contact_id` (may be repeated), else of the contacts of `lead_id`; newest first. Users who
/// are not administrators get those that amoCRM would show them; the others are treated as missing.
pub(super) async fn get(app: AppData, caller: Caller, request: HttpRequest) -> Answer {
    let app = app.into_inner();
    let (contacts, lead) = contacts_and_lead(request.query_string());
    let (contacts, lead) = sight::of(&app, &caller, contacts, lead).await?;
    let chats = chats_at_crm(&app, caller.tenant.tenant_id, contacts, lead).await?;
    let rows = conversations(&app, caller.tenant.tenant_id, &chats).await?;
    let ground = Ground::of_tenant(app.store.read(), caller.tenant.tenant_id).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(source) = ground.sources.get(&row.source_id) {
            let shown = (caller.tenant.tenant_id, caller.user_id, row.id);
            app.widget.shown.insert(shown, caller.reader.now).await;
            items.push(chat(&app, &caller.reader, &ground, source, row).await?);
        }
    }
    items.sort_by_key(|item: &CardChatOut| std::cmp::Reverse(item.last_message.as_ref().map(|last| last.at)));
    items.truncate(MOST_CHATS);
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

/// Ids of contacts and lead; values that are not numbers are ignored.
fn contacts_and_lead(query: &str) -> (Vec<i64>, Option<i64>) {
    let (mut contacts, mut lead) = (Vec::new(), None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(id) = value.parse::<i64>().ok().filter(|id| *id > 0) else { continue };
        match name.as_ref() {
            "contact_id" if contacts.len() < MOST_CONTACTS => contacts.push(id),
            "lead_id" => lead = Some(id),
            _ => {}
        }
    }
    (contacts, lead)
}

/// amojo's ids of the chats. Non-empty lists are cached for a minute: every open card asks twice a minute.
async fn chats_at_crm(
    app: &Arc<WidgetContext>,
    tenant_id: Uuid,
    contacts: Vec<i64>,
    lead: Option<i64>,
) -> Result<Arc<Vec<String>>, Error> {
    if contacts.is_empty() && lead.is_none() {
        return Ok(Arc::default());
    }
    let (card, now) = ((tenant_id, contacts.clone(), lead), app.clock.millis());
    if let Some((_, chats)) = app.widget.chats.get(&card).await.filter(|(at, _)| at + FRESH.num_milliseconds() > now) {
        return Ok(chats);
    }
    let contacts = Arc::new(contacts);
    let asking = with_token(&app.tenants, tenant_id, |rest, token| {
        let contacts = contacts.clone();
        async move {
            let of_lead = match lead {
                Some(lead) if contacts.is_empty() => Some(rest.contacts_of_lead(&token, lead).await?),
                _ => None,
            };
            rest.chats_of_contacts(&token, of_lead.as_deref().unwrap_or(&contacts)).await
        }
    });
    let chats = asking.await.map_err(sight::as_error)?;
    let chats: Arc<Vec<String>> = Arc::new(chats.into_iter().map(|chat| chat.chat_id).collect());
    if !chats.is_empty() {
        app.widget.chats.insert(card, (now, chats.clone())).await;
    }
    Ok(chats)
}

/// Our conversations with any of these amojo ids.
async fn conversations(
    app: &WidgetContext,
    tenant_id: Uuid,
    chats: &[String],
) -> Result<Vec<conversation::Model>, DbErr> {
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let db = app.store.read();
    let channels: Vec<Uuid> = tenant_channel::Entity::of_tenant(tenant_id)
        .select_only()
        .column(tenant_channel::Column::ChannelId)
        .into_tuple()
        .all(db)
        .await?;
    let ids: Vec<Uuid> = conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::Side.eq(Side::Crm.number()))
        .filter(conversation_alias::Column::Origin.is_in(channels))
        .filter(conversation_alias::Column::ExternalId.is_in(chats.iter().map(String::as_str)))
        .select_only()
        .column(conversation_alias::Column::ConversationId)
        .into_tuple()
        .all(db)
        .await?;
    let rows = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.is_in(ids));
    rows.order_by_desc(conversation::Column::Id).limit(100).all(db).await
}

async fn chat(
    app: &WidgetContext,
    reader: &WidgetReader,
    ground: &Ground,
    source: &source::Model,
    row: conversation::Model,
) -> Result<CardChatOut> {
    let last = async |filter: MessageFilter| -> anyhow::Result<Option<MessageSummary>> {
        let filter = MessageFilter { conversation_id: Some(row.id), ..filter };
        Ok(page(app.store.read(), row.tenant_id, &filter, ground, None, 1).await?.pop())
    };
    let newest = last(MessageFilter::default()).await?;
    let failed =
        last(MessageFilter { reached: Some(Reached::Status(MessageStatus::Failed)), ..MessageFilter::default() })
            .await?;
    let window = app.connectors.get(&source.kind).and_then(|connector| Window::of(connector.as_ref(), source));
    let window = window.map(|window| CardWindowOut {
        open: window.is_open(&row, reader.now),
        until: window.until(&row).map(Moment),
        templates: window.templates,
    });
    let contact: Person = serde_json::from_str(&row.contact).unwrap_or_default();
    Ok(CardChatOut {
        conversation_id: row.id,
        source: CardSourceOut { id: source.id, name: source.name.clone(), kind: source.kind.clone() },
        contact: CardContactOut { name: contact.name },
        last_message: newest.map(|line| LastOut {
            id: line.message.id,
            direction: line.direction,
            status: line.status,
            at: Moment(line.message.accepted_at),
            error: (line.status == MessageStatus::Failed).then(|| why(&line, reader)),
        }),
        last_failure: failed.map(|line| CardFailureOut {
            id: line.message.id,
            at: Moment(line.message.accepted_at),
            why: why(&line, reader),
        }),
        window,
    })
}

fn why(line: &MessageSummary, reader: &WidgetReader) -> WhyOut {
    let (code, detail) = match &line.failure {
        Some(failure) => (failure.code, failure.text.as_str()),
        None => (FailureCode::Other, ""),
    };
    let reason = Reason::of_failure(code, line.direction, detail);
    let words = reader.words;
    let kind = words.text(format!("messages-kind-{}", line.body.content.kind())).to_string().to_lowercase();
    let say = |key: String| {
        let sentence =
            words.text(key).with("crm", reader.crm).with("kind", kind.as_str()).with("hours", reason.hours());
        let sentence = sentence.with("status", reason.status).with("name", "").with("template", "");
        sentence.with("size", "").with("limit", "").to_string()
    };
    let (what, fix) = (say(format!("reason-{}", reason.key)), say(format!("reason-{}-fix", reason.key)));
    WhyOut { reason: what, fix }
}

/// How long a conversation shown by a card may be opened; an open card refreshes twice a minute.
const SHOWN: TimeDelta = TimeDelta::minutes(1);
/// Most amojo ids of one conversation.
const MOST_IDS: u64 = 20;

/// The page to open.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PanelPage {
    Overview,
    Sources,
    Source,
    Access,
    Design,
    Message,
    Conversation,
    Connect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketIn {
    page: PanelPage,
    id: Option<Uuid>,
    /// For `connect`: the kind of the new source.
    kind: Option<String>,
}

/// A link that opens one page once. Users who are not administrators get only messages and conversations, and only
/// those whose contact amoCRM would show them.
pub(super) async fn post_ticket(mut call: WidgetCall, request: HttpRequest) -> Answer {
    let input = call.read::<TicketIn>().await?;
    let WidgetCall { app, caller, .. } = call;
    let tenant_id = caller.tenant.tenant_id;
    let leads = match (input.page, input.id) {
        (PanelPage::Connect, None) => TicketTarget::Connect(kind_of(&app, &caller, input.kind.as_deref())?),
        (PanelPage::Overview, None) => TicketTarget::Overview,
        (PanelPage::Sources, None) => TicketTarget::Sources,
        (page @ (PanelPage::Source | PanelPage::Access | PanelPage::Design), Some(id)) => {
            caller.needs_admin()?;
            let id = sources::find(&app.sources, tenant_id, id).await?.id;
            match page {
                PanelPage::Access => TicketTarget::Access(id),
                PanelPage::Design => TicketTarget::Design(id),
                _ => TicketTarget::Source(id),
            }
        }
        (PanelPage::Message, Some(id)) => {
            let row = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.eq(id));
            let row = row.one(app.store.read()).await?.ok_or(Error::NotFound)?;
            may_see(&app, &caller, row.conversation_id).await?;
            TicketTarget::Message(row.id)
        }
        (PanelPage::Conversation, Some(id)) => {
            let row = conversation::Entity::of_tenant(tenant_id).filter(conversation::Column::Id.eq(id));
            let row = row.one(app.store.read()).await?.ok_or(Error::NotFound)?;
            may_see(&app, &caller, row.id).await?;
            TicketTarget::Conversation(row.id)
        }
        (_, id) => {
            let why = if id.is_some() { "said-ticket-no-id" } else { "said-ticket-id" };
            return Err(Error::field("/id", LocalizedText::new(why)).into());
        }
    };
    if !matches!(leads, TicketTarget::Message(_) | TicketTarget::Conversation(_)) {
        caller.needs_admin()?;
    }
    let name = name_of(&app, tenant_id, caller.user_id).await?;
    let user = TicketUser { id: caller.user_id, name, is_admin: caller.is_admin };
    let panel_url =
        ticket::url_for(&app.identity, tenant_id, &user, &leads, Asker::of(&request, &app.identity)).await?;
    Ok(HttpResponse::Ok().json(json!({ "panel_url": panel_url })))
}

/// A kind that this account can add.
fn kind_of(app: &WidgetContext, caller: &Caller, name: Option<&str>) -> Result<String> {
    let known: Vec<&str> = sources::kinds(&app.sources, &caller.tenant).into_iter().map(|kind| kind.kind).collect();
    let kind = known.iter().find(|kind| Some(**kind) == name).map(|kind| (*kind).to_owned());
    let detail = || LocalizedText::new("said-kind-unknown").with("known", known.join(", "));
    Ok(kind.ok_or_else(|| Error::field("/kind", detail()))?)
}

/// Whether a card recently showed it to the caller, or amoCRM would now; anything else is treated as missing.
async fn may_see(app: &Arc<WidgetContext>, caller: &Caller, conversation_id: Uuid) -> Result<()> {
    if caller.is_admin {
        return Ok(());
    }
    let tenant_id = caller.tenant.tenant_id;
    let shown = app.widget.shown.get(&(tenant_id, caller.user_id, conversation_id)).await;
    if shown.is_some_and(|at| at + SHOWN.num_milliseconds() > caller.reader.now) {
        return Ok(());
    }
    let chats: Vec<String> = conversation_alias::Entity::of_tenant(tenant_id)
        .filter(conversation_alias::Column::Side.eq(Side::Crm.number()))
        .filter(conversation_alias::Column::ConversationId.eq(conversation_id))
        .select_only()
        .column(conversation_alias::Column::ExternalId)
        .limit(MOST_IDS)
        .into_tuple()
        .all(app.store.read())
        .await?;
    if sight::of_chat(app, caller, &chats).await? { Ok(()) } else { Err(Error::NotFound.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_and_nothing_else() {
        assert_eq!(contacts_and_lead("contact_id=1&contact_id=2&lead_id=3&lang=ru"), (vec![1, 2], Some(3)));
        assert_eq!(
            contacts_and_lead("contact_id=&contact_id=x&contact_id=-1&lead_id=0&contact_id=99999999999999999999"),
            (vec![], None)
        );
        assert_eq!(contacts_and_lead(&"contact_id=7&".repeat(50)).0.len(), MOST_CONTACTS);
    }
}
