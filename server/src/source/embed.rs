//! How customers get to a web chat.

use entity::source;

use crate::app::App;
use crate::connector::webchat::WebChatSettings;

/// What an account's people give away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// The chat's own page.
    pub link: String,
    /// What stands on every page of a site: one line of HTML.
    pub line: String,
    /// No site is in the list: the line does nothing yet.
    pub nowhere: bool,
}

/// The link and the line of a source; none: it is no web chat.
pub fn embed(app: &App, source: &source::Model) -> Option<Embed> {
    let link = (source.kind == "webchat").then(|| format!("{}/chat/{}", app.public_url(), source.id))?;
    let line = format!("<script src=\"{link}/embed.js\" async></script>");
    let nowhere = WebChatSettings::stored(&source.settings).allowed_origins.is_empty();
    Some(Embed { link, line, nowhere })
}
