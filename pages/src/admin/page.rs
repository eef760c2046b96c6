//! The admin's pages in the common layout: their menu, and pages without one.

use actix_web::{HttpRequest, web};
use askama::Template;
use base::browser::asset::{self, Asset, PICTURE, STYLE};
use base::error::Error;
use base::i18n::{Sentence, Words};
use domain::identity::realm::Realm;
use domain::identity::realm::masked_csrf;

use super::letter::{ICON, ICON_NAME};
use super::operator::{AdminCounts, AdminVisitor};
use crate::panel::{Answer, NavEntry, NavGroup, PageContext, PanelContext, Title};

/// The entries of a group: addresses and message keys.
type Entries = &'static [(&'static str, &'static str)];

/// The menu in groups, each with the message key of its title; the first has none.
const MENU: [(&str, Entries); 5] = [
    ("", &[("/admin", "nav-overview")]),
    (
        "admin-menu-accounts",
        &[
            ("/admin/accounts", "admin-tenants"),
            ("/admin/takeovers", "takeover-admin"),
            ("/admin/announcements", "admin-announcements"),
        ],
    ),
    (
        "admin-menu-delivery",
        &[
            ("/admin/queues", "admin-queues"),
            ("/admin/undelivered", "nav-undelivered"),
            ("/admin/webhooks", "webhooks-title"),
        ],
    ),
    (
        "admin-menu-service",
        &[
            ("/admin/channels", "admin-integrations"),
            ("/admin/alerts", "admin-alerts"),
            ("/admin/doctor", "admin-doctor"),
        ],
    ),
    ("admin-menu-team", &[("/admin/operators", "admin-operators"), ("/admin/audit", "nav-audit")]),
];

impl AdminVisitor {
    /// A page with the menu. `nav`: the address of its entry; empty if it has none.
    pub fn page(&self, title: impl Title, nav: &str) -> PageContext {
        let counts = self.here.counts;
        let mut page = PageContext {
            name: self.name.clone(),
            notice: self.notice.clone(),
            attention: counts.title(),
            ..self.page_between_steps(title)
        };
        page.navigates(menu(&page, counts, nav), &self.path);
        page
    }

    /// A page without a menu whose forms belong to the session.
    pub fn page_between_steps(&self, title: impl Title) -> PageContext {
        let title = title.words(self.words, "amoCRM");
        PageContext {
            csrf_token: masked_csrf(&self.session.csrf),
            ..PageContext::bare(Realm::Admin, self.words, title, self.now, self.read_only)
        }
    }
}

fn menu(page: &PageContext, counts: AdminCounts, nav: &str) -> Vec<NavGroup> {
    let entry =
        |(href, key): &(&'static str, &'static str)| NavEntry::of(page, href, key, *href == nav, counts.of_entry(href));
    let title = |key: &'static str| if key.is_empty() { String::new() } else { page.words.text(key).to_string() };
    let group = |(key, entries): (&'static str, Entries)| NavGroup {
        title: title(key),
        entries: entries.iter().map(entry).collect(),
    };
    MENU.into_iter().map(group).collect()
}

/// A page for requests without a session.
pub fn bare(app: &PanelContext, words: Words, title: &'static str) -> PageContext {
    let title = title.words(words, "amoCRM");
    PageContext::bare(Realm::Admin, words, title, app.clock.millis(), app.is_read_only())
}

/// A page with one sentence.
#[derive(Template)]
#[template(path = "admin/said.html")]
pub struct SentencePage {
    pub page: PageContext,
    pub said: Sentence,
}

/// Asks whether to remove something for good.
#[derive(Template)]
#[template(path = "admin/confirm.html")]
pub struct RemovalPage {
    pub page: PageContext,
    pub says: Sentence,
    pub button: Sentence,
    pub action: String,
    pub back: &'static str,
}

fn file_of(name: &str) -> Option<Asset> {
    Some(match name {
        "admin.css" => (STYLE, include_str!("../../assets/admin/admin.css")),
        ICON_NAME => (PICTURE, ICON),
        _ => return None,
    })
}

/// `GET /admin/assets/{file}`
pub async fn asset(file: web::Path<String>, request: HttpRequest) -> Answer {
    Ok(asset::answer(file_of(&file).ok_or(Error::NotFound)?, &request))
}
