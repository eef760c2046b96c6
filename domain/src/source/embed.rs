//! How customers reach a web chat.

use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use entity::{chat_site, source};
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use std::collections::HashMap;

use crate::source::SourceContext;

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
