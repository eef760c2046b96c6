//! `/panel/data`: what is kept how long, and the way to have it and to have it erased. For owners.

mod all;
mod customer;
mod export;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Member, Nav, PageContext, Right, html};
use crate::error::Result;

/// Paths are relative to `/panel`.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/data", web::get().to(show))
        .route("/data/export", web::get().to(export::download))
        .route("/data/customer", web::get().to(customer::ask))
        .route("/data/customer", web::post().to(customer::erase))
        .route("/data/all", web::get().to(all::ask))
        .route("/data/all", web::post().to(all::erase));
}

/// What is kept: words `data-kept-{class}` and `data-kept-{class}-term`.
const CLASSES: [&str; 6] = ["messages", "undelivered", "access", "sessions", "audit", "proofs"];

#[derive(Template)]
#[template(path = "panel/data.html")]
struct Data {
    page: PageContext,
    classes: [&'static str; 6],
    /// What the search field holds.
    who: String,
    /// What is wrong with it; empty: nothing.
    wrong: String,
}

/// `GET /panel/data`
async fn show(member: Member) -> Result<HttpResponse> {
    member.require(Right::SeeData)?;
    let page = member.page("data-title", Nav::Data);
    html(&page, &Data { page: page.clone(), classes: CLASSES, who: String::new(), wrong: String::new() })
}
