//! `/panel/sources/{id}`: how one source is doing, and where customers write to.

use actix_web::web;
use askama::Template;
use base::i18n::Sentence;
use connectors::kinds::deep_link;

use super::health::{self, Health};
use super::history::{self, HistoryView};
use super::state_view::{SourceStateView, shown};
use super::{find, link};
use crate::delivery::dead;
use crate::panel::{self, Answer, AppData, Member, Nav, PageContext, Right};
use crate::source::EmbedCode;

#[derive(Template)]
#[template(path = "panel/sources/overview.html")]
struct SourceOverview {
    page: PageContext,
    tab: &'static str,
    id: String,
    may: bool,
    state: SourceStateView,
    held: Option<Sentence>,
    health: Health,
    embed: Option<EmbedCode>,
    /// The link that opens the bot, with a parameter for the origin, and what that is for.
    deep_link: Option<(String, Sentence)>,
    history: Option<HistoryView>,
}

/// `GET /panel/sources/{id}`.
pub async fn get(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = find(&app, &member, Right::Look, &id).await?;
    let page = member.page(member.words.text("source-title").with("name", source.name.as_str()), Nav::Sources);
    let state = crate::source::state(&app, &source).await?;
    let (count, oldest) = dead::held(&app, &source).await?;
    let held = (count > 0 && source.paused).then(|| {
        let stamp = page.when(&oldest.unwrap_or_default()).stamp();
        page.words.text("source-held").with("count", count).with("stamp", stamp)
    });
    let overview = SourceOverview {
        tab: "overview",
        id: source.id.to_string(),
        may: member.may(Right::EditSources),
        state: shown(&page, &source, &state),
        held,
        health: health::of(&app, &member, &page, &source).await?,
        embed: crate::source::embed(&app, &source),
        deep_link: crate::source::line::name_of(&source)
            .and_then(|name| deep_link(&source.kind, &name))
            .map(|link| link::with_hint(&page, link)),
        history: history::view(&app, &member, &page, &source).await?,
        page: page.clone(),
    };
    panel::html(&page, &overview)
}
