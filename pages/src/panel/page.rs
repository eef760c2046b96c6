//! The context of every template: reader, language, account, and helpers for small pieces of HTML.

use std::fmt::Display;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use base::browser::cookie;
use base::config::{Integration, Vendor};
use base::i18n::{self, Language, Sentence, When, Words, Zone};
use chrono::NaiveDate;
use domain::alert::OpenAlerts;
use domain::alert_notices::AlertNoticeContext;
use domain::announcements;
use domain::brand::Look;
use domain::delivery::DeliveryContext;
use domain::identity::realm::{self, Realm};
use domain::identity::slot::Slot;
use domain::identity::{IdentityContext, session};
use domain::intake::IntakeContext;
use domain::platform::{PlatformContext, stands_on};
use domain::source::SourceContext;
use domain::tenant::{TenantContext, TenantStatus, plan};
use domain::usage::{self, UsageContext};
use entity::{source, tenant};
use sea_orm::DbErr;
use url::Url;

use super::navigation::NavGroup;
use super::notice::{Notice, ToTone, Tone};
use super::switcher::OpenAccount;
use super::{MemberRole, Right, html};
use crate::legal;

/// A text key, or a sentence with its arguments.
pub trait Title {
    fn words(self, words: Words, crm: &'static str) -> String;
}

impl Title for &'static str {
    fn words(self, words: Words, crm: &'static str) -> String {
        words.text(self).with("crm", crm).to_string()
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
    /// Heading and window title.
    pub title: String,
    /// CSP nonce of the page's only script.
    pub nonce: String,
    /// `amoCRM` or `Kommo`; empty outside an account.
    pub crm: &'static str,
    /// The account's address; empty outside an account.
    pub account: String,
    /// The reader's name.
    pub name: String,
    pub role: Option<MemberRole>,
    pub framed: bool,
    /// Why an operator is viewing; empty if none is.
    pub looked_at: String,
    pub view_as: bool,
    /// When the operator's view ends, in milliseconds since 1970.
    pub looks_until: i64,
    pub theme: Theme,
    pub notice: Option<Notice>,
    /// Sentences above the page.
    pub strips: Vec<Strip>,
    /// How many things need attention, for the window's title; empty if none do.
    pub attention: String,
    /// The navigation.
    pub places: Vec<NavGroup>,
    /// Empty if the vendor configured none.
    pub support_url: String,
    /// The data processing agreement, if the vendor has one.
    pub agreement: Option<String>,
    pub look: Look,
    /// Stores the integration whose look this is, for pages without an account.
    pub(crate) remembers: Option<HeaderValue>,
    /// Marks the window title because a form was rejected.
    pub not_taken: bool,
    /// The database accepts no writes: pages can be read, but nothing can be changed.
    pub read_only: bool,
    /// The reader may belong to other accounts.
    pub may_switch: bool,
    /// The accounts that the browser is signed in to; empty if this is the only one.
    pub accounts: Vec<OpenAccount>,
    /// The session is restricted to one conversation: no navigation.
    pub bound: bool,
    /// The same page in the other languages, outside an account.
    pub language_hrefs: Vec<(Language, String)>,
    /// The admin's pages are never framed, and use no service worker.
    pub(crate) realm: Realm,
    /// Which of the browser's accounts the page's links and forms lead to.
    pub(crate) slot: Slot,
    pub(crate) csrf_token: String,
    /// Whether the page is below its entry of the navigation, which is then the way up.
    pub is_below: bool,
    pub(crate) now: i64,
    pub(crate) zone: Zone,
    /// Hosts that may frame the page, as in `frame-ancestors`.
    pub(crate) ancestors: String,
}

impl PageContext {
    /// The context of a page of the panel shown without a session.
    pub fn outside(app: &PanelContext, request: &HttpRequest, title: impl Title) -> Self {
        let words = Words::new(Language::of_request(request));
        let title = title.words(words, "amoCRM");
        let page = Self {
            framed: realm::is_framed(request),
            theme: Theme::of_request(request),
            slot: Slot::of_request(request),
            language_hrefs: words.language().others().map(|other| (other, in_language(request, other))).collect(),
            ..Self::bare(Realm::Panel, words, title, app.clock.millis(), app.is_read_only())
        };
        page.of_brand(app, chosen_integration(app, request).as_deref())
    }

    /// A page without a reader, navigation and forms.
    pub(crate) fn bare(realm: Realm, words: Words, title: String, now: i64, read_only: bool) -> Self {
        Self {
            words,
            title,
            nonce: session::new_token(),
            crm: "amoCRM",
            account: String::new(),
            name: String::new(),
            role: None,
            framed: false,
            looked_at: String::new(),
            view_as: false,
            looks_until: 0,
            theme: Theme::Auto,
            notice: None,
            strips: Vec::new(),
            attention: String::new(),
            places: Vec::new(),
            support_url: String::new(),
            agreement: None,
            look: Look::of(None),
            remembers: None,
            not_taken: false,
            read_only,
            may_switch: false,
            accounts: Vec::new(),
            bound: false,
            language_hrefs: Vec::new(),
            realm,
            slot: Slot::First,
            csrf_token: String::new(),
            is_below: false,
            now,
            zone: Zone::UTC,
            ancestors: "'none'".to_owned(),
        }
    }

    /// The same page with the name, look and addresses of an integration's brand.
    #[must_use]
    pub fn of_brand(mut self, app: &PanelContext, integration: Option<&Integration>) -> Self {
        self.words = Words::named(self.words.language(), integration.and_then(Integration::product));
        self.look = Look::of(integration);
        self.support_url = Vendor::of(&app.config, integration).support_url;
        self.agreement = legal::address(&app.config, integration, self.words.language());
        self
    }

    /// Whether a control is shown.
    pub fn may(&self, right: Right) -> bool {
        self.role.is_some_and(|role| right.is_of(role, self.view_as))
    }

    /// Gives the page at this path its navigation.
    pub(crate) fn navigates(&mut self, places: Vec<NavGroup>, path: &str) {
        self.places = places;
        self.is_below = self.here().is_some_and(|entry| entry.href != path);
    }

    /// The entry of the navigation under which the page is.
    pub fn here(&self) -> Option<&super::NavEntry> {
        self.places.iter().flat_map(|group| &group.entries).find(|one| one.current)
    }

    /// The themes to choose from; none in a frame.
    pub fn themes(&self) -> &'static [Theme] {
        if self.framed || self.account.is_empty() { &[] } else { &Theme::ALL }
    }

    /// Whether it belongs to no account, or to no operator.
    pub fn is_outside(&self) -> bool {
        match self.realm {
            Realm::Panel => self.account.is_empty(),
            Realm::Admin => self.places.is_empty(),
        }
    }

    /// The other language of the admin.
    pub fn other_language(&self) -> Language {
        match self.words.language() {
            Language::Ru => Language::En,
            Language::En | Language::Es | Language::Pt => Language::Ru,
        }
    }

    /// The languages that the reader may change to.
    pub fn languages(&self) -> [Language; 4] {
        Language::ALL
    }

    /// Whether its reader has a page about the own sign-in.
    pub fn has_own_page(&self) -> bool {
        !self.framed && !self.bound && !self.view_as
    }

    /// Whether the page has a session, so its forms need a CSRF token.
    pub fn has_session(&self) -> bool {
        !self.csrf_token.is_empty()
    }

    /// The hidden CSRF field of every form.
    pub fn csrf(&self) -> String {
        html::hidden(realm::CSRF, &self.csrf_token)
    }

    /// A number with decimals, formatted for the reader's language.
    pub fn decimal(&self, value: &f64, digits: usize) -> String {
        i18n::decimal(*value, digits, self.words.language())
    }

    /// `12 MB`
    pub fn bytes(&self, count: &u64) -> String {
        i18n::bytes(*count, self.words.language())
    }

    /// A state badge: icon and word.
    pub fn badge(&self, tone: impl ToTone, word: impl Display) -> String {
        html::badge(tone.tone(), word)
    }

    /// A messenger's icon.
    pub fn mark(&self, kind: &str) -> String {
        html::mark(kind)
    }

    /// A source's name with its messenger's icon; a dash for an unknown one.
    pub fn source(&self, source: Option<&source::Model>) -> String {
        let named =
            |source: &source::Model| format!("{}<bdi>{}</bdi>", self.mark(&source.kind), html::escaped(&source.name));
        source.map_or_else(|| "–".to_owned(), named)
    }

    /// A tone's icon.
    pub fn icon(&self, tone: impl ToTone) -> String {
        html::icon(tone.tone())
    }

    /// The placeholder for a text that the reader may not see.
    pub fn hidden(&self) -> Sentence {
        self.words.text("common-text-hidden")
    }

    /// The same page after a rejected form.
    #[must_use]
    pub fn with_error(self) -> Self {
        self.with_error_if(true)
    }

    /// The same page; after a rejected form if `rejected`.
    #[must_use]
    pub fn with_error_if(mut self, rejected: bool) -> Self {
        self.not_taken = rejected;
        self
    }

    /// The same page with its own notice.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    /// The same page, framable by these hosts.
    #[must_use]
    pub fn within(mut self, ancestors: String) -> Self {
        self.ancestors = ancestors;
        self
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

/// The cookie with the name of the integration whose account was opened last.
const BRAND: &str = "brand";

/// The integration whose brand such a page has: that of the address or of this browser's last account, else
/// the one that all have in common.
fn chosen_integration(app: &PanelContext, request: &HttpRequest) -> Option<Arc<Integration>> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let named = query.into_owned().find(|(name, _)| name == "integration").map(|(_, value)| value);
    let known = named.or_else(|| cookie::value(request, BRAND)).and_then(|name| app.integrations.named(&name));
    known.or_else(|| app.integrations.of_one_brand())
}

/// The cookie that says whose brand pages without an account have; none if the browser has it already.
pub(super) fn remembered(app: &PanelContext, request: &HttpRequest, integration: &Integration) -> Option<HeaderValue> {
    let is_known = cookie::value(request, BRAND).is_some_and(|name| name == integration.name);
    if is_known || (integration.brand.is_none() && cookie::value(request, BRAND).is_none()) {
        return None;
    }
    cookie::choice(&app.config.server.public_url, BRAND, "/panel", &integration.name)
}

impl PageContext {
    /// The name of a source's messenger, unless the source has the same.
    pub fn messenger_of(&self, source: &source::Model) -> Option<Sentence> {
        Some(self.words.text_of("connector-", &source.kind)).filter(|messenger| messenger.to_string() != source.name)
    }

    /// A time in the account's time zone.
    pub fn when(&self, millis: &i64) -> When {
        When::new(*millis, self.now, self.zone, self.words)
    }

    /// `<time>` as "5 minutes ago".
    pub fn time(&self, millis: &i64) -> String {
        html::ago(&self.when(millis))
    }

    /// `<time>` that is still to come, as "in 5 minutes".
    pub fn due(&self, millis: &i64) -> String {
        html::due(&self.when(millis))
    }

    /// `<time>` in a form that follows a preposition: "14:05", "18 Nov, 14:05".
    pub fn stamp(&self, millis: &i64) -> String {
        let when = self.when(millis);
        html::time(&when.stamp(), &when.machine(), &when.full())
    }

    /// `<time>` to the second; how long ago it was is in its title.
    pub fn exact(&self, millis: &i64) -> String {
        let when = self.when(millis);
        html::time(&when.exact(), &when.machine(), &format!("{} · {}", when.adverb(), when.full()))
    }

    /// A time to the second, for a sentence: "14:05:10".
    pub fn clock(&self, millis: &i64) -> String {
        self.when(millis).exact()
    }

    /// The age of a moment, as a duration.
    pub fn age(&self, millis: &i64) -> String {
        self.duration(&self.now.saturating_sub(*millis))
    }

    /// A day, or several in a row: `18 Nov`, `1 Jan 2027 – 6 Jan 2027`.
    pub fn days(&self, first: NaiveDate, last: NaiveDate) -> String {
        let date = |day: NaiveDate| self.when(&self.day_begins(day)).date();
        if first == last { date(first) } else { format!("{} – {}", date(first), date(last)) }
    }

    /// Today in the account's time zone: `2026-11-20`.
    pub fn today(&self) -> NaiveDate {
        self.zone.date_of(self.now)
    }

    /// When a day begins in the account's time zone.
    pub fn day_begins(&self, day: NaiveDate) -> i64 {
        self.zone.day_begins(day)
    }

    /// `2 min 5 s`
    pub fn duration(&self, millis: &i64) -> String {
        i18n::duration(*millis, self.words)
    }

    /// "Updates automatically · 14:05:10", an element that is refreshed with the rest of the page.
    pub fn live(&self) -> String {
        let when = self.when(&self.now);
        let say = |key: &'static str| html::escaped(self.words.text(key).with("stamp", when.clock_seconds()));
        // The script shows parts that only it can update (base.css); without a script the page shows its age.
        format!(
            r#"<p class="live small muted" data-live="live" data-lost="{}"><span class="by-script">{}</span><span class="by-hand">{} <a href="">{}</a></span></p>"#,
            say("common-live-lost"),
            say("common-live"),
            say("common-as-of"),
            say("common-refresh")
        )
    }
}

/// The cookie with the choice; without it the device decides.
const COOKIE: &str = "theme";

base::worded! {
    /// The theme of pages, in the order of the form; text keys are `theme-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Theme, as_str {
        /// The device's theme.
        Auto = "auto",
        Light = "light",
        Dark = "dark",
    }
}

impl Theme {
    /// The theme chosen in this browser.
    pub fn of_request(request: &HttpRequest) -> Self {
        if realm::is_framed(request) {
            return Self::Light;
        }
        cookie::value(request, COOKIE).and_then(|word| Self::parse(&word)).unwrap_or(Self::Auto)
    }

    /// The cookie that keeps this choice.
    pub fn cookie(self, url: &Url) -> Option<HeaderValue> {
        cookie::choice(url, COOKIE, "/panel", self.as_str())
    }
}

/// One sentence above the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    pub tone: Tone,
    pub text: String,
    /// The text of the link; empty if there is none.
    pub label: String,
    pub href: String,
}

/// Whose page it is, and in which language.
pub(super) struct StripReader<'page> {
    pub tenant: &'page tenant::Model,
    pub integration: Option<&'page Integration>,
    pub words: Words,
}

/// The strips of an account's page; none for the stream of events, which shows no page.
pub(super) async fn strips_of(
    app: &PanelContext,
    request: &HttpRequest,
    reader: &StripReader<'_>,
    open: &OpenAlerts,
) -> Result<Vec<Strip>, DbErr> {
    let StripReader { tenant, integration, words } = *reader;
    if request.match_info().as_str() == "/panel/events" {
        return Ok(Vec::new());
    }
    let now = app.clock.millis();
    let support = Vendor::of(&app.config, integration).support_url;
    let strip = |tone, text: String, label: &'static str, href: &str| Strip {
        tone,
        text,
        label: if href.is_empty() { String::new() } else { words.text(label).to_string() },
        href: href.to_owned(),
    };
    // Where the account's state is the page's first card, the same sentence is not repeated above it.
    let is_on_page = TenantStatus::shown(tenant) == TenantStatus::PlanEnded
        && matches!(request.match_info().as_str(), "/panel" | "/panel/" | "/panel/account");
    let end = plan::ending(&app.config, tenant, now, words).filter(|_| !is_on_page).map(|(text, is_over)| {
        let tone = if is_over { Tone::Bad } else { Tone::Warn };
        strip(tone, text.to_string(), "common-contact-support", &support)
    });
    let limits = usage::limit_notices(&app.usage, tenant, &open.limits, words).await?.into_iter().map(|notice| {
        let tone = if notice.is_bad { Tone::Bad } else { Tone::Warn };
        strip(tone, notice.text.to_string(), "common-contact-support", &support)
    });
    let announced = app.usage.announced.to(&app.store, tenant).await?;
    let announced = announced.iter().map(|row| {
        strip(Tone::Wait, announcements::text(row, words.language()).to_owned(), "common-details", &row.link)
    });
    Ok(end.into_iter().chain(limits).chain(announced).collect())
}

/// What the pages of panel and admin need.
pub struct PanelContext {
    pub platform: Arc<PlatformContext>,
    pub tenants: Arc<TenantContext>,
    pub sources: Arc<SourceContext>,
    pub delivery: Arc<DeliveryContext>,
    pub intake: Arc<IntakeContext>,
    pub usage: Arc<UsageContext>,
    pub identity: Arc<IdentityContext>,
    pub alert_notices: Arc<AlertNoticeContext>,
}

stands_on!(PanelContext);
