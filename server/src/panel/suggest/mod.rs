//! `GET /panel/suggest`: what the search by Ctrl K offers while a person types: sources by their names, settings by their
//! labels, and the message or chat whose id was pasted. The pages of the menu are on every page already.

mod of_sources;
mod settings;

use actix_web::web;
use askama::Template;
use base::error::Result;
use entity::{conversation, message};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use serde::Deserialize;
use uuid::Uuid;

use super::{Member, Nav, PageContext, PanelContext, Right, html};
use crate::delivery::read::find;
use crate::panel::{Answer, AppData};
use settings::{FoundSetting, Typed};

/// Sources and settings that are offered.
const SOURCES: usize = 5;
const SETTINGS: usize = 6;
/// Characters at least of a setting, and of an id.
const SETTING_CHARS: usize = 2;
const ID_CHARS: usize = 6;
/// Longest text that is looked for.
const CHARS: usize = 255;

#[derive(Deserialize)]
pub(super) struct SuggestQuery {
    #[serde(default)]
    q: String,
}

struct Suggestion {
    href: String,
    label: String,
    /// What it is: the messenger of a source, the page or the source of a setting, a message, a chat.
    kind: String,
}

#[derive(Template)]
#[template(path = "panel/suggestions.html")]
struct Suggestions {
    rows: Vec<Suggestion>,
}

/// `GET /panel/suggest?q=…`
pub(super) async fn get(app: AppData, member: Member, asked: web::Query<SuggestQuery>) -> Answer {
    member.require(Right::Look)?;
    let typed: String = asked.q.trim().chars().take(CHARS).collect();
    let page = member.page("palette-open", Nav::None);
    let mut rows = Vec::new();
    if !typed.is_empty() {
        rows.extend(sources(&app, &member, &typed).await?);
    }
    if typed.chars().count() >= SETTING_CHARS {
        rows.extend(of_settings(&app, &member, &page, &typed).await?);
    }
    if typed.chars().count() >= ID_CHARS {
        rows.extend(by_id(&app, &member, &typed).await?);
    }
    html(&page, &Suggestions { rows })
}

async fn sources(app: &PanelContext, member: &Member, typed: &str) -> Result<Vec<Suggestion>> {
    let wanted = typed.to_lowercase();
    let mut found = crate::source::all(&app.sources, member.tenant_id).await?;
    found.retain(|source| source.name.to_lowercase().contains(&wanted));
    found.sort_by_key(|source| source.name.to_lowercase());
    let of_source = |source: entity::source::Model| Suggestion {
        href: format!("/panel/sources/{}", source.id),
        kind: member.words.text_of("connector-", &source.kind).to_string(),
        label: source.name,
    };
    Ok(found.into_iter().take(SOURCES).map(of_source).collect())
}

/// The settings that fit best. A reader of a single chat has none.
async fn of_settings(app: &PanelContext, member: &Member, page: &PageContext, typed: &str) -> Result<Vec<Suggestion>> {
    if page.bound {
        return Ok(Vec::new());
    }
    let typed = Typed::of(typed);
    let mut found = settings::of_account(app, member, page, &typed).await?;
    found.extend(of_sources::settings(app, member, page, &typed).await?);
    // Those that fit equally well keep the order of their pages.
    found.sort_by_key(|one: &FoundSetting| one.rank);
    Ok(found.into_iter().take(SETTINGS).map(|one| one.suggestion).collect())
}

/// The messages and chats of the account that have this id at any side.
async fn by_id(app: &PanelContext, member: &Member, typed: &str) -> Result<Vec<Suggestion>> {
    let (db, tenant_id) = (app.store.read(), member.tenant_id);
    let found = find::by_id(db, tenant_id, typed).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let messages: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.is_in(found.messages))
        .select_only()
        .column(message::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let chats: Vec<Uuid> = conversation::Entity::of_tenant(tenant_id)
        .filter(conversation::Column::Id.is_in(found.conversations))
        .select_only()
        .column(conversation::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let suggested = |place: &str, word: &'static str, id: Uuid| Suggestion {
        href: format!("/panel/{place}/{id}"),
        label: typed.to_owned(),
        kind: member.words.text(word).to_string(),
    };
    let messages = messages.into_iter().map(|id| suggested("messages", "palette-message", id));
    Ok(messages.chain(chats.into_iter().map(|id| suggested("conversations", "palette-chat", id))).collect())
}
