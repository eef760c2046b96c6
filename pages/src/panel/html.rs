//! HTML responses: content security policy, framing, and no caching.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use anyhow::Context;
use askama::Template;
use domain::identity::realm::Realm;

use super::PageContext;
use crate::panel::Answer;

/// A template of the panel.
pub trait Markup: Template {}

impl<T: Template> Markup for T {}

/// A page with status 200.
pub fn html(page: &PageContext, template: &impl Markup) -> Answer {
    html_as(StatusCode::OK, page, template)
}

/// A page with another status, e.g. 422 for a rejected form.
pub fn html_as(status: StatusCode, page: &PageContext, template: &impl Markup) -> Answer {
    let text = template.render().context("a page of the panel")?;
    let mut answer = nothing_kept(status);
    if let Some(cookie) = &page.remembers {
        answer.append_header((header::SET_COOKIE, cookie.clone()));
    }
    if page.realm == Realm::Admin {
        answer
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header((header::VARY, "Accept-Language, Cookie"));
    }
    Ok(answer
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(page)))
        .insert_header((header::CONTENT_LANGUAGE, page.words.language().code()))
        .body(text))
}

/// A response that must not be cached.
pub fn nothing_kept(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // With `no-referrer`, browsers would omit the origin of our own forms.
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    answer
}

/// A 303 redirect.
pub fn to(path: &str) -> HttpResponse {
    nothing_kept(StatusCode::SEE_OTHER).insert_header((header::LOCATION, path)).finish()
}

fn policy(page: &PageContext) -> String {
    // Live updates and notifications.
    let live = if page.realm == Realm::Panel { "connect-src 'self'; worker-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; style-src 'self'; script-src 'nonce-{}'; img-src 'self' data:; {live}form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors {}",
        page.nonce, page.ancestors
    )
}

impl PageContext {
    /// amoCRM's payment page for this account.
    pub fn pay_url(&self) -> String {
        format!("https://{}/settings/pay/", self.account)
    }
}
