//! What all pages share: language, header of an account, security policy, assets.

use std::sync::Arc;

use askama::Template;

use crate::crm::breakage;
use crate::crm::core::Core;
use crate::crm::state::{Account, State, User};
use crate::kit::{Answer, Call, Language, Words, page_by, page_of};

/// Forms lead to our own pages alone.
pub(super) const SELF: &str = "'self'";

/// Languages of amoCRM's and Kommo's interface besides those of these pages; chosen by `?lang=`.
const INTERFACE: [&str; 2] = ["es", "pt"];

/// Data common to all pages: the language and how links keep it.
pub(super) struct Frame {
    pub(super) words: Words,
    /// The language of the user's interface, which chooses a widget's texts.
    pub(super) user_language: &'static str,
    /// `lang=ru` if the reader chose a language by a link, else empty.
    pub(super) language_query: String,
    /// The same page in the other language.
    pub(super) other_href: String,
}

impl Frame {
    pub(super) fn of(call: &Call) -> Self {
        let asked = call.query("lang");
        let language = Language::choose(asked, call.header("accept-language").unwrap_or_default());
        let user_language = INTERFACE.into_iter().find(|one| asked == Some(one)).unwrap_or(language.code());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(call.query.iter().filter(|(key, _)| key != "lang"))
            .append_pair("lang", language.other().code())
            .finish();
        Self {
            words: Words { language, own: include_str!("words.tsv") },
            user_language,
            language_query: asked.map_or_else(String::new, |_| format!("lang={user_language}")),
            other_href: format!("/{}?{query}", call.path),
        }
    }

    pub(super) fn t(&self, key: &'static str) -> &'static str {
        self.words.get(key)
    }

    /// The same with `{what}` replaced.
    pub(super) fn fill(&self, key: &'static str, what: impl ToString) -> String {
        self.words.fill(key, &what.to_string())
    }

    /// The same with `{more}` replaced too.
    pub(super) fn fill_both(&self, key: &'static str, what: impl ToString, more: impl ToString) -> String {
        self.fill(key, what).replace("{more}", &more.to_string())
    }

    pub(super) fn code(&self) -> &'static str {
        self.words.language.code()
    }

    pub(super) fn other_code(&self) -> &'static str {
        self.words.language.other().code()
    }

    pub(super) fn other_name(&self) -> &'static str {
        if self.words.language == Language::En { "Русский" } else { "English" }
    }

    /// A link that keeps the chosen language.
    pub(super) fn link(&self, path: &str) -> String {
        match self.language_query.as_str() {
            "" => path.to_owned(),
            query => format!("{path}{}{query}", if path.contains('?') { '&' } else { '?' }),
        }
    }

    /// The same of an account.
    pub(super) fn of_account(&self, host: &str, rest: &str) -> String {
        self.link(&format!("/accounts/{host}/{rest}"))
    }

    /// The address of a chat in the manager's window.
    pub(super) fn chat(&self, host: &str, chat_id: &str) -> String {
        format!("{}#chat", self.link(&format!("/accounts/{host}/?chat={chat_id}")))
    }

    pub(super) fn user(&self, user: &User) -> String {
        format!("{} · {}", user.name, self.t(if user.is_admin { "administrator" } else { "manager" }))
    }

    /// A redirect after a form.
    pub(super) fn to(&self, path: &str) -> Answer {
        see_other(&self.link(path))
    }

    /// A page with one sentence and a link back.
    pub(super) fn notice(&self, status: u16, text: &str) -> Answer {
        page_of(status, &Notice { frame: self, text }, SELF)
    }

    pub(super) fn nothing_here(&self) -> Answer {
        self.notice(404, self.t("not_found"))
    }
}

#[derive(Template)]
#[template(path = "crm/notice.html")]
struct Notice<'a> {
    frame: &'a Frame,
    text: &'a str,
}

pub(super) fn see_other(address: &str) -> Answer {
    Answer::empty(303).with("location", address)
}

/// A request for a page of an account.
pub(super) struct Visit<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) call: &'a Call,
    pub(super) frame: Frame,
    pub(super) host: &'a str,
}

/// The pages of an account, in the order of the navigation: the end of the address, and the key of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Window,
    Leads,
    Pipelines,
    Bots,
    Marketplace,
    Trouble,
}

static PLACES: [(Place, &str, &str); 6] = [
    (Place::Window, "", "manager_window"),
    (Place::Leads, "leads", "leads"),
    (Place::Pipelines, "pipelines", "pipelines"),
    (Place::Bots, "bots", "bots"),
    (Place::Marketplace, "marketplace", "marketplace"),
    (Place::Trouble, "break", "break_page"),
];

/// The header of an account's page.
pub(super) struct Shell<'a> {
    pub(super) account: &'a Account,
    pub(super) place: Place,
    /// Where signing in leads back to.
    pub(super) back: String,
    /// What is broken now, in words.
    pub(super) broken: Vec<String>,
    pub(super) is_admin: bool,
}

impl Shell<'_> {
    /// The strip about what is broken; its own page says it better.
    pub(super) fn strip(&self, frame: &Frame) -> String {
        if self.place == Place::Trouble { String::new() } else { broken_strip(&self.broken, frame) }
    }

    pub(super) fn places(&self) -> &'static [(Place, &'static str, &'static str)] {
        &PLACES
    }
}

impl Visit<'_> {
    /// Renders a page of the account; 404 for an unknown one.
    pub(super) fn show(&self, place: Place, page: impl FnOnce(&State, &Shell<'_>) -> Option<Answer>) -> Answer {
        let found = self.core.read(|state| {
            let account = state.accounts.get(self.host)?;
            let query = &self.call.query_string;
            let mark = if query.is_empty() { "" } else { "?" };
            let shell = Shell {
                account,
                place,
                back: format!("/{}{mark}{query}", self.call.path),
                broken: broken(self.core, state, &self.frame, self.host),
                is_admin: account.user(account.signed_in).is_some_and(|user| user.is_admin),
            };
            page(state, &shell)
        });
        found.unwrap_or_else(|| self.frame.nothing_here())
    }

    /// Changes the account; `None` if there is none.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Account, i64) -> T) -> Option<T> {
        let now = self.core.now().timestamp();
        self.core.change(|state| state.accounts.get_mut(self.host).map(|account| change(account, now)))
    }

    /// Whether the signed-in user is an administrator of the account.
    pub(super) fn administers(&self) -> bool {
        self.core.read(|state| {
            let account = state.accounts.get(self.host);
            account.and_then(|account| account.user(account.signed_in)).is_some_and(|user| user.is_admin)
        })
    }

    pub(super) fn field(&self, name: &str) -> &str {
        let found = self.call.form.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// An address below the account's, in the chosen language.
    pub(super) fn path(&self, rest: &str) -> String {
        format!("/accounts/{}/{rest}", self.host)
    }

    /// `POST /accounts/{host}/user`: another user signs in.
    pub(super) fn sign_in(&self) -> Answer {
        let user = self.field("user").parse().unwrap_or_default();
        self.change(|account, _| account.sign_in(user));
        let (home, back) = (self.path(""), self.field("back"));
        see_other(if back.starts_with(&home) { back } else { &home })
    }
}

/// What a fault is called, and what it does; `None` if it has no words. `fault` is as it is written: `slow=5`.
pub(super) fn words_of(frame: &Frame, fault: &str) -> Option<(String, String)> {
    let name = breakage::name_of(fault);
    let key = breakage::KINDS.iter().find(|kind| kind.0 == name)?.3;
    let number = fault.split(['=', '@']).nth(1).unwrap_or_default();
    let words = frame.fill(key, number);
    let (title, about) = words.split_once(": ")?;
    Some((title.to_owned(), about.to_owned()))
}

/// All current faults affecting the account of this host, in words where they have some.
pub(super) fn broken(core: &Core, state: &State, frame: &Frame, host: &str) -> Vec<String> {
    let mut all = breakage::now(core, state);
    all.retain(|fault| fault.split_once('@').is_none_or(|(_, other)| other == host));
    let words = |fault: &String| words_of(frame, fault).map_or_else(|| fault.clone(), |(title, _)| title);
    let mut all: Vec<String> = all.iter().map(words).collect();
    all.dedup();
    all
}

/// The strip about what is broken; empty if nothing is.
pub(super) fn broken_strip(broken: &[String], frame: &Frame) -> String {
    if broken.is_empty() { String::new() } else { frame.fill("now_broken", broken.join(", ")) }
}

/// A page with widgets: they may call the server behind them, frame its pages and style their output.
pub(super) fn render_host(core: &Core, page: &impl Template) -> Answer {
    let addresses = core.integrations.iter().map(|one| core.redirect_uri(one)).chain([core.parom_url()]);
    let mut origins: Vec<String> = addresses.filter_map(|address| origin(&address)).collect();
    origins.sort();
    origins.dedup();
    let theirs = origins.join(" ");
    let policy = format!(
        "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self' {theirs}; \
         img-src 'self' data: {theirs}; media-src 'self'; frame-src {theirs}; base-uri 'none'; frame-ancestors 'self'; \
         form-action 'self'"
    );
    page_by(200, page, &policy)
}

/// `scheme://host:port` of an address.
pub(super) fn origin(address: &str) -> Option<String> {
    Some(url::Url::parse(address).ok()?.origin().ascii_serialization())
}

/// `GET /static/{file}`.
pub(super) fn asset(file: &str) -> Answer {
    let text = match file {
        "sandbox.css" => include_str!("../../../static/crm/sandbox.css"),
        "sandbox.js" => include_str!("../../../static/crm/sandbox.js"),
        "jquery.min.js" => {
            let packed = include_bytes!("../../../assets/vendor/jquery.min.js.gz").as_slice();
            return static_file(file, packed).with("content-encoding", "gzip");
        }
        "composer.js" => include_str!("../../../static/crm/composer.js"),
        "chat.css" => include_str!("../../../static/crm/chat.css"),
        "amd.js" => include_str!("../../../static/crm/amd.js"),
        "widget_host.js" => include_str!("../../../static/crm/widget_host.js"),
        "widget_page.js" => include_str!("../../../static/crm/widget_page.js"),
        "upload.js" => include_str!("../../../static/crm/upload.js"),
        "mark.svg" => include_str!("../../../static/crm/mark.svg"),
        _ => return Answer::empty(404),
    };
    static_file(file, text)
}

/// A file of a page, of the type that its name says.
pub(super) fn static_file(name: &str, bytes: impl Into<bytes::Bytes>) -> Answer {
    let kind = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("twig") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    Answer::new(200, kind, bytes).with("x-content-type-options", "nosniff").with("cache-control", "no-cache")
}
