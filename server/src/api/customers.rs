//! What is recorded of a customer beside their messages: how their chats were linked to contacts, whether they are blocked, and what
//! they decided about marketing.

use actix_web::{HttpResponse, get, post, web};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::json::{Moment, Query};
use base::phone::Phone;
use base::store::in_transaction;
use domain::api_key::Scope;
use domain::contact;
use domain::cursor::ListOut;
use domain::delivery::read::chats;
use domain::intake::block;
use domain::marketing::{self, ConsentOf, ConsentWay, Decision};
use domain::tenant;
use entity::{contact_link, conversation, marketing_consent};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::conversations::find;
use super::request::{Call, PageQuery};

/// The most links that are returned.
const MOST: u64 = 200;

/// How a chat was linked to contacts.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityOut {
    /// The newest first; at most 200.
    pub links: Vec<ContactLinkOut>,
    /// Whether a person's decision about the contact is not carried out yet.
    pub is_changing: bool,
}

/// A link of a chat to a contact, or that it ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactLinkOut {
    pub id: Uuid,
    /// Null if the link is older than the record of links.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub at: Option<Moment>,
    /// Null if the chat has had no contact since.
    #[schema(required, example = "3102959")]
    pub amocrm_contact_id: Option<String>,
    /// A reason as in a conversation's `contact.why`.
    #[schema(example = "phone")]
    pub why: String,
    /// By which id: `phone`, `email`, `contact` (amoCRM's id, named by a developer or a person), `messenger`, `login` (the site's);
    /// null if that is unknown.
    #[schema(required, example = "phone")]
    pub id_kind: Option<String>,
    /// The id, masked.
    #[schema(required, example = "…33")]
    pub id_value: Option<String>,
    /// `proved` (the messenger or the site's signature vouches for the id), `likely`, or `told` (by amoCRM, a developer or a
    /// person).
    #[schema(example = "proved")]
    pub sureness: String,
    /// The person or key who decided; null if a rule or amoCRM did.
    #[schema(required)]
    pub by: Option<String>,
    /// Whether it can be undone: it is the present link, and its contact was not made for this chat.
    pub is_undoable: bool,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Moment>,
    #[schema(required)]
    pub undone_by: Option<String>,
}

async fn conversation_of(call: &Call, source_id: Uuid, text: &str) -> Result<conversation::Model> {
    let source = call.source_or_deleted(source_id).await?;
    find(&call.app, &source, text).await?.ok_or(Error::NotFound)
}

/// Lists a chat's contact links.
///
/// To which contact in amoCRM it was linked, by which id of the customer, how sure that is, and who decided.
#[utoipa::path(tag = "customers", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's"),
), responses(
    (status = 200, description = "The links", body = IdentityOut),
    (status = 404, description = "No such source or conversation"),
))]
#[get("/v1/sources/{source_id}/conversations/{conversation_id}/identity")]
pub async fn get_identity(call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    let chat = conversation_of(&call, path.0, &path.1).await?;
    Ok(HttpResponse::Ok().json(identity(call.app.store.read(), &chat).await?))
}

/// A chat's links as the API shows them.
pub async fn identity(db: &impl ConnectionTrait, chat: &conversation::Model) -> Result<IdentityOut, DbErr> {
    let links = contact::links(db, chat.tenant_id, &[chat.id], MOST).await?;
    let is_changing = contact::is_being_moved(db, chat.tenant_id, chat.id).await?;
    let links = links.into_iter().enumerate().map(|(place, link)| {
        let is_undoable = place == 0 && !is_changing && contact::is_undoable(&link, chat);
        shown(link, is_undoable)
    });
    Ok(IdentityOut { links: links.collect(), is_changing })
}

fn shown(link: contact_link::Model, is_undoable: bool) -> ContactLinkOut {
    let filled = |text: String| (!text.is_empty()).then_some(text);
    ContactLinkOut {
        id: link.id,
        at: link.made_at().map(Moment),
        amocrm_contact_id: (link.contact_id > 0).then(|| link.contact_id.to_string()),
        why: link.reason,
        id_kind: filled(link.id_kind),
        id_value: filled(link.id_value),
        sureness: link.sureness,
        by: filled(link.made_by),
        is_undoable,
        undone_at: link.undone_at.map(Moment),
        undone_by: filled(link.undone_by),
    }
}

/// Undoes a contact link.
///
/// The chat gets a contact of its own. It is made and linked in amoCRM within seconds, or as soon as amoCRM answers; then no
/// rule links the chat to another one. What was written into the former contact and its leads stays there.
#[utoipa::path(tag = "customers", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's"),
    ("link_id", description = "The link"),
), responses(
    (status = 202, description = "Stored; it will be done"),
    (status = 404, description = "No such source, conversation or link"),
    (status = 409, description = "The link is not the present one, or amoCRM does not know the chat yet"),
))]
#[post("/v1/sources/{source_id}/conversations/{conversation_id}/identity/{link_id}/undo")]
pub async fn undo_identity(call: Call, path: web::Path<(Uuid, String, Uuid)>) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let (source_id, conversation_id, link_id) = path.into_inner();
    let chat = conversation_of(&call, source_id, &conversation_id).await?;
    call.once(async {
        let by = call.by().await?;
        contact::separate(&call.app.tenants, &chat, link_id, by.actor.name()).await?;
        let object = (chat.tenant_id, &*chat.id.to_string());
        call.did("customer.separated", object, json!({ "contact_id": chat.contact_id })).await?;
        Ok(HttpResponse::Accepted().finish())
    })
    .await
}

/// Blocks the customer of a conversation.
///
/// What they write is stored with the status `shadow` and not passed on, and gets no automatic answer. amoCRM shows once who
/// blocked them. Repeating it changes nothing.
#[utoipa::path(tag = "customers", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's"),
), responses(
    (status = 204, description = "Blocked"),
    (status = 404, description = "No such source or conversation"),
))]
#[post("/v1/sources/{source_id}/conversations/{conversation_id}/block")]
pub async fn block_customer(call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    set_blocked(&call, &path, true).await
}

/// Unblocks the customer of a conversation.
///
/// What they write from now on is passed on; what was stored meanwhile is not. Repeating it changes nothing.
#[utoipa::path(tag = "customers", params(
    ("source_id", description = "The source"),
    ("conversation_id", description = "Parom's id of the conversation or the messenger's"),
), responses(
    (status = 204, description = "Unblocked"),
    (status = 404, description = "No such source or conversation"),
))]
#[post("/v1/sources/{source_id}/conversations/{conversation_id}/unblock")]
pub async fn unblock_customer(call: Call, path: web::Path<(Uuid, String)>) -> Result<HttpResponse> {
    set_blocked(&call, &path, false).await
}

async fn set_blocked(
    call: &Call,
    (source_id, conversation_id): &(Uuid, String),
    is_blocked: bool,
) -> Result<HttpResponse> {
    call.key.needs(Scope::Write)?;
    let chat = conversation_of(call, *source_id, conversation_id).await?;
    let by = call.by().await?;
    if block::set(&call.app.intake, &chat, is_blocked, by.actor.name()).await? {
        let action = if is_blocked { "customer.blocked" } else { "customer.unblocked" };
        call.did(action, (chat.tenant_id, &chat.id.to_string()), json!({})).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// What a customer decided about marketing messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct MarketingConsentOut {
    pub id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// Null if it was recorded for a number alone.
    #[schema(required)]
    pub conversation_id: Option<Uuid>,
    /// The first 32 hex digits of the SHA-256 of the number's digits (E.164); null if the number is unknown.
    #[schema(required)]
    pub phone_hash: Option<String>,
    /// `stopped` or `agreed`.
    #[schema(example = "stopped")]
    pub decision: String,
    /// `message` (the customer wrote it; `id` is that of the message), `form`, `person` (in the panel) or `api`.
    #[schema(example = "message")]
    pub way: String,
    /// The person or key that recorded it; null if the customer wrote it.
    #[schema(required)]
    pub by: Option<String>,
    #[schema(required)]
    pub evidence: Option<String>,
}

impl From<marketing_consent::Model> for MarketingConsentOut {
    fn from(row: marketing_consent::Model) -> Self {
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            at: Moment(marketing::decided_at(&row)),
            id: row.id,
            conversation_id: (!row.conversation_id.is_nil()).then_some(row.conversation_id),
            phone_hash: filled(row.phone_hash),
            decision: row.decision,
            way: row.way,
            by: filled(row.made_by),
            evidence: filled(row.evidence),
        }
    }
}

/// A decision to record. Name the customer by either `phone` or `conversation_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketingConsentIn {
    /// A number, which needs no chat yet. Without a country it takes the account's.
    #[schema(example = "+7 915 111-22-33")]
    phone: Option<String>,
    /// A conversation. The decision counts for all chats with its number only if that is surely the customer's own: the messenger
    /// or the site's signature vouches for it.
    conversation_id: Option<Uuid>,
    /// `stopped` or `agreed`.
    #[schema(example = "agreed")]
    decision: String,
    /// `form` if the customer filled in a form of yours; otherwise `api`.
    #[serde(default)]
    way: Option<String>,
    /// What proves it, at most 255 characters, e.g. the form's name.
    #[serde(default)]
    evidence: Option<String>,
}

/// Lists decisions about marketing.
///
/// The last entry of a customer counts. A template of the category marketing is refused with `marketing_stopped` after a stop.
#[utoipa::path(tag = "customers", params(("tenant_id", description = "Parom's id of the account"), PageQuery), responses(
    (status = 200, description = "A page of entries", body = ListOut<MarketingConsentOut>),
    (status = 404, description = "The account is unknown or outside the key's"),
    (status = 422, description = "Invalid limit or cursor"),
))]
#[get("/v1/tenants/{tenant_id}/marketing-consents")]
pub async fn list_marketing_consents(
    call: Call,
    tenant_id: web::Path<Uuid>,
    query: Query<PageQuery>,
) -> Result<HttpResponse> {
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let page = query.page(&["marketing-consents", &tenant_id.to_string()])?;
    let rows = marketing::page(call.app.store.read(), tenant_id, page.after, page.rows()).await?;
    let (rows, next_cursor) = page.cut(rows, |row| row.id);
    let items: Vec<MarketingConsentOut> = rows.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(ListOut { items, next_cursor }))
}

/// Records a decision about marketing.
///
/// What a customer decided in a form of yours or told you. The last entry counts, for the chat or for all chats with the number.
#[utoipa::path(tag = "customers", params(("tenant_id", description = "Parom's id of the account")),
    request_body = MarketingConsentIn, responses(
    (status = 201, description = "Recorded", body = MarketingConsentOut),
    (status = 404, description = "No such conversation, or the account is unknown or outside the key's"),
    (status = 422, description = "Not exactly one of `phone` and `conversation_id`, an invalid or ambiguous phone number, an unknown decision or way"),
))]
#[post("/v1/tenants/{tenant_id}/marketing-consents")]
pub async fn record_marketing_consent(mut call: Call, tenant_id: web::Path<Uuid>) -> Result<HttpResponse> {
    call.key.in_tenant(*tenant_id)?;
    call.key.needs(Scope::Write)?;
    let tenant_id = call.tenant(*tenant_id).await?.tenant_id;
    let input = call.read::<MarketingConsentIn>().await?;
    let one_of = |words: &'static str| LocalizedText::new("said-kind-unknown").with("known", words);
    let decision = Decision::parse(&input.decision);
    let decision = decision.ok_or_else(|| Error::field("/decision", one_of("stopped, agreed")))?;
    let way = match input.way.as_deref() {
        None | Some("api") => ConsentWay::Api,
        Some("form") => ConsentWay::Form,
        Some(_) => return Err(Error::field("/way", one_of("form, api"))),
    };
    let evidence = input.evidence.unwrap_or_default().replace('\0', "");
    if evidence.chars().count() > 255 {
        return Err(Error::field("/evidence", LocalizedText::new("said-most-characters").with("most", 255_u16)));
    }
    let of = match (input.phone, input.conversation_id) {
        (None, Some(id)) => {
            let chat = chats::one(call.app.store.read(), tenant_id, id).await?.ok_or(Error::NotFound)?;
            ConsentOf::Chat(Box::new(chat))
        }
        (Some(text), None) => {
            let country = tenant::country_of(&call.app.tenants, tenant_id).await?;
            let phone = Phone::parse(&text, country).filter(|phone| !phone.is_ambiguous());
            ConsentOf::Phone(phone.ok_or_else(|| Error::field("/phone", LocalizedText::new("said-phone")))?)
        }
        _ => return Err(Error::field("/phone", LocalizedText::new("said-customer-named"))),
    };
    call.once(async {
        let by = call.by().await?;
        let row = in_transaction(&call.app.store, async |tx| {
            let said = (by.actor.name(), evidence.as_str());
            let row = marketing::record(&call.app, tx, tenant_id, &of, (decision, way), said).await?;
            let (object, detail) = (row.id.to_string(), json!({ "decision": row.decision }));
            by.did(&call.app, tx, "customer.consent_recorded", (tenant_id, &object), detail).await?;
            Ok::<_, DbErr>(row)
        })
        .await?;
        Ok(HttpResponse::Created().json(MarketingConsentOut::from(row)))
    })
    .await
}
