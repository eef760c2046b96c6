//! Saved views of the list of messages: filters under a name, for everyone in the account. A search is not kept: it may be
//! a customer's name or number, which an erasure would have to find here.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use base::i18n::Sentence;
use base::store::in_transaction;
use entity::saved_view::{self, Column, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::message_query::MessagesQuery;
use super::{Answer, AppData, EmptyForm, Form, Member, Nav, Notice, PageContext, Right, html_as};

/// Views of an account.
const MOST: usize = 20;
/// Characters of a name.
const LONGEST: usize = 60;
const HERE: &str = "/panel/messages/views";
const LIST: &str = "/panel/messages";

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/messages/views", web::get().to(show))
        .route("/messages/views", web::post().to(save))
        .route("/messages/views/{id}", web::post().to(rename))
        .route("/messages/views/{id}/delete", web::post().to(delete));
}

/// A view above the list.
pub struct View {
    pub name: String,
    pub href: String,
    /// The list shows it now.
    pub current: bool,
}

impl View {
    /// An account's views by name.
    pub(super) async fn all(
        db: &impl ConnectionTrait,
        tenant_id: Uuid,
        shown: &MessagesQuery,
    ) -> Result<Vec<Self>, DbErr> {
        let now = shown.saved();
        let one =
            |row: Model| Self { current: row.query == now, href: format!("{LIST}?{}", row.query), name: row.name };
        Ok(rows(db, tenant_id).await?.into_iter().map(one).collect())
    }
}

async fn rows(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let mut rows = saved_view::Entity::of_tenant(tenant_id).all(db).await?;
    rows.sort_by_key(|row| (row.name.to_lowercase(), row.id));
    Ok(rows)
}

#[derive(Template)]
#[template(path = "panel/messages/views.html")]
struct ViewsPage {
    page: PageContext,
    rows: Vec<Model>,
    may: bool,
    longest: usize,
}

/// `GET /panel/messages/views`
async fn show(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    page(&app, &member, StatusCode::OK, None).await
}

async fn page(app: &AppData, member: &Member, status: StatusCode, wrong: Option<Sentence>) -> Answer {
    let page = member.page("views-title", Nav::Messages).with_error_if(wrong.is_some());
    let page = match wrong {
        Some(said) => page.with_notice(Notice::failed(said)),
        None => page,
    };
    let views = ViewsPage {
        rows: rows(app.store.read(), member.tenant_id).await?,
        may: page.may(Right::Retry),
        longest: LONGEST,
        page: page.clone(),
    };
    html_as(status, &page, &views)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveForm {
    name: String,
    /// The filters, as in the address of the list.
    filter: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RenameForm {
    name: String,
}

/// A name as it is stored; none if it is empty or too long.
fn named(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST).contains(&name.chars().count()) && !name.contains('\0');
    fits.then_some(name)
}

/// Why a view is not stored under a name.
fn refusal(member: &Member, rows: &[Model], name: Option<&str>, but: Option<Uuid>) -> Option<Sentence> {
    let words = member.words;
    let Some(name) = name else { return Some(words.text("views-name-wrong").with("longest", LONGEST)) };
    let same = |row: &&Model| Some(row.id) != but && row.name.to_lowercase() == name.to_lowercase();
    if let Some(row) = rows.iter().find(same) {
        return Some(words.text("views-name-taken").with("name", row.name.as_str()));
    }
    (but.is_none() && rows.len() >= MOST).then(|| words.text("views-too-many").with("most", MOST))
}

/// `POST /panel/messages/views`
async fn save(app: AppData, member: Member, form: Form<SaveForm>) -> Answer {
    member.require(Right::Retry)?;
    let query = MessagesQuery::parse(&form.filter).saved();
    let name = named(&form.name);
    let saved = in_transaction(&app.store, async |tx| {
        let rows = rows(tx, member.tenant_id).await?;
        if let Some(said) = refusal(&member, &rows, name.as_deref(), None) {
            return Ok(Some(said));
        }
        let row = Model {
            tenant_id: member.tenant_id,
            id: app.clock.uuid_v7(),
            name: name.clone().unwrap_or_default(),
            query: query.clone(),
            author: member.name.clone(),
            created_at: app.clock.millis(),
        };
        let object = row.name.clone();
        saved_view::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
        member.audit(&app, tx, "view.saved", &object, json!({})).await?;
        Ok::<_, DbErr>(None)
    })
    .await?;
    if let Some(said) = saved {
        return page(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await;
    }
    let said = member.words.text("views-saved").with("name", name.unwrap_or_default());
    member.see_other(&app, &format!("{LIST}?{query}"), Notice::done(said)).await
}

/// `POST /panel/messages/views/{id}`
async fn rename(app: AppData, member: Member, id: web::Path<Uuid>, form: Form<RenameForm>) -> Answer {
    member.require(Right::Retry)?;
    let name = named(&form.name);
    let refused = in_transaction(&app.store, async |tx| {
        let rows = rows(tx, member.tenant_id).await?;
        let row = rows.iter().find(|row| row.id == *id).ok_or(Error::NotFound)?;
        if let Some(said) = refusal(&member, &rows, name.as_deref(), Some(*id)) {
            return Ok(Some(said));
        }
        let name = name.as_deref().unwrap_or_default();
        saved_view::Entity::update_of(member.tenant_id)
            .col_expr(Column::Name, Expr::value(name))
            .filter(Column::Id.eq(*id))
            .exec(tx)
            .await?;
        member.audit(&app, tx, "view.renamed", name, json!({ "old": row.name })).await?;
        Ok::<_, Error>(None)
    })
    .await?;
    match refused {
        Some(said) => page(&app, &member, StatusCode::UNPROCESSABLE_ENTITY, Some(said)).await,
        None => member.see_other(&app, HERE, Notice::done(member.words.text("views-renamed"))).await,
    }
}

/// `POST /panel/messages/views/{id}/delete`
async fn delete(app: AppData, member: Member, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    member.require(Right::Retry)?;
    in_transaction(&app.store, async |tx| {
        let rows = rows(tx, member.tenant_id).await?;
        let row = rows.iter().find(|row| row.id == *id).ok_or(Error::NotFound)?;
        saved_view::Entity::delete_of(member.tenant_id).filter(Column::Id.eq(*id)).exec(tx).await?;
        member.audit(&app, tx, "view.deleted", &row.name, json!({})).await?;
        Ok::<_, Error>(())
    })
    .await?;
    member.see_other(&app, HERE, Notice::done(member.words.text("views-deleted"))).await
}
