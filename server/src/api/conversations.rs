//! Conversations of a source and their messages, chats started without a message, and one customer's data: exported and
//! erased.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Object, Query};
use base::message::{Member, Person};
use domain::api_key::Scope;
use domain::cursor::ListOut;
use domain::delivery::read::{HoldReasons, chats};
use domain::intake::chat;
use domain::intake::message_in::{ConversationIn, CustomerIn, checked_chat};
use domain::lookup::as_ours;
use domain::source::window::Window;
use domain::tenant::{self, CustomerExport, ExportPages, Who};
use domain::usage::UsageContext;
use entity::{conversation, message, source};
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::message_out::{FileLinks, MessageOut};
use super::messages::{body_of, show};
use super::request::{Call, PageQuery};

/// A conversation: one customer on one source, or one group chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationOut {
    pub id: Uuid,
    /// The messenger's id; null while a conversation started by a manager waits for the messenger's response.
    #[schema(required, example = "chat-7")]
    pub external_id: Option<String>,
    /// The chat's id in amojo, amoCRM's chat service; null until known.
    #[schema(required)]
    pub amocrm_chat_id: Option<String>,
    pub contact: ContactOut,
    /// The members of a group, as given with its messages; empty for a conversation with one customer.
    pub participants: Vec<Member>,
    /// Where the customer came from: the payload of a bot's link or the campaign parameters of a page; null if unknown.
    #[schema(required)]
    pub visit: Option<String>,
    /// Since when the customer has blocked messages from this source; null if not blocked.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub unreachable_since: Option<Moment>,
    /// Since when the customer's messages are stored and not passed on; null if they are passed on.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub blocked_at: Option<Moment>,
    /// The time in which the customer may be answered freely; null if there is no limit.
    #[schema(required)]
    pub window: Option<WindowOut>,
    /// Null if there are no messages yet.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub last_message_at: Option<Moment>,
}

/// The time in which a customer may be answered freely. Later only templates are sent; other messages fail with
/// `window_closed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct WindowOut {
    /// Whether free messages are sent now.
    pub open: bool,
    /// When it ends or ended; null if the customer never wrote.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub until: Option<Moment>,
}

/// The customer.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ContactOut {
    /// The messenger's id.
    #[schema(required, example = "user-7")]
    pub id: Option<String>,
    #[schema(required)]
    pub name: Option<String>,
    #[schema(required)]
    pub phone: Option<String>,
    /// The amoCRM contact to which the chat is linked; null if none is known.
    #[schema(required, example = "3102959")]
    pub amocrm_contact_id: Option<String>,
    /// The contact's name in amoCRM when it was last read.
    #[schema(required)]
    pub amocrm_contact_name: Option<String>,
    /// Why this contact was linked, or why none was: `phone`, `email`, `phone_several`, `email_several` (several
    /// matched: the one changed last), `given` (by `sender.contact_id`), `made`, `crm` (amoCRM chose), `merged`, `moved`,
    /// `gone`, `nobody`, `given_unknown` (amoCRM has no contact `sender.contact_id`), `late`, `unclear`, `recycled` (the number
    /// was silent for a year and has another name now), `person` (a person decided), `separated` (a person undid a link); null if
    /// contacts have not been searched yet.
    #[schema(required, example = "phone")]
    pub why: Option<String>,
}

/// Lists a source's conversations.
///
/// Sorted by creation time, newest first. A deleted source keeps its conversations.
#[utoipa::path(tag = "conversations", params(("source_id", description = "The source"), PageQuery), responses(
    (status = 200, description = "A page of conversations", body = ListOut<ConversationOut>),
    (status = 404, description = "No such source"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/sources/{source_id}/conversations")]
pub async fn list_conversations(
    call: Call,
    source_id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let source = call.source_or_deleted(*source_id).await?;
    let filters = ["conversations", &source.id.to_string()];
    let page = query.page(&filters)?;
    let filter = chats::ConversationFilter { source_id: Some(source.id), ids: None };
    let db = call.app.store.read();
    let rows = chats::page(db, source.tenant_id, &filter, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let last = chats::last_messages(db, source.tenant_id, rows.iter().map(|row| row.id)).await?;
    let connector = call.app.connectors.get(&source.kind);
    let window = connector.and_then(|connector| Window::of(connector.as_ref(), &source));
    let now = call.app.clock.millis();
    let items = rows.into_iter().map(|row| {
        let last = last.get(&row.id).copied().map(Moment);
        let window =
            window.map(|window| WindowOut { open: window.is_open(&row, now), until: window.until(&row).map(Moment) });
        shown(row, last, window)
    });
    let items: Vec<_> = items.collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Lists a conversation's messages.
///
/// Messages in both directions, newest first, without timelines. Identify the conversation by Parom's id or by yours.
#[utoipa::path(tag = "conversations", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's (`ext:ID` if yours looks like one of Parom's)"),
    PageQuery,
), responses(
    (status = 200, description = "A page of messages", body = ListOut<MessageOut>),
    (status = 404, description = "No such source or conversation"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/sources/{source_id}/conversations/{conversation_id}/messages")]
pub async fn list_messages(
    call: Call,
    path: web::Path<(Uuid, String)>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let (source_id, conversation_id) = path.into_inner();
    let source = call.source_or_deleted(source_id).await?;
    let conversation = find(&call.app, &source, &conversation_id).await?.ok_or(Error::NotFound)?;
    let filters = ["messages", &conversation.id.to_string()];
    let page = query.page(&filters)?;
    let mut select =
        message::Entity::of_tenant(source.tenant_id).filter(message::Column::ConversationId.eq(conversation.id));
    if let Some(after) = page.after {
        select = select.filter(message::Column::Id.lt(after));
    }
    let rows = select.order_by_desc(message::Column::Id).limit(page.rows()).all(call.app.store.read()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let holds = HoldReasons::of(call.app.store.read(), &source).await?;
    let bodies = rows.iter().map(body_of).collect::<Result<Vec<_>>>()?;
    let files = FileLinks::of(&call.app, source.tenant_id, &bodies).await?;
    let shown = |message| show(message, Some(&conversation), &holds, &files);
    let items = rows.into_iter().zip(bodies).map(shown).collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Finds a conversation: `ext:ID` is the messenger's id; a UUID is looked up as ours first, then as the messenger's;
/// anything else is the messenger's id.
pub(super) async fn find(
    app: &UsageContext,
    source: &source::Model,
    text: &str,
) -> Result<Option<conversation::Model>> {
    let by_id = |id: Uuid| {
        conversation::Entity::of_tenant(source.tenant_id)
            .filter(conversation::Column::SourceId.eq(source.id))
            .filter(conversation::Column::Id.eq(id))
            .one(app.store.read())
    };
    let theirs = text.strip_prefix("ext:");
    if let (None, Some(ours)) = (theirs, as_ours(text))
        && let Some(row) = by_id(ours).await?
    {
        return Ok(Some(row));
    }
    let external_id = theirs.unwrap_or(text);
    if external_id.contains('\0') {
        return Ok(None);
    }
    let alias = Alias { side: Side::Messenger, origin: source.id, external_id: external_id.to_owned() };
    match app.lookup.conversation(source.tenant_id, alias).await? {
        Some(known) => Ok(by_id(known.conversation_id).await?),
        None => Ok(None),
    }
}

fn shown(row: conversation::Model, last_message_at: Option<Moment>, window: Option<WindowOut>) -> ConversationOut {
    let filled = |text: String| (!text.is_empty()).then_some(text);
    let person = serde_json::from_str::<Person>(&row.contact).unwrap_or_default();
    let contact = ContactOut {
        amocrm_contact_id: (row.contact_id > 0).then(|| row.contact_id.to_string()),
        amocrm_contact_name: filled(row.contact_name),
        why: filled(row.contact_why),
        id: filled(person.id),
        name: person.name,
        phone: person.phone,
    };
    ConversationOut {
        id: row.id,
        external_id: filled(row.external_id),
        participants: person.members,
        amocrm_chat_id: filled(row.amocrm_chat_id),
        contact,
        visit: filled(row.visit),
        unreachable_since: (row.shut_at > 0).then_some(Moment(row.shut_at)),
        blocked_at: (row.blocked_at > 0).then_some(Moment(row.blocked_at)),
        window,
        last_message_at,
    }
}

/// A chat to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatIn {
    #[schema(value_type = ConversationIn)]
    pub conversation: Object<ConversationIn>,
    #[schema(value_type = CustomerIn)]
    pub customer: Object<CustomerIn>,
}

/// A chat that is being started.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatOut {
    /// Parom's id of the conversation.
    pub id: Uuid,
    #[schema(example = "chat-7")]
    pub external_id: String,
    /// Always `queued`.
    #[schema(example = "queued")]
    pub status: &'static str,
    /// Whether the conversation was known; then new details of its customer were stored.
    pub duplicate: bool,
}

/// Starts a chat without a message.
///
/// It is created in amoCRM and linked to the contact that `customer.contact_id` names, or by the source's
/// `contact_rule`. It creates no lead; amoCRM shows the chat with its first message. For a known conversation, a contact
/// that is named is linked as with `sender.contact_id` of a message.
#[utoipa::path(tag = "conversations", params(
    ("source_id", description = "The source of the chat"),
), request_body = ChatIn, responses(
    (status = 202, description = "Stored; amoCRM gets it", body = ChatOut),
    (status = 200, description = "The conversation is known", body = ChatOut),
    (status = 404, description = "No such source"),
    (status = 422, description = "Validation failed"),
    (status = 507, description = "The account has reached its storage limit"),
    (status = 503, description = "Cannot be stored right now; retry later"),
))]
#[post("/v1/sources/{source_id}/conversations")]
pub async fn start_conversation(mut call: Call, source_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let source = call.source(*source_id).await?;
    let given = call.read::<ChatIn>().await?;
    let (external_id, customer) = checked_chat(given.conversation.0, given.customer.0)?;
    domain::usage::room(&call.app, source.tenant_id).await?;
    call.once(async {
        let (id, duplicate) = chat::start(&call.app.intake, &source, &external_id, customer).await?;
        let mut answer = if duplicate { HttpResponse::Ok() } else { HttpResponse::Accepted() };
        Ok(answer.json(ChatOut { id, external_id, status: "queued", duplicate }))
    })
    .await
}

/// The customer: either `phone` or `conversation_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerExportIn {
    /// Everything of the person with this phone number, however it is written. Without a country it takes the account's.
    #[schema(example = "+7 915 111-22-33")]
    phone: Option<String>,
    /// A conversation.
    conversation_id: Option<Uuid>,
}

/// Whom to erase: either `phone` or `conversation_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerErasureIn {
    /// Everything of the person with this phone number, however it is written. Without a country it takes the account's.
    #[schema(example = "+7 915 111-22-33")]
    phone: Option<String>,
    /// A conversation.
    conversation_id: Option<Uuid>,
    /// Only counts what would be erased.
    #[serde(default)]
    dry_run: bool,
}

/// What an erasure would erase.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerErasureCountOut {
    pub conversation_ids: Vec<Uuid>,
    /// In these conversations, in others (group chats), and in imports that have not come to them yet.
    pub messages: u64,
    /// Number of files among them.
    pub files: u64,
    /// Conversations with a number that may be this customer's or another person's, because it is written without its
    /// country. They are not erased; erase them by `conversation_id` if they are the customer's.
    pub also_possible: Vec<Uuid>,
}

/// The proof of an erasure; it contains none of the customer's data.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerErasureOut {
    pub id: Uuid,
    /// Erased rows by table.
    #[schema(example = json!({"conversation": 1, "message": 12}))]
    pub counts: BTreeMap<String, u64>,
    /// Conversations that were not erased, as in a dry run.
    pub also_possible: Vec<Uuid>,
}

fn who(phone: Option<String>, conversation_id: Option<Uuid>) -> Result<Who> {
    match (phone.filter(|phone| !phone.trim().is_empty()), conversation_id) {
        (Some(phone), None) => Ok(Who::Phone(phone)),
        (None, Some(id)) => Ok(Who::Conversation(id)),
        _ => Err(Error::field("/phone", LocalizedText::new("said-customer-named"))),
    }
}

/// Exports one customer's data.
///
/// As newline-delimited JSON. Requires scope `admin`. `{"type": "conversation" | "message" | "dead_letter" |
/// "import_line", "data": {…}}` per line, ended by `{"type": "end", "data": {"lines": …, "also_possible": […]}}`:
/// without that line the export was interrupted. `also_possible` names conversations that are not in the export: their
/// number is written without its country and may be this customer's or another person's.
#[utoipa::path(tag = "customers", params(("tenant_id", description = "Parom's id of the account")),
    request_body = CustomerExportIn, responses(
    (status = 200, description = "The lines", body = String, content_type = "application/x-ndjson"),
    (status = 403, description = "The key's scope is below `admin`"),
    (status = 404, description = "No such customer, or the account is unknown or outside the key's"),
    (status = 422, description = "Not exactly one of `phone` and `conversation_id`, an invalid phone number, or one that only ambiguous numbers may match"),
))]
#[post("/v1/tenants/{tenant_id}/customers/export")]
pub async fn export_customer(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.in_tenant(*tenant_id)?;
    call.key.needs(Scope::Admin)?;
    let tenant = call.tenant(*tenant_id).await?;
    let input = call.read::<CustomerExportIn>().await?;
    let who = who(input.phone, input.conversation_id)?;
    let searching = call.app.searches.begin(tenant.tenant_id)?;
    let export = CustomerExport::begin(&call.app.tenants, tenant.tenant_id, &who).await?;
    drop(searching);
    call.did("data.exported", (tenant.tenant_id, &tenant.host), json!({ "customers": 1 })).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", export.file_name())))
        .streaming(Box::pin(export.into_body())))
}

/// Erases one customer's data.
///
/// Requires scope `admin`. Messages, profile, ids, files and stored requests are erased; counts stay, and so do amoCRM's
/// and the messenger's own copies. With `dry_run` it only counts. After an interruption it can be repeated.
#[utoipa::path(tag = "customers", params(
    ("tenant_id", description = "Parom's id of the account"),
), request_body = CustomerErasureIn, responses(
    (status = 200, description = "Dry run: counted, nothing changed", body = CustomerErasureCountOut),
    (status = 201, description = "Erased: the proof", body = CustomerErasureOut),
    (status = 403, description = "The key's scope is below `admin`"),
    (status = 404, description = "No such customer, or the account is unknown or outside the key's"),
    (status = 422, description = "Not exactly one of `phone` and `conversation_id`, an invalid phone number, or one that only ambiguous numbers may match"),
))]
#[post("/v1/tenants/{tenant_id}/customers/erase")]
pub async fn erase_customer(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.in_tenant(*tenant_id)?;
    call.key.needs(Scope::Admin)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let input = call.read::<CustomerErasureIn>().await?;
    let who = who(input.phone, input.conversation_id)?;
    let _searching = call.app.searches.begin(tenant_id)?;
    if input.dry_run {
        let erasure = tenant::erase::find(&call.app.tenants, tenant_id, &who).await?;
        if erasure.is_empty() && erasure.also_possible.is_empty() {
            return Err(Error::NotFound);
        }
        return Ok(HttpResponse::Ok().json(CustomerErasureCountOut {
            conversation_ids: erasure.conversations,
            messages: erasure.messages,
            files: erasure.files,
            also_possible: erasure.also_possible,
        }));
    }
    call.once(async {
        let erasure = tenant::erase(&call.app.tenants, tenant_id, &who, &format!("key:{}", call.key.id)).await?;
        call.did("data.erased", (tenant_id, &erasure.id.to_string()), json!(erasure.counts)).await?;
        Ok(HttpResponse::Created().json(CustomerErasureOut {
            id: erasure.id,
            counts: erasure.counts,
            also_possible: erasure.also_possible,
        }))
    })
    .await
}
