//! The common layout of the admin's pages: header, menu, notice, language.

use std::borrow::Borrow;
use std::fmt::Display;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use base::i18n::{self, Language, Sentence, When, Words, Zone};

use super::counts::{self, AdminCounts};
use super::operator::AdminVisitor;
use super::refused::Result;
use crate::identity::form::{CSRF, masked};
use crate::identity::session as sessions;
use crate::panel::PanelContext;
use crate::panel::{Notice, Tone, markup, nothing_kept, shown_count};

/// A menu entry: its address and message key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminNav {
    pub href: &'static str,
    pub key: &'static str,
}

/// The menu.
pub const MENU: [AdminNav; 11] = [
    AdminNav { href: "/admin", key: "nav-overview" },
    AdminNav { href: "/admin/accounts", key: "admin-tenants" },
    AdminNav { href: "/admin/channels", key: "admin-integrations" },
    AdminNav { href: "/admin/queues", key: "admin-queues" },
    AdminNav { href: "/admin/undelivered", key: "nav-undelivered" },
    AdminNav { href: "/admin/alerts", key: "admin-alerts" },
    AdminNav { href: "/admin/announcements", key: "admin-announcements" },
    AdminNav { href: "/admin/webhooks", key: "webhooks-title" },
    AdminNav { href: "/admin/doctor", key: "admin-doctor" },
    AdminNav { href: "/admin/audit", key: "nav-audit" },
    AdminNav { href: "/admin/operators", key: "admin-operators" },
];

/// The layout of a page, and helpers for its parts.
#[derive(Clone, Debug)]
pub struct AdminPage {
    pub words: Words,
    /// `<h1>` and `<title>`.
    pub title: String,
    /// A form of this page was rejected.
    pub error: bool,
    /// The menu entry of the page; empty if none.
    pub nav: &'static str,
    /// The operator's name; empty without a session, then there is no menu.
    pub name: String,
    pub notice: Option<Notice>,
    /// What needs attention, for the menu and the title.
    pub counts: AdminCounts,
    /// The database accepts no writes: pages can be read but not changed.
    pub read_only: bool,
    /// CSP nonce of this response's scripts.
    pub nonce: String,
    csrf: String,
    now: i64,
}

impl AdminPage {
    /// A page without a menu, for requests without a session and for those between the two steps.
    pub fn bare(app: &PanelContext, words: Words, title: impl ToString) -> Self {
        Self {
            words,
            title: title.to_string(),
            error: false,
            nav: "",
            name: String::new(),
            notice: None,
            counts: AdminCounts::default(),
            read_only: app.is_read_only(),
            nonce: crate::identity::token::new(),
            csrf: String::new(),
            now: app.clock.millis(),
        }
    }

    /// A page without a menu whose forms belong to a session.
    pub fn half_way(app: &PanelContext, visitor: &AdminVisitor, title: impl ToString) -> Self {
        Self { csrf: masked(&visitor.session.csrf), ..Self::bare(app, visitor.words, title) }
    }

    /// A page of the menu. Shows the notice of the last action once.
    pub async fn of(
        app: &PanelContext,
        visitor: &AdminVisitor,
        nav: &'static str,
        title: impl ToString,
    ) -> Result<Self> {
        let notice = serde_json::from_str(&sessions::notice(&app.identity, &visitor.session)).ok();
        if !visitor.session.notice.is_empty() && !app.is_read_only() {
            sessions::set_notice(&app.identity, app.store.write(), &visitor.session, "").await?;
        }
        let name = visitor.shown_name().to_owned();
        let counts = counts::all(app).await;
        Ok(Self { nav, name, notice, counts, ..Self::half_way(app, visitor, title) })
    }

    /// The same page with a rejected form.
    #[must_use]
    pub fn with_error(mut self) -> Self {
        self.error = true;
        self
    }

    pub fn menu(&self) -> &'static [AdminNav] {
        if self.name.is_empty() { &[] } else { &MENU }
    }

    /// The text of a menu entry.
    pub fn place(&self, place: &AdminNav) -> Sentence {
        self.words.text(place.key)
    }

    /// The number beside a menu entry, and what it counts; none if nothing needs attention there.
    pub fn count(&self, place: &AdminNav) -> Option<(String, Sentence)> {
        let (count, key) = self.counts.of_entry(place.href)?;
        Some((shown_count(count), self.words.text(key).with("count", count)))
    }

    /// The other available language.
    pub fn other_language(&self) -> Language {
        match self.words.language() {
            Language::Ru => Language::En,
            Language::En | Language::Es | Language::Pt => Language::Ru,
        }
    }

    /// The hidden CSRF field of a form.
    pub fn csrf(&self) -> String {
        markup::hidden(CSRF, &self.csrf)
    }

    /// `<time>` as "5 minutes ago".
    pub fn time(&self, at: &i64) -> String {
        markup::ago(&self.when(*at))
    }

    /// `<time>` that is still to come, as "in 5 minutes".
    pub fn due(&self, at: &i64) -> String {
        markup::due(&self.when(*at))
    }

    /// A time to the second, for a sentence: "14:05:10".
    pub fn exact(&self, at: &i64) -> String {
        self.when(*at).exact()
    }

    /// The age, as a duration.
    pub fn age(&self, at: &i64) -> String {
        i18n::duration(self.now.saturating_sub(*at), self.words)
    }

    pub fn when(&self, at: i64) -> When {
        When::new(at, self.now, Zone::UTC, self.words)
    }

    /// A state as text with its tone's icon.
    pub fn badge(&self, tone: impl Borrow<Tone>, text: impl Display) -> String {
        markup::badge(*tone.borrow(), text)
    }

    pub fn icon(&self, tone: &str) -> String {
        let tones = [Tone::Ok, Tone::Wait, Tone::Warn, Tone::Bad, Tone::Odd];
        markup::icon(tones.into_iter().find(|known| known.as_str() == tone).unwrap_or(Tone::Off))
    }
}

/// A page with one sentence.
#[derive(Template)]
#[template(path = "admin/said.html")]
pub struct SentencePage<S: std::fmt::Display> {
    pub page: AdminPage,
    pub said: S,
}

/// A page with status 200.
pub fn html(page: &AdminPage, template: &impl Template) -> HttpResponse {
    html_as(StatusCode::OK, page, template)
}

/// [`html`] with another status. Pages must not be cached or framed.
pub fn html_as(status: StatusCode, page: &AdminPage, template: &impl Template) -> HttpResponse {
    let text = match template.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "an admin page could not be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'nonce-{}'; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        page.nonce
    );
    nothing_kept(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::CONTENT_LANGUAGE, page.words.language().code()))
        .insert_header((header::VARY, "Accept-Language, Cookie"))
        .body(text)
}

/// 303 to a page that shows this notice once.
pub async fn see_other(app: &PanelContext, visitor: &AdminVisitor, to: &str, notice: Notice) -> Result<HttpResponse> {
    let notice = serde_json::to_string(&notice).map_err(anyhow::Error::from)?;
    sessions::set_notice(&app.identity, app.store.write(), &visitor.session, &notice).await?;
    Ok(redirect(to))
}

/// A 303 redirect.
pub fn redirect(to: &str) -> HttpResponse {
    nothing_kept(StatusCode::SEE_OTHER).insert_header((header::LOCATION, to)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_has_a_sign() {
        let styles = include_str!("../../assets/panel/base.css");
        for AdminNav { href, .. } in MENU {
            assert!(styles.contains(&format!("a[href=\"{href}\"]")), "{href} is drawn as a square");
        }
    }
}
