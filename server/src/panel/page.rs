//! What every template knows: reader, language, account, and the small pieces of HTML.

use std::fmt::Display;

use actix_web::HttpRequest;

use super::markup;
use super::notice::{Notice, Tone};
use super::theme::Theme;
use super::{Right, Role};
use crate::app::App;
use crate::people::{door, form, token};
use crate::shed::is_read_only;
use crate::words::{self, Language, Sentence, When, Words, Zone};

/// The places of the navigation, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    Overview,
    Sources,
    Messages,
    Conversations,
    Undelivered,
    Import,
    Templates,
    Keys,
    Team,
    Audit,
    Data,
    Account,
    /// The reader's own sign-in; not in the list.
    Me,
    /// No place of the list.
    None,
}

const PLACES: &[(Nav, &str, &str, Right)] = &[
    (Nav::Overview, "/panel", "nav-overview", Right::Look),
    (Nav::Sources, "/panel/sources", "nav-sources", Right::Look),
    (Nav::Messages, "/panel/messages", "nav-messages", Right::Look),
    (Nav::Conversations, "/panel/conversations", "nav-conversations", Right::Look),
    (Nav::Undelivered, "/panel/undelivered", "nav-undelivered", Right::Look),
    (Nav::Import, "/panel/import", "nav-import", Right::Import),
    (Nav::Templates, "/panel/templates", "nav-templates", Right::Look),
    (Nav::Keys, "/panel/keys", "nav-keys", Right::ManageKeys),
    (Nav::Account, "/panel/account", "nav-account", Right::Look),
    (Nav::Team, "/panel/team", "nav-team", Right::SeeTeam),
    (Nav::Audit, "/panel/audit", "nav-audit", Right::SeeAudit),
    (Nav::Data, "/panel/data", "nav-data", Right::SeeData),
];

/// One place of the navigation.
#[derive(Clone, Debug)]
pub struct Place {
    pub href: &'static str,
    pub word: String,
    pub current: bool,
}

/// A key of the words, or a sentence that has its placeables already.
pub trait Title {
    fn words(self, words: Words, crm: &'static str) -> String;
}

impl Title for &'static str {
    fn words(self, words: Words, crm: &'static str) -> String {
        words.say(self).with("crm", crm).to_string()
    }
}

impl Title for Sentence {
    fn words(self, _: Words, _: &'static str) -> String {
        self.to_string()
    }
}

impl Title for String {
    fn words(self, _: Words, _: &'static str) -> String {
        self
    }
}

/// The field `page` of every template that extends `panel/base.html`.
#[derive(Clone, Debug)]
pub struct PageContext {
    pub words: Words,
    /// Heading and title of the window.
    pub title: String,
    /// Of the page's one script.
    pub nonce: String,
    /// `amoCRM` or `Kommo`; empty outside of an account.
    pub crm: &'static str,
    /// The account's address; empty outside of an account.
    pub account: String,
    /// The reader's name.
    pub name: String,
    pub role: Option<Role>,
    pub framed: bool,
    /// Why an operator looks; empty: no operator does.
    pub looked_at: String,
    pub view_as: bool,
    /// When an operator's look ends, milliseconds since 1970.
    pub looks_until: i64,
    pub theme: Theme,
    pub notice: Option<Notice>,
    /// Empty: the vendor gave none.
    pub support_url: String,
    /// The title says that a form was not taken.
    pub not_taken: bool,
    /// The database takes nothing: looking works, changing does not.
    pub read_only: bool,
    /// The reader may belong to other accounts.
    pub may_switch: bool,
    /// The session is bound to one conversation: no navigation.
    pub bound: bool,
    /// The same page in the other language, outside of an account.
    pub other_language_href: String,
    pub(super) nav: Nav,
    pub(super) csrf_token: String,
    pub(super) now: i64,
    pub(super) zone: Zone,
    /// What may put the page into a frame, as in `frame-ancestors`.
    pub(super) ancestors: String,
}

impl PageContext {
    /// Of a page for whoever is not signed in.
    pub fn outside(app: &App, request: &HttpRequest, title: impl Title) -> Self {
        let words = Words::new(Language::of_request(request));
        Self {
            words,
            title: title.words(words, "amoCRM"),
            nonce: token::new(),
            crm: "amoCRM",
            account: String::new(),
            name: String::new(),
            role: None,
            framed: door::is_framed(request),
            looked_at: String::new(),
            view_as: false,
            looks_until: 0,
            theme: Theme::of_request(request),
            notice: None,
            support_url: app.config.vendor.support_url.clone(),
            not_taken: false,
            read_only: is_read_only(app),
            may_switch: false,
            bound: false,
            other_language_href: in_language(request, other(words.language())),
            nav: Nav::None,
            csrf_token: String::new(),
            now: app.clock.millis(),
            zone: Zone::UTC,
            ancestors: "'none'".to_owned(),
        }
    }

    /// Whether a control is drawn.
    pub fn may(&self, right: Right) -> bool {
        self.role.is_some_and(|role| right.is_of(role, self.view_as))
    }

    /// The navigation as this reader has it.
    pub fn places(&self) -> Vec<Place> {
        if self.account.is_empty() || self.bound {
            return Vec::new();
        }
        let seen = PLACES.iter().filter(|(.., right)| self.may(*right));
        seen.map(|(nav, href, word, _)| Place {
            href,
            word: self.words.say(*word).with("crm", self.crm).to_string(),
            current: *nav == self.nav,
        })
        .collect()
    }

    /// The looks that somebody may choose from; none in a frame.
    pub fn themes(&self) -> &'static [Theme] {
        if self.framed || self.account.is_empty() { &[] } else { &Theme::ALL }
    }

    /// The language that the page could have instead.
    pub fn other_language(&self) -> Language {
        other(self.words.language())
    }

    /// Whether forms of the page belong to a session.
    pub fn has_session(&self) -> bool {
        !self.csrf_token.is_empty()
    }

    /// The hidden field of every form.
    pub fn csrf(&self) -> String {
        markup::hidden(form::CSRF, &self.csrf_token)
    }

    /// A moment in the account's zone.
    pub fn when(&self, millis: &i64) -> When {
        When::new(*millis, self.now, self.zone, self.words)
    }

    /// `<time>` that reads "5 minutes ago".
    pub fn time(&self, millis: &i64) -> String {
        let when = self.when(millis);
        markup::time(&when.adverb(), &when.machine(), &when.full())
    }

    /// `<time>` that reads as after a preposition: "14:05", "18 Nov, 14:05".
    pub fn stamp(&self, millis: &i64) -> String {
        let when = self.when(millis);
        markup::time(&when.stamp(), &when.machine(), &when.full())
    }

    /// `2 min 5 s`
    pub fn duration(&self, millis: &i64) -> String {
        words::duration(*millis, self.words)
    }

    /// A number with decimals in the reader's way.
    pub fn decimal(&self, value: &f64, digits: usize) -> String {
        words::decimal(*value, digits, self.words.language())
    }

    /// `12 MB`
    pub fn bytes(&self, count: &u64) -> String {
        words::bytes(*count, self.words.language())
    }

    /// A state: icon and word. `tone`: ok, wait, warn, bad, off, odd.
    pub fn badge(&self, tone: &str, word: impl Display) -> String {
        markup::badge(tone_of(tone), word)
    }

    /// A tone's icon.
    pub fn icon(&self, tone: &str) -> String {
        markup::icon(tone_of(tone))
    }

    /// "Updates by itself · 14:05:10", an element that is renewed with the rest.
    pub fn live(&self) -> String {
        let when = self.when(&self.now);
        let say = |key: &'static str| markup::escaped(self.words.say(key).with("stamp", when.clock_seconds()));
        format!(
            r#"<p class="live small muted" data-live="live" data-lost="{}">{}</p>"#,
            say("common-live-lost"),
            say("common-live")
        )
    }

    /// What stands in place of a text that the reader may not see.
    pub fn hidden(&self) -> Sentence {
        self.words.say("common-text-hidden")
    }

    /// The same page, shown because a form was not taken.
    #[must_use]
    pub fn with_error(mut self) -> Self {
        self.not_taken = true;
        self
    }

    /// The same page with a notice of its own.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    /// The same page, which may stand in frames of these hosts.
    #[must_use]
    pub fn within(mut self, ancestors: String) -> Self {
        self.ancestors = ancestors;
        self
    }
}

fn other(language: Language) -> Language {
    match language {
        Language::En => Language::Ru,
        Language::Ru => Language::En,
    }
}

fn in_language(request: &HttpRequest, language: Language) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if name != "lang" {
            query.append_pair(&name, &value);
        }
    }
    format!("?{}", query.append_pair("lang", language.code()).finish())
}

fn tone_of(word: &str) -> Tone {
    let all = [Tone::Ok, Tone::Wait, Tone::Warn, Tone::Bad, Tone::Off, Tone::Odd];
    all.into_iter().find(|tone| tone.as_str() == word).unwrap_or(Tone::Odd)
}
