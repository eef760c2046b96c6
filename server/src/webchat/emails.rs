//! Answers by e-mail as the rest of the chat knows them: the rows of `chat_email`, the links in letters (signed, for
//! one purpose and one chat each), and who came back by one.
//!
//! ```text
//! token = base64url(purpose (1) ‖ conversation (16) ‖ link_id (16) ‖ end in ms (8) ‖ HMAC-SHA256 of these (32))
//! ```

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use base::browser::cookie;
use base::message::Person;
use base::millis::HOUR;
use base::vault::Place;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connectors::webchat::WebChatSettings;
use domain::identity::mail;
use entity::chat_email::{self, Column};
use entity::{conversation, source};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, UpdateMany};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use url::Url;
use uuid::Uuid;

use crate::webchat::WebchatContext;
use crate::webchat::visitor::Visitor;

/// While a stream is open, its visitor's letter is put off so far; a stream looks four times as often.
const HERE: i64 = 60_000;

/// The row of a conversation.
pub(super) async fn of(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Option<chat_email::Model>, DbErr> {
    chat_email::Entity::find_by_id((tenant_id, conversation_id)).one(app.store.write()).await
}

/// How many addresses of an account are confirmed.
pub(super) async fn confirmed(app: &WebchatContext, tenant_id: Uuid) -> Result<u64, DbErr> {
    let confirmed = chat_email::Entity::of_tenant(tenant_id).filter(Column::ConfirmedAt.gt(0_i64));
    confirmed.count(app.store.read()).await
}

/// Stores a new request; it replaces an earlier one, whose links end.
pub(super) async fn store(app: &WebchatContext, row: &chat_email::Model) -> Result<(), DbErr> {
    let replaced = [
        Column::SourceId,
        Column::LinkId,
        Column::Address,
        Column::Language,
        Column::AskedAt,
        Column::ConfirmedAt,
        Column::AfterPosition,
        Column::AnsweredAt,
        Column::MailedAt,
        Column::NextAt,
        Column::Tries,
    ];
    let known = OnConflict::columns([Column::TenantId, Column::ConversationId]).update_columns(replaced).to_owned();
    chat_email::Entity::insert(row.clone().into_active_model())
        .on_conflict(known)
        .exec_without_returning(app.store.write())
        .await?;
    Ok(())
}

fn this(row: &chat_email::Model) -> UpdateMany<chat_email::Entity> {
    chat_email::Entity::update_of(row.tenant_id)
        .filter(Column::ConversationId.eq(row.conversation_id))
        .filter(Column::LinkId.eq(row.link_id))
}

/// Confirms the address; `after`: milliseconds until the first answers are sent. Confirming again changes nothing.
pub(super) async fn confirm(app: &WebchatContext, row: &chat_email::Model, after: i64) -> Result<(), DbErr> {
    let now = app.clock.millis();
    this(row)
        .col_expr(Column::ConfirmedAt, Expr::value(now))
        .col_expr(Column::MailedAt, Expr::value(0_i64))
        .col_expr(Column::Tries, Expr::value(0_i32))
        .col_expr(Column::NextAt, Expr::value(Some(now + after)))
        .filter(Column::ConfirmedAt.eq(0_i64))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// Ends the letters and forgets the address. Links back keep working until they expire.
pub(super) async fn end(app: &WebchatContext, row: &chat_email::Model) -> Result<(), DbErr> {
    this(row)
        .col_expr(Column::Address, Expr::value(Vec::<u8>::new()))
        .col_expr(Column::ConfirmedAt, Expr::value(0_i64))
        .col_expr(Column::NextAt, Expr::value(Option::<i64>::None))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The visitor reads the chat now, at whichever process: nothing is sent meanwhile.
pub(super) async fn is_read(app: &WebchatContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<(), DbErr> {
    let now = app.clock.millis();
    chat_email::Entity::update_of(tenant_id)
        .col_expr(Column::NextAt, Expr::value(Some(now + HERE)))
        .filter(Column::ConversationId.eq(conversation_id))
        .filter(Column::ConfirmedAt.gt(0_i64))
        .filter(Column::NextAt.lt(now + HERE / 2))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// A new row, unconfirmed; the letter that asks to confirm the address is due at once.
pub(super) fn new(
    app: &WebchatContext,
    source: &source::Model,
    conversation_id: Uuid,
    address: &str,
    language: &str,
) -> chat_email::Model {
    let row = conversation_id.to_string();
    let now = app.clock.millis();
    chat_email::Model {
        tenant_id: source.tenant_id,
        conversation_id,
        source_id: source.id,
        link_id: Uuid::new_v4(),
        address: app.vault.seal_text(source.tenant_id, Place::ChatEmail, &row, &SecretString::from(address)),
        language: language.to_owned(),
        asked_at: now,
        confirmed_at: 0,
        after_position: 0,
        answered_at: 0,
        mailed_at: 0,
        next_at: Some(now),
        tries: 0,
    }
}

/// The address; empty if the letters were ended.
pub(super) fn address(app: &WebchatContext, row: &chat_email::Model) -> anyhow::Result<String> {
    if row.address.is_empty() {
        return Ok(String::new());
    }
    let place = row.conversation_id.to_string();
    let address = app.vault.open_text(row.tenant_id, Place::ChatEmail, &place, &row.address)?;
    Ok(address.expose_secret().to_owned())
}

/// When an address that was not confirmed is deleted.
pub(super) fn expires_at(row: &chat_email::Model) -> i64 {
    row.asked_at + CONFIRM_LIFE
}

/// The purpose from which signatures are derived.
const KIND: &str = "chat e-mail link";
const SIGNED: usize = 1 + 16 + 16 + 8;
/// The expiry of a link that never expires.
const NEVER: i64 = i64::MAX;
/// How long an address can be confirmed, and how long it is kept if it is not: a day.
const CONFIRM_LIFE: i64 = 24 * HOUR;
/// Days for which a link back works.
pub(super) const BACK_DAYS: i64 = 7;

base::worded! {
    /// What a link may do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum TokenPurpose, path {
        /// Confirm the address.
        Confirm = "confirm",
        /// Open the conversation.
        Back = "back",
        /// End the letters.
        End = "end",
    }
}

impl TokenPurpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::Back => 2,
            Self::End => 3,
        }
    }

    fn end(self, now: i64) -> i64 {
        match self {
            Self::Confirm => now + CONFIRM_LIFE,
            Self::Back => now + BACK_DAYS * 24 * HOUR,
            Self::End => NEVER,
        }
    }
}

/// The address of a link.
pub(super) fn link(app: &WebchatContext, row: &chat_email::Model, purpose: TokenPurpose) -> String {
    let mut token = vec![purpose.byte()];
    token.extend(row.conversation_id.as_bytes());
    token.extend(row.link_id.as_bytes());
    token.extend(purpose.end(app.clock.millis()).to_be_bytes());
    let signature = app.vault.derive(KIND, &[&row.source_id.to_string(), &hex::encode(&token)]);
    token.extend(signature.as_slice());
    let (url, path) = (app.public_url(), purpose.path());
    format!("{url}/chat/{}/email/{path}?token={}", row.source_id, URL_SAFE_NO_PAD.encode(token))
}

/// The row of a valid link for this purpose; none if it is expired, replaced by a newer request, or not ours.
pub(super) async fn of_link(
    app: &WebchatContext,
    source: &source::Model,
    token: &str,
    purpose: TokenPurpose,
) -> Result<Option<chat_email::Model>, DbErr> {
    let Some((conversation_id, link_id)) = verify(app, source.id, token, purpose) else { return Ok(None) };
    let row = chat_email::Entity::find_by_id((source.tenant_id, conversation_id)).one(app.store.write()).await?;
    Ok(row.filter(|row| row.link_id == link_id && row.source_id == source.id))
}

fn verify(app: &WebchatContext, source_id: Uuid, token: &str, purpose: TokenPurpose) -> Option<(Uuid, Uuid)> {
    let token = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (signed, given) = token.split_at_checked(SIGNED)?;
    let parts = [&source_id.to_string(), &hex::encode(signed)];
    // Links stay valid after their signing key is replaced.
    let known = app.vault.derived(KIND, &parts.map(String::as_str));
    if !known.iter().any(|signature| signature.as_slice().ct_eq(given).into()) {
        return None;
    }
    let (byte, rest) = signed.split_first()?;
    let (conversation_id, rest) = rest.split_first_chunk::<16>()?;
    let (link_id, end) = rest.split_first_chunk::<16>()?;
    let end = i64::from_be_bytes(end.try_into().ok()?);
    let holds = *byte == purpose.byte() && end > app.clock.millis();
    holds.then_some((Uuid::from_bytes(*conversation_id), Uuid::from_bytes(*link_id)))
}

const COOKIE: &str = "parom_return";

/// Who came back by a letter's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Returned {
    /// No link was opened in this browser.
    No,
    As(Visitor),
    /// The link has expired or was replaced.
    Over,
}

/// The visitor as whom this browser came back.
pub(super) async fn returned(
    app: &WebchatContext,
    request: &HttpRequest,
    source: &source::Model,
) -> Result<Returned, DbErr> {
    match cookie::value(request, COOKIE) {
        None => Ok(Returned::No),
        Some(token) => of_token(app, source, &token).await,
    }
}

pub(super) async fn of_token(app: &WebchatContext, source: &source::Model, token: &str) -> Result<Returned, DbErr> {
    let Some(row) = of_link(app, source, token, TokenPurpose::Back).await? else { return Ok(Returned::Over) };
    let conversation =
        conversation::Entity::find_by_id((row.tenant_id, row.conversation_id)).one(app.store.read()).await?;
    let id = conversation.map(|conversation| conversation.external_id).filter(|id| !id.is_empty());
    Ok(id.map_or(Returned::Over, |id| Returned::As(Visitor { id })))
}

/// For this chat only, until the browser is closed, not readable by scripts.
pub(super) fn cookie_of(source_id: Uuid, public_url: &Url, token: String) -> Cookie<'static> {
    let path = format!("/chat/{source_id}");
    Cookie::build(cookie::name(public_url, COOKIE, &path), token)
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(cookie::is_secure(public_url))
        .finish()
}

/// Removes the cookie.
pub(super) fn over(source_id: Uuid, public_url: &Url) -> Cookie<'static> {
    let mut cookie = cookie_of(source_id, public_url, String::new());
    cookie.make_removal();
    cookie
}

/// Milliseconds after which an unread answer is sent; none if this chat or this server sends none.
pub(super) fn after(app: &WebchatContext, settings: &WebChatSettings) -> Option<i64> {
    let minutes = settings.email_answers_after.filter(|_| mail::is_on(&app.identity))?;
    Some(i64::from(minutes) * 60_000)
}

/// What the chat offers in a conversation: the address that the visitor gave before the chat, or an empty text; none if
/// an address is confirmed already.
pub(super) async fn offered(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> base::error::Result<Option<String>> {
    if of(app, tenant_id, conversation_id).await?.is_some_and(|row| row.confirmed_at > 0) {
        return Ok(None);
    }
    let conversation = conversation::Entity::find_by_id((tenant_id, conversation_id)).one(app.store.read()).await?;
    let contact: Option<Person> = conversation.and_then(|row| serde_json::from_str(&row.contact).ok());
    Ok(Some(contact.and_then(|contact| contact.email).unwrap_or_default()))
}
