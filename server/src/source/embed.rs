//! How customers reach a web chat.

use connectors::kinds::is_web_chat;
use connectors::webchat::WebChatSettings;
use entity::source;

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
