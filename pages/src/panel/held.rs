//! `/panel/held/{source}`: new chats above the pace of their source, which are passed on or blocked together.

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::message::Person;
use domain::intake::block;
use sea_orm::{PaginatorTrait, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::{Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone, html, reasons};

/// Chats that are listed.
const MOST: u64 = 100;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/held/{source}", web::get().to(list)).route("/held/{source}", web::post().to(decide));
}

#[derive(Template)]
#[template(path = "panel/held.html")]
struct HeldPage {
    page: PageContext,
    source_id: String,
    source: String,
    pace: i32,
    count: u64,
    rows: Vec<HeldRow>,
    /// The newest chat that the page knows of.
    until: Uuid,
}

struct HeldRow {
    id: String,
    customer: String,
    begun: String,
}

async fn source(app: &PanelContext, member: &Member, id: &str) -> Result<entity::source::Model> {
    member.require(Right::EditCustomers)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    domain::source::find(&app.sources, member.tenant_id, id).await
}

/// `GET /panel/held/{source}`
async fn list(app: AppData, member: Member, id: web::Path<String>) -> Answer {
    let source = source(&app, &member, &id).await?;
    let page = member.page(member.words.text("held-title").with("source", source.name.as_str()), Nav::Conversations);
    let held = || block::held(member.tenant_id, source.id);
    let count = held().count(app.store.read()).await?;
    let chats = held().limit(MOST).all(app.store.read()).await?;
    let rows = chats.iter().map(|chat| {
        let person: Person = serde_json::from_str(&chat.contact).unwrap_or_default();
        HeldRow {
            id: chat.id.to_string(),
            customer: reasons::customer(&person, page.words),
            begun: page.time(&chat.created_at),
        }
    });
    let held = HeldPage {
        source_id: source.id.to_string(),
        source: source.name.clone(),
        pace: source.new_chats_per_hour,
        count,
        rows: rows.collect(),
        until: chats.first().map(|chat| chat.id).unwrap_or_default(),
        page: page.clone(),
    };
    html(&page, &held)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldForm {
    #[serde(rename = "do")]
    deed: String,
    until: Uuid,
}

/// `POST /panel/held/{source}`: for the chats that the page knew of.
async fn decide(app: AppData, member: Member, id: web::Path<String>, form: Form<HeldForm>) -> Answer {
    let source = source(&app, &member, &id).await?;
    let (of, db) = ((member.tenant_id, source.id), app.store.write());
    let (action, said) = if form.deed == "block" {
        block::block_held(db, of, form.until, &member.name).await?;
        ("customer.held_blocked", "held-blocked")
    } else {
        block::release_held(db, app.clock.millis(), of, form.until).await?;
        ("customer.held_released", "held-released")
    };
    member.audit(&app, db, action, &source.id.to_string(), json!({})).await?;
    let notice = Notice::of(Tone::Ok, member.words.text(said).with("crm", member.crm()));
    member.see_other(&app, &format!("/panel/held/{}", source.id), notice).await
}
