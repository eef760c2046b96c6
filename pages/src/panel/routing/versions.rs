//! The versions of the rules: who saved them when, and the way back.

use actix_web::web;
use askama::Template;
use base::error::Error;
use domain::route::versions as stored;
use entity::route_version;
use serde::Deserialize;

use super::LIST;
use crate::panel::{Answer, AppData, Form, Member, Nav, Notice, PageContext, Right, html};

struct VersionRow {
    row: route_version::Model,
    rules: usize,
    badge: String,
    may_restore: bool,
}

#[derive(Template)]
#[template(path = "panel/routing/versions.html")]
struct VersionsPage {
    page: PageContext,
    tab: &'static str,
    rows: Vec<VersionRow>,
    seen: i32,
}

/// `GET /panel/routing/versions`.
pub async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::Look)?;
    let page = member.page("routing-title", Nav::Routing);
    let may = member.may(Right::EditSources);
    let found = stored::list(app.store.read(), member.tenant_id).await?;
    let in_force = found.iter().find(|row| !row.is_draft).map(|row| row.number);
    let rows = found.into_iter().map(|row| {
        let is_in_force = Some(row.number) == in_force;
        let badge = match (is_in_force, row.is_draft) {
            (true, _) => page.badge("ok", page.words.text("routing-in-force")),
            (_, true) => page.badge("odd", page.words.text("routing-is-draft")),
            _ => String::new(),
        };
        let rules = stored::rules_of(&row).map_or(0, |rules| rules.rules.len());
        VersionRow { rules, badge, may_restore: may && !is_in_force, row }
    });
    let rows: Vec<VersionRow> = rows.collect();
    let seen = rows.iter().map(|row| row.row.number).max().unwrap_or_default();
    html(&page, &VersionsPage { tab: "versions", rows, seen, page: page.clone() })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreForm {
    seen: i32,
}

/// `POST /panel/routing/versions/{number}/restore`.
pub async fn restore(app: AppData, member: Member, number: web::Path<i32>, form: Form<RestoreForm>) -> Answer {
    member.require(Right::EditSources)?;
    let words = member.words;
    let done = stored::restore(&app, member.tenant_id, *number, Some(form.seen), &member.by()).await;
    let notice = match done {
        Ok(_) => Notice::done(words.text("routing-restored").with("number", *number)),
        Err(Error::Changed(_)) => Notice::failed(words.text("routing-changed")),
        Err(error) => return Err(error),
    };
    member.see_other(&app, LIST, notice).await
}
