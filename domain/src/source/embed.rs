//! How customers reach a web chat.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use base::error::{Error, Result};
use base::i18n::{Language, LocalizedText, Words};
use base::store::{Store, in_transaction};
use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use entity::{chat_logo, chat_photo, chat_site, source};
use imagesize::ImageType;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::by::CHANGED;
use super::{By, SourceContext};

/// The link and the line to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbedCode {
    /// The chat's own page.
    pub link: String,
    /// One line of HTML for every page of a site.
    pub line: String,
    /// No site is allowed yet, so the line has no effect.
    pub nowhere: bool,
}

/// The link and the line of a source; none if it is not a web chat.
pub fn embed(app: &SourceContext, source: &source::Model) -> Option<EmbedCode> {
    let link = is_web_chat(&source.kind).then(|| format!("{}/chat/{}", app.public_url(), source.id))?;
    let line = format!("<script src=\"{link}/embed.js\" async></script>");
    let nowhere = WebChatSettings::stored(&source.settings).allowed_origins.is_empty();
    Some(EmbedCode { link, line, nowhere })
}

/// A site that may contain the chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatSite {
    pub origin: String,
    /// When one of its pages last loaded the chat, to the minute; milliseconds since 1970.
    pub seen_at: Option<i64>,
}

/// The sites in the source's settings, in their order.
pub async fn sites(app: &SourceContext, source: &source::Model) -> Result<Vec<ChatSite>, DbErr> {
    let allowed = WebChatSettings::stored(&source.settings).allowed_origins;
    if allowed.is_empty() {
        return Ok(Vec::new());
    }
    let rows = chat_site::Entity::of_tenant(source.tenant_id)
        .filter(chat_site::Column::SourceId.eq(source.id))
        .all(app.store.read())
        .await?;
    let seen: HashMap<String, i64> = rows.into_iter().map(|row| (row.origin, row.seen_at)).collect();
    let sites = allowed.into_iter().map(|origin| ChatSite { seen_at: seen.get(&origin).copied(), origin });
    Ok(sites.collect())
}

// What the preview of a web chat needs besides its settings: Parom's own texts, by the visitor's language.

/// The texts of a chat without own ones, in every language that it speaks.
pub fn preview_texts() -> Value {
    let all = Language::ALL.map(|language| (language.code().to_owned(), preview_texts_in(Words::new(language))));
    Value::Object(Map::from_iter(all))
}

/// The same for readers of one language.
pub fn preview_texts_in(words: Words) -> Value {
    let say = |key: &'static str| words.text(key).to_string();
    json!({
        "name": words.language().name(),
        "title": say("chat-title"),
        "greeting": say("chat-greeting"),
        "placeholder": say("chat-placeholder"),
        "send": say("chat-send"),
        "status": {
            "online": say("chat-status-online"),
            "minutes": say("chat-status-minutes"),
            "hour": say("chat-status-hour"),
            "day": say("chat-status-day"),
        },
        "away": say("chat-away"),
        "ask": { "name": say("chat-ask-name"), "phone": say("chat-ask-phone"), "email": say("chat-ask-email") },
        "optional": words.text("chat-optional").with("label", "{label}").to_string(),
        "rating": {
            "title": say("chat-rating"),
            "bad": say("chat-rating-bad"),
            "fair": say("chat-rating-fair"),
            "good": say("chat-rating-good"),
        },
        "mail": say("chat-mail"),
        "question": say("source-preview-question"),
        "answer": say("source-preview-answer"),
    })
}

// The logo of a site's chat and the photos of its team: small pictures that are stored as they were uploaded, and served only
// as what their bytes say.

/// Largest picture, in bytes.
pub const LOGO_BYTES: usize = 100 * 1024;
/// Width and height of a picture, in pixels.
pub const LOGO_PIXELS: RangeInclusive<usize> = 32..=1024;

/// Stores a picture as the logo of a web chat. 422 unless it is a PNG, JPEG or WebP picture within the limits.
pub async fn set_logo(app: &SourceContext, source: &source::Model, picture: Vec<u8>, by: &By) -> Result<()> {
    let mime_type = checked(&picture).map_err(|said| Error::field("picture", said))?;
    let version = version_of(&picture);
    let row = chat_logo::ActiveModel {
        tenant_id: Set(source.tenant_id),
        source_id: Set(source.id),
        picture: Set(picture),
        mime_type: Set(mime_type.to_owned()),
        created_at: Set(app.clock.millis()),
    };
    use chat_logo::Column;
    let key = OnConflict::columns([Column::TenantId, Column::SourceId])
        .update_columns([Column::Picture, Column::MimeType, Column::CreatedAt])
        .to_owned();
    store(app, source, Some(version), by, async |tx| {
        chat_logo::Entity::insert(row).on_conflict(key).exec_without_returning(tx).await.map(|_| ())
    })
    .await
}

/// Removes the logo; the chat shows the first letter of its title again.
pub async fn remove_logo(app: &SourceContext, source: &source::Model, by: &By) -> Result<()> {
    let (tenant_id, source_id) = (source.tenant_id, source.id);
    store(app, source, Some(String::new()), by, async |tx| {
        chat_logo::Entity::delete_of(tenant_id)
            .filter(chat_logo::Column::SourceId.eq(source_id))
            .exec(tx)
            .await
            .map(|_| ())
    })
    .await
}

/// Stores a picture as the photo of someone in the team of a web chat; no picture removes it. 404 if the team has no such name,
/// 422 as for the logo.
pub async fn set_photo(
    app: &SourceContext,
    source: &source::Model,
    name: &str,
    picture: Option<Vec<u8>>,
    by: &By,
) -> Result<()> {
    use chat_photo::Column;
    let team = WebChatSettings::stored(&source.settings).team;
    if !team.iter().any(|one| one == name) {
        return Err(Error::NotFound);
    }
    let mime_type = picture.as_deref().map(checked).transpose().map_err(|said| Error::field("picture", said))?;
    let row = picture.zip(mime_type).map(|(picture, mime_type)| chat_photo::ActiveModel {
        tenant_id: Set(source.tenant_id),
        source_id: Set(source.id),
        name: Set(name.to_owned()),
        picture: Set(picture),
        mime_type: Set(mime_type.to_owned()),
        created_at: Set(app.clock.millis()),
    });
    let others: Vec<&str> = team.iter().map(String::as_str).filter(|one| *one != name).collect();
    store(app, source, None, by, async |tx| {
        // And those of people who left the team.
        let old = chat_photo::Entity::delete_of(source.tenant_id).filter(Column::SourceId.eq(source.id));
        old.filter(Column::Name.is_not_in(others)).exec(tx).await?;
        match row {
            Some(row) => chat_photo::Entity::insert(row).exec_without_returning(tx).await.map(|_| ()),
            None => Ok(()),
        }
    })
    .await
}

/// The versions of a team's photos, by name: each changes with its picture.
pub async fn photos(store: &Store, source: &source::Model) -> Result<HashMap<String, i64>, DbErr> {
    use chat_photo::Column;
    let rows = chat_photo::Entity::of_tenant(source.tenant_id).filter(Column::SourceId.eq(source.id)).select_only();
    let rows: Vec<(String, i64)> =
        rows.column(Column::Name).column(Column::CreatedAt).into_tuple().all(store.read()).await?;
    Ok(rows.into_iter().collect())
}

async fn store(
    app: &SourceContext,
    source: &source::Model,
    logo: Option<String>,
    by: &By,
    write: impl AsyncFnOnce(&sea_orm::DatabaseTransaction) -> Result<(), DbErr>,
) -> Result<()> {
    in_transaction(&app.store, async |tx| {
        write(tx).await?;
        let detail = json!({ "fields": [if logo.is_some() { "logo" } else { "team" }] });
        if let Some(version) = logo {
            source::Entity::update_by_id((source.tenant_id, source.id))
                .col_expr(source::Column::Logo, Expr::value(version))
                .exec(tx)
                .await?;
        }
        by.did(app, tx, CHANGED, (source.tenant_id, &source.id.to_string()), detail).await
    })
    .await?;
    app.lookup.forget();
    Ok(())
}

/// The picture's type, or what is wrong with it.
fn checked(picture: &[u8]) -> Result<&'static str, LocalizedText> {
    let mime_type = match imagesize::image_type(picture) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Webp) => "image/webp",
        _ => return Err(LocalizedText::new("said-logo-kind")),
    };
    if picture.len() > LOGO_BYTES {
        return Err(LocalizedText::new("said-logo-bytes").with("most", LOGO_BYTES / 1024));
    }
    let size = imagesize::blob_size(picture).map_err(|_| LocalizedText::new("said-logo-kind"))?;
    if [size.width, size.height].iter().all(|side| LOGO_PIXELS.contains(side)) {
        return Ok(mime_type);
    }
    let said = LocalizedText::new("said-logo-pixels").with("least", *LOGO_PIXELS.start());
    Err(said.with("most", *LOGO_PIXELS.end()))
}

/// Changes with the picture, so that its address can be cached for ever.
fn version_of(picture: &[u8]) -> String {
    let hash = Sha256::digest(picture);
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
